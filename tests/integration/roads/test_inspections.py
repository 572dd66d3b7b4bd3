"""Logging an inspection: whose segment, which place, which time, once; the log is never edited."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from PIL import Image

from core import clock
from core.errors import Forbidden, InvalidInput
from core.models import Attachment, AuditRow, Event
from roads.models import Inspection
from roads.selectors import holdings_of, inspections_visible_to, segment_duties
from roads.services import (
    InspectionEntry,
    PastInspection,
    chief_assign,
    deputy_appoint,
    inspection_log,
    inspections_put,
    leave_set,
)
from roads.services.inspection_terms import inspection_pictures_past_term
from roads.types import DueState
from stations.selectors import actor_for_user
from stations.types import Role
from tests.factories.roads import LONG_AGO, a_segment, levels, lonlat, the_axis
from tests.factories.stations import SYSTEM, a_person, an_actor, an_organisation

pytestmark = pytest.mark.django_db
ZONE = "Asia/Shanghai"


@pytest.fixture
def segment(city: Any, network: Any) -> Any:
    """The first kilometre of X201, which begins 3 km south of the crossing."""
    return a_segment(city, the_axis("X201"), 0, 1000)


@pytest.fixture
def chief(city: Any, segment: Any) -> Any:
    """Its third-level chief, who inspects it every day."""
    person = a_person(city, Role.CHIEF, kind="leader", name="章")
    chief_assign(actor=SYSTEM, segment=segment, level=levels(city)[4], person=person, starts_at=LONG_AGO)
    return person


def _entry(segment: Any, north_m: float = -2500.0, east_m: float = 2000.0, **fields: Any) -> InspectionEntry:
    lon, lat = lonlat(east_m, north_m)
    values = {"finding": "clear", "datum": "wgs84", "place_source": "gps", "lon": lon, "lat": lat, **fields}
    return InspectionEntry(segment_uid=str(segment.uid), **values)


def _log(person: Any, entry: InspectionEntry, key: str = "key-1") -> Inspection:
    return inspection_log(actor=actor_for_user(person.user), entry=entry, client_key=key)[0]


def _state(person: Any, segment: Any) -> DueState:
    now = clock.now()
    return segment_duties(holdings_of(person.pk, now), at=now, zone=ZONE)[segment.pk].due.state


def test_an_entry_is_placed_on_the_axis_and_settles_what_is_due(chief: Any, segment: Any) -> None:
    assert _state(chief, segment) is DueState.LATE
    row = _log(chief, _entry(segment))
    assert row.levels == [4] and not row.is_acting and row.distance_m < 5
    assert row.axis_m == pytest.approx(500, abs=5) and row.chainage_text == "X201 K0+500"
    assert _state(chief, segment) is DueState.DONE
    assert AuditRow.objects.filter(action="roads.inspection_log", object_id=str(row.uid)).exists()
    assert Event.objects.get(topic="roads.inspection_logged").subject["inspection_id"] == row.pk


def test_the_same_key_gives_the_first_entry(chief: Any, segment: Any) -> None:
    first = _log(chief, _entry(segment))
    again, is_new = inspection_log(
        actor=actor_for_user(chief.user), entry=_entry(segment, text="另一次"), client_key="key-1"
    )
    assert (again.pk, is_new, Inspection.objects.count()) == (first.pk, False, 1)
    assert Event.objects.filter(topic="roads.inspection_logged").count() == 1


@pytest.mark.parametrize(
    ("east_m", "accuracy_m", "source", "taken"),
    [
        (2090, None, "gps", True),
        (2150, None, "gps", False),
        (2150, 80.0, "gps", True),
        (2150, 80.0, "map", False),
        (2400, 5000.0, "gps", False),
    ],
)
def test_the_place_is_on_the_segment_or_said_how_far_off(
    chief: Any, segment: Any, east_m: float, accuracy_m: float | None, source: str, taken: bool
) -> None:
    entry = _entry(segment, east_m=east_m, accuracy_m=accuracy_m, place_source=source)
    if taken:
        assert _log(chief, entry).distance_m == pytest.approx(east_m - 2000, rel=0.02)
        return
    with pytest.raises(InvalidInput, match=str(round(east_m - 2000))[0]) as caught:
        _log(chief, entry)
    assert (caught.value.code, caught.value.field, bool(caught.value.cure)) == ("place_off_segment", "place", True)
    assert not Inspection.objects.exists()


def test_only_who_answers_for_it_logs_it(chief: Any, segment: Any, city: Any) -> None:
    for actor in (an_actor(city, Role.CHIEF), an_actor(city, Role.COMMANDER), an_actor(city, Role.WARDEN)):
        with pytest.raises(Forbidden):
            inspection_log(actor=actor, entry=_entry(segment), client_key="key-1")
    with pytest.raises(Forbidden):
        inspection_log(actor=an_actor(city, Role.ANALYST), entry=_entry(segment), client_key="key-1")


def test_a_deputy_logs_for_the_chief_on_leave(chief: Any, segment: Any, city: Any) -> None:
    deputy = a_person(city, Role.CHIEF, name="副")
    deputy_appoint(actor=SYSTEM, assignment=segment.chief_assignments.get(), person=deputy, starts_at=LONG_AGO)
    assert _state(deputy, segment) is DueState.FREE, "a deputy has nothing due while the chief is there"
    now = clock.now()
    leave_set(actor=SYSTEM, person=chief, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=1))
    assert _state(deputy, segment) is DueState.LATE
    row = _log(deputy, _entry(segment))
    assert row.is_acting and row.levels == [4]
    assert _state(chief, segment) is DueState.DONE, "it counts for the level, whoever went"


def test_an_entry_of_a_dead_spot_keeps_its_time(chief: Any, segment: Any) -> None:
    wrong_clock = clock.now() + timedelta(hours=1)
    row = _log(chief, _entry(segment, held_s=3600.0, device_at=wrong_clock))
    assert row.received_at - row.inspected_at == timedelta(hours=1)
    assert row.device_at == wrong_clock
    ahead = _log(chief, _entry(segment, held_s=-50.0), key="key-2")
    assert ahead.inspected_at == ahead.received_at
    with pytest.raises(InvalidInput) as caught:
        _log(chief, _entry(segment, held_s=4 * 86400.0), key="key-3")
    assert caught.value.field == "held_s" and caught.value.cure


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"finding": "hazard"}, "text"),
        ({"finding": "dragon"}, "finding"),
        ({"place_source": "guess"}, "place_source"),
        ({"text": "长" * 1001}, "text"),
        ({"datum": ""}, "datum"),
        ({"lon": 19.2, "lat": 110.4}, "lon,lat"),
        ({"pictures": (b"x",) * 4}, "file"),
    ],
)
def test_bad_entries_say_what_and_how(chief: Any, segment: Any, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        _log(chief, replace(_entry(segment), **fields))
    assert caught.value.field == field and caught.value.cure
    assert not Inspection.objects.exists()


def test_a_key_is_needed(chief: Any, segment: Any) -> None:
    for key in ("", "k" * 101):
        with pytest.raises(InvalidInput):
            _log(chief, _entry(segment), key=key)


def test_the_log_is_never_edited(chief: Any, segment: Any) -> None:
    row = _log(chief, _entry(segment))
    for statement in ("UPDATE roads_inspection SET text = 'x'", "DELETE FROM roads_inspection"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Inspection.objects.get().pk == row.pk


def test_who_reads_the_log(chief: Any, segment: Any, city: Any) -> None:
    row = _log(chief, _entry(segment))
    other = an_organisation("南区", city)
    assert list(inspections_visible_to(actor_for_user(chief.user))) == [row]
    assert list(inspections_visible_to(an_actor(city, Role.COMMANDER))) == [row]
    for actor in (an_actor(other, Role.COMMANDER), an_actor(city, Role.CHIEF), an_actor(city, Role.ANALYST)):
        assert not inspections_visible_to(actor).exists()


def test_pictures_are_kept_with_it(chief: Any, segment: Any, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (10, 200, 30)).save(out, "JPEG")
    row = _log(chief, _entry(segment, pictures=(out.getvalue(), out.getvalue())))
    assert row.pictures.count() == 2
    assert {each.attachment.purpose for each in row.pictures.all()} == {"inspection"}
    with pytest.raises(InvalidInput):
        _log(chief, _entry(segment, pictures=(b"no picture",)), key="key-2")
    assert Inspection.objects.count() == 1


def test_pictures_past_their_term_go_and_the_entry_stays(
    chief: Any, segment: Any, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (10, 200, 30)).save(out, "JPEG")
    row = _log(chief, _entry(segment, finding="hazard", text="护栏缺失", pictures=(out.getvalue(),)))
    assert list(inspection_pictures_past_term(row.inspected_at)) == []
    (removal,) = inspection_pictures_past_term(row.inspected_at + timedelta(seconds=1))
    assert (removal.object_id, removal.rows) == (str(row.uid), 1)
    with transaction.atomic():
        assert removal.remove() == 1
    assert not row.pictures.exists() and not Attachment.objects.exists()
    assert Inspection.objects.get().text == "护栏缺失"


def test_a_log_of_elsewhere_is_taken_over_once(chief: Any, segment: Any) -> None:
    rows = [PastInspection(segment, chief.pk, (4,), clock.now() - timedelta(days=back)) for back in (1, 2)]
    for _again in range(2):
        inspections_put(actor=SYSTEM, rows=rows, origin="纸质台账")
    assert Inspection.objects.count() == 2
    assert _state(chief, segment) is DueState.TODAY
    assert not Event.objects.filter(topic="roads.inspection_logged").exists()
    with pytest.raises(InvalidInput):
        ahead = PastInspection(segment, chief.pk, (4,), clock.now() + timedelta(days=1))
        inspections_put(actor=SYSTEM, rows=[ahead], origin="纸质台账")
