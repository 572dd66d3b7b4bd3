"""Loading the demonstration: complete or begun anew, and never over something else without a word."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from core import clock
from core.errors import Conflict
from demo.loading import mark
from demo.loading.week import KIND_TITLES
from demo.management.commands import demo_load
from demo.management.commands.demo_load import ANEW
from demo.simulation.integrity import integrity
from demo.simulation.tally import Tally
from incidents.models import Assignment, Incident, IncidentDay, Supervision
from incidents.types import HOLDING, TAKEN_OVER
from patrols.models import Tour
from stations.catalogue.services import COUNTER
from stations.models import Organisation, Station
from tests.factories.stations import SYSTEM, an_organisation

WORDS = ("--nodes", "600", "--units", "4", "--seed", "3")


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path, db: None) -> None:
    settings.LUZHANG_VAR = tmp_path


def _load(*words: str) -> str:
    said = io.StringIO()
    call_command("demo_load", *words, stderr=said)
    return said.getvalue()


def _files(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    for name in mark.FILES:
        (tmp_path / "demo" / name).write_text("[]", "utf-8")


def _loaded(tmp_path: Path, source: mark.Source) -> None:
    """As if loading had run to its end."""
    root = an_organisation("示例市", kind="city")
    an_organisation("示例区", parent=root)
    _files(tmp_path)
    mark.mark_write(source, root.path or "")


@pytest.mark.slow
def test_loading_ends_with_its_mark(tmp_path: Path) -> None:
    said = _load(*WORDS)
    assert "4 units on tour" in said
    assert len(json.loads((tmp_path / "demo" / "units.json").read_text("utf-8"))) == 4
    assert mark.mark_read() == mark.Source("county", nodes=600, seed=3, units=4)
    said_of_land = Organisation.objects.filter(kind="town").values_list("features__zone", flat=True)
    assert set(said_of_land) == {"suburb", "village"}, "a village road must not carry the norm of a town"
    _a_week_was_told()
    tours = Tour.objects.count()
    joint = Tour.objects.exclude(partners=None)
    assert joint.exists() and {*map(tuple, joint.values_list("agencies", flat=True))} >= {("traffic", "police_station")}
    assert "already loaded" in _load(*WORDS)
    assert "already loaded" in _load(), "who names nothing goes on with what is there"
    assert Tour.objects.count() == tours
    with pytest.raises(CommandError, match="county of 600 junctions") as refusal:
        _load("--place", "琼海市")
    assert refusal.value.returncode == ANEW


def _a_week_was_told() -> None:
    """Cases of every kind of the last seven days, none of them ahead of now, and nobody is sent to any of them."""
    cases = Incident.objects.filter(client_scope=TAKEN_OVER)
    assert set(cases.values_list("kind", flat=True)) == set(KIND_TITLES)
    assert {"closed", "active", "returned", "waiting", "reopened"} <= set(cases.values_list("state", flat=True))
    now = clock.now()
    assert not cases.filter(received_at__gt=now).exists()
    assert not cases.filter(received_at__lt=now - timedelta(days=9)).exists()
    yesterday = IncidentDay.objects.filter(day=timezone.localdate(now) - timedelta(days=1))
    assert sum(yesterday.values_list("received", flat=True)) >= 6
    assert {"overdue", "ordered"} <= set(Supervision.objects.filter(settled_at=None).values_list("kind", flat=True))
    sent = Assignment.objects.filter(incident__in=cases)
    assert sent.exists() and not sent.filter(tour__state="open").exists()
    assert not sent.filter(state__in=sorted(HOLDING)).exists(), "no tour is held by what is over"
    assert integrity(Tally(), 0).named() == {}
    counter = Station.objects.filter(kind="service").first()
    assert counter is not None and counter.services.count() == len(COUNTER) == 22
    others = Station.objects.filter(kind="persuasion").values_list("services__service_class", flat=True)
    assert set(others) == {"劝导"}


@pytest.mark.parametrize("at", ["call_command", "people_write"])
def test_interrupted_loading_is_begun_anew(monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(demo_load, at, cut)
    with pytest.raises(KeyboardInterrupt):
        _load(*WORDS)
    assert mark.mark_read() is None
    with pytest.raises(CommandError, match="interrupted") as refusal:
        _load(*WORDS)
    assert refusal.value.returncode == ANEW


def test_another_file_is_another_source(tmp_path: Path) -> None:
    file = tmp_path / "town.osm"
    file.write_text("<osm/>", "utf-8")
    _loaded(tmp_path, mark.source_of(osm=file, place=None, nodes=0, seed=1, units=240))
    said = _load("--osm", str(file))
    assert "already loaded: town.osm with 240 units" in said
    file.write_text("<osm></osm>", "utf-8")
    for words in (["--osm", str(file)], ["--nodes", "8000"], ["--place", "琼海"], ["--units", "9"], ["--fresh"]):
        with pytest.raises(CommandError, match=r"town\.osm") as refusal:
            _load(*words)
        assert refusal.value.returncode == ANEW, words


def test_tokens_that_are_gone_are_no_whole_demonstration(tmp_path: Path) -> None:
    _loaded(tmp_path, mark.Source("county", nodes=600, seed=1, units=4))
    assert "already loaded" in _load()
    (tmp_path / "demo" / "units.json").unlink()
    with pytest.raises(CommandError) as refusal:
        _load()
    assert refusal.value.returncode == ANEW


def test_an_organisation_of_ones_own_is_left_alone() -> None:
    from stations.services import organisation_create

    root = organisation_create(actor=SYSTEM, kind="city", code="460000", name="某市")
    organisation_create(actor=SYSTEM, kind="district", code="460001", name="某区", parent=root)
    with pytest.raises(CommandError, match="某区") as refusal:
        _load("--fresh")
    assert refusal.value.returncode == 1


def test_what_services_refuse_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise Conflict("编号已存在", field="code", value="1", cure="换一个编号")

    monkeypatch.setattr(demo_load, "people_write", refused)
    with pytest.raises(CommandError, match=r"编号已存在.*换一个编号"):
        _load(*WORDS)
    with pytest.raises(CommandError, match=r"nowhere\.osm"):
        _load("--osm", "nowhere.osm")


def test_the_simulation_looks_for_the_house_where_the_demo_puts_it() -> None:
    from demo.management.commands.simulate import Command

    options = Command().create_parser("manage.py", "simulate").parse_args([])
    assert options.url == "http://127.0.0.1:8000"
