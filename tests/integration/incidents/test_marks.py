"""Marks feed the grade while they are in force; who may not read them doesn't."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.models import AuditRow
from incidents import services
from incidents.models import Incident, Mark
from incidents.selectors import incident_detail, marks_visible_to
from stations.types import Role
from tests.factories.incidents import World, later, refresh
from tests.factories.roads import lonlat
from tests.factories.stations import an_actor

pytestmark = pytest.mark.django_db
PLATE, PHONE = "琼C12345", "13800000000"


def _mark(world: World, incident: Incident | None = None, target: str = "place", **fields) -> Mark:
    values = {"label": "醉驾多发", "reason": "上月三起", "target": target, **fields}
    if incident is not None:
        values["incident_uid"] = str(incident.uid)
    return services.mark_add(actor=world.desk, **values)


def _codes(incident: Incident) -> list[str]:
    return [reason["code"] for reason in incident.grade_reasons]


def test_a_mark_of_the_place_counts_and_the_reasons_name_it(world: World) -> None:
    lon, lat = lonlat(2000.0, 1000.0)
    assert world.report(kind="hazard").grade == "blue"
    _mark(world, lon=lon, lat=lat, datum="wgs84", radius_m=300, weight=2)
    marked = world.report(kind="hazard")
    assert marked.grade == "yellow"
    assert "地点标签「醉驾多发」" in [reason["reason"] for reason in marked.grade_reasons]
    _mark(world, lon=lon, lat=lat, datum="wgs84", label="学校门口", weight=1)
    assert world.report(kind="hazard").grade == "red", "weights add up to three"
    assert world.report(2000.0, 1600.0, kind="hazard").grade == "blue", "600 m away none of them counts"


@pytest.mark.parametrize(("target", "fields"), [("plate", {"plate": PLATE}), ("caller", {"reporter_phone": PHONE})])
def test_plate_and_caller_count_without_being_named(world: World, target: str, fields: dict[str, str]) -> None:
    first = world.report(kind="hazard", **fields)
    mark = _mark(world, first, target, label="多次酒驾")
    again = world.report(0.0, 2000.0, kind="hazard", **fields)
    assert again.grade == "yellow" and again.mark_ids == [mark.pk]
    assert "多次酒驾" not in str(again.grade_reasons), "more people read a grade than may read such a mark"
    assert "marks" in _codes(again)
    shown = incident_detail(actor=world.desk, incident=again)["marks"]
    assert [(row["label"], row["counted"]) for row in shown] == [("多次酒驾", True)]
    assert PLATE not in str(shown) and PHONE not in str(shown)


def test_a_caller_is_kept_as_index_only(world: World) -> None:
    mark = _mark(world, world.report(reporter_phone=PHONE), "caller")
    row = Mark.objects.filter(pk=mark.pk).values().get()
    assert PHONE.encode() not in bytes(row["caller_index"]) and len(row["caller_index"]) == 16
    assert PHONE not in str(AuditRow.objects.filter(object_id=str(mark.uid)).values())


def test_auxiliaries_see_marks_of_places_alone(world: World) -> None:
    incident = world.report(plate=PLATE, reporter_phone=PHONE)
    for target in ("place", "plate", "caller"):
        _mark(world, incident, target)
    auxiliary = an_actor(world.city, Role.AUXILIARY)
    assert [mark.target for mark in marks_visible_to(auxiliary)] == ["place"]
    assert marks_visible_to(world.desk).count() == 3
    assert marks_visible_to(an_actor(world.city, Role.PERSUADER)).count() == 0
    with pytest.raises(Forbidden):
        services.mark_add(
            actor=auxiliary,
            target="place",
            label="x",
            reason="x",
            lon=lonlat(0, 0)[0],
            lat=lonlat(0, 0)[1],
            datum="wgs84",
        )


def test_in_force_from_until_and_until_ended(world: World) -> None:
    lon, lat = lonlat(2000.0, 1000.0)
    soon = clock.now() + timedelta(hours=1)
    _mark(world, lon=lon, lat=lat, datum="wgs84", valid_from=soon, valid_until=soon + timedelta(hours=1))
    assert world.report(kind="hazard").grade == "blue", "not yet"
    later(90 * 60)
    assert world.report(kind="hazard").grade == "yellow"
    later(3 * 3600)
    assert world.report(2000.0, 1000.0, kind="broken_facility").mark_ids == [], "no more"
    lasting = _mark(world, lon=lon, lat=lat, datum="wgs84")
    assert services.mark_end(actor=world.desk, mark_uid=str(lasting.uid), reason="已整改").ended_at is not None
    again = services.mark_end(actor=world.desk, mark_uid=str(lasting.uid), reason="再说一次")
    assert again.end_reason == "已整改"
    assert world.report(kind="hazard").mark_ids == []


def test_set_from_a_case_it_is_graded_again_and_never_lower(world: World) -> None:
    blue, red = world.report(kind="hazard"), world.report(3000.0, 1000.0, kind="crash_injury")
    _mark(world, blue, weight=3)
    _mark(world, red, weight=1)
    assert refresh(blue).grade == "red" and refresh(red).grade == "red"
    assert blue.steps.filter(kind="grade", details__to="red").exists()
    assert "mark" in _codes(refresh(blue))


BAD = [
    ({"target": "person"}, "target"),
    ({"label": " "}, "label"),
    ({"reason": ""}, "reason"),
    ({"weight": 9}, "weight"),
    ({"radius_m": 0}, "radius_m"),
    ({"lon": None}, "lon"),
    ({"datum": ""}, "datum"),
    ({"target": "plate"}, "plate"),
    ({"target": "caller"}, "phone"),
]


@pytest.mark.parametrize(("fields", "field"), BAD)
def test_bad_input_names_its_field(world: World, fields: dict, field: str) -> None:
    lon, lat = lonlat(0, 0)
    with pytest.raises(InvalidInput) as refused:
        _mark(world, **{"lon": lon, "lat": lat, "datum": "wgs84", **fields})
    assert refused.value.field == field and refused.value.cure
    assert not Mark.objects.exists()


def test_a_case_without_caller_has_none_to_mark(world: World) -> None:
    with pytest.raises(Conflict) as refused:
        _mark(world, world.report(), "caller")
    assert refused.value.code == "nothing_to_mark"
    with pytest.raises(NotFound):
        services.mark_end(actor=world.desk, mark_uid="00000000-0000-0000-0000-000000000000", reason="x")
