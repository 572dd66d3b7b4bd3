"""Importing a source that did not change changes nothing; one that changed is another network."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from core.models import AuditRow, Event
from roads.models import CalibrationPost, NetworkBuild, ReviewItem, RoadAxis, RoadEdge
from roads.selectors import current_network, networks_directory
from tests.factories.roads import lonlat

pytestmark = pytest.mark.django_db

SWITCHED = "roads.network_switched"
COUNTED = (NetworkBuild, RoadEdge, RoadAxis, CalibrationPost, ReviewItem)


def _file(folder: Path, *, last: int = 5) -> Path:
    """A road of its own name (tests share a folder for graph files), up to node `last`, and one that crosses it."""
    places = {n: lonlat(900.0 * n, 50.0 * n) for n in range(1, last + 1)} | {20: lonlat(2700.0, 2000.0)}
    nodes = "".join(f'<node id="{n}" lon="{at[0]:.7f}" lat="{at[1]:.7f}" version="1"/>' for n, at in places.items())
    ways = ((9, "再入路", range(1, last + 1)), (10, "横过路", (3, 20)))
    said = "".join(
        f'<way id="{key}" version="1">{"".join(f"""<nd ref="{n}"/>""" for n in chain)}'
        f'<tag k="highway" v="primary"/><tag k="name" v="{name}"/></way>'
        for key, name, chain in ways
    )
    path = folder / "again.osm"
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{nodes}{said}</osm>', encoding="utf-8")
    return path


def _import(path: Path) -> tuple[str, str]:
    """The version it says, and what it told on the way."""
    out, told = StringIO(), StringIO()
    call_command("import_roads", osm=path, stdout=out, stderr=told)
    return out.getvalue().strip(), told.getvalue()


def _state() -> dict[str, Any]:
    """Rows by table, keys of builds and axes, lines, places of edges, graph files, and how often it was switched."""
    return {
        **{model.__name__: model.objects.count() for model in COUNTED},
        "builds": list(NetworkBuild.objects.order_by("pk").values_list("pk", "version", "state", "is_current")),
        "axes": list(RoadAxis.objects.order_by("pk").values_list("pk", "name", "length_m")),
        "edges": list(
            RoadEdge.objects.order_by("build_id", "edge_no").values_list(
                "build_id", "edge_no", "axis_id", "axis_from_m"
            )
        ),
        "files": sorted(folder.name for folder in networks_directory().iterdir()),
        "switched": Event.objects.filter(topic=SWITCHED).count(),
        "recorded": AuditRow.objects.filter(action=SWITCHED).count(),
    }


def test_an_unchanged_source_changes_nothing(network: Any, tmp_path: Path) -> None:
    path = _file(tmp_path)
    first, told = _import(path)
    assert "already here" not in told
    before = _state()
    assert before["switched"] == before["recorded"] == 2 and before["RoadEdge"] > 0
    again, told = _import(path)
    assert again == first and f"already here: {first}" in told
    assert _state() == before
    assert current_network().version == first


def test_the_same_content_under_another_name_is_the_same_network(network: Any, tmp_path: Path) -> None:
    path = _file(tmp_path)
    first, _told = _import(path)
    before = _state()
    copy = tmp_path / "renamed.osm"
    copy.write_bytes(path.read_bytes())
    assert _import(copy)[0] == first and _state() == before


def test_a_changed_source_is_another_network(network: Any, tmp_path: Path) -> None:
    first, _told = _import(_file(tmp_path))
    before = _state()
    second, _told = _import(_file(tmp_path, last=6))
    after = _state()
    assert second != first and current_network().version == second
    assert after["NetworkBuild"] == before["NetworkBuild"] + 1
    assert after["switched"] == after["recorded"] == before["switched"] + 1
    assert list(NetworkBuild.objects.filter(is_current=True).values_list("version", flat=True)) == [second]
    assert NetworkBuild.objects.get(version=first).state == NetworkBuild.State.RETIRED
    grown = RoadAxis.objects.filter(name="再入路")
    assert grown.count() == 1, "the axis is kept, not doubled"
    assert list(ReviewItem.objects.filter(axis=grown.get()).values_list("kind", flat=True)) == [
        ReviewItem.Kind.AXIS_MOVED
    ]


def test_back_to_a_former_source_switches_again(network: Any, tmp_path: Path) -> None:
    first, _told = _import(_file(tmp_path))
    _import(_file(tmp_path, last=6))
    before = _state()
    again, _told = _import(_file(tmp_path))
    assert again == first and current_network().version == first
    assert _state()["switched"] == before["switched"] + 1
    assert RoadEdge.objects.filter(build__version=first).exists(), "the edges of a retired build were dropped"
