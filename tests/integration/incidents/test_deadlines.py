"""Deadlines follow the zone of the place: what the area is said to be, else its road; both by tables, with reasons."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from core.errors import Forbidden, InvalidInput
from core.models import DecisionTable, Timer
from incidents import services
from incidents.models import Incident
from incidents.selectors.details import incident_detail
from incidents.services.rules import rule_publish
from stations.services import organisation_change
from stations.types import Role
from tests.factories.deadlines import ARRIVE_S, CLOSE_S, deadlines_for
from tests.factories.incidents import World, later, refresh
from tests.factories.stations import SYSTEM, an_actor

pytestmark = pytest.mark.usefixtures("world")

# East and north in metres: on the expressway, on the county road, kilometres from any road.
EXPRESSWAY, COUNTY_ROAD, NOWHERE = (3500.0, 0.0), (2000.0, 1000.0), (4500.0, -2500.0)


def _arrive_s(incident: Incident) -> float:
    assert incident.arrive_by is not None
    return (incident.arrive_by - incident.received_at).total_seconds()


@pytest.mark.parametrize(
    ("place", "zone", "code"),
    [(EXPRESSWAY, "suburb", "trunk"), (COUNTY_ROAD, "town", "default"), (NOWHERE, "village", "no_road")],
)
def test_the_road_gives_the_zone_where_no_area_says_it(
    world: World, place: tuple[float, float], zone: str, code: str
) -> None:
    incident = world.report(*place, kind="congestion")
    assert (incident.zone, incident.deadline_reasons[0]["code"]) == (zone, code)
    assert _arrive_s(incident) == deadlines_for("blue", zone=zone).arrive_s
    due = Timer.objects.get(kind="incidents.arrive", subject__incident_id=incident.pk).due_at
    assert due == incident.arrive_by


@pytest.mark.parametrize("zone", ["town", "suburb", "village"])
def test_what_an_organisation_says_of_its_land_comes_first(world: World, zone: str) -> None:
    organisation_change(actor=SYSTEM, organisation_id=world.city.pk, features={"zone": zone})
    incident = world.report(*COUNTY_ROAD, kind="sos")
    assert (incident.grade, incident.zone) == ("red", zone)
    assert _arrive_s(incident) == deadlines_for("red", zone=zone).arrive_s
    shown = incident_detail(actor=world.desk, incident=incident)
    assert (shown["zone"], len(shown["deadline_reasons"])) == (zone, 2)
    assert all(row["reason"] for row in shown["deadline_reasons"])


def test_the_nearest_organisation_decides(world: World) -> None:
    organisation_change(actor=SYSTEM, organisation_id=world.city.pk, features={"zone": "village"})
    organisation_change(actor=SYSTEM, organisation_id=world.north.pk, features={"zone": "suburb"})
    zones = {world.report(2000.0, north_m, kind="congestion").zone for north_m in (-2000.0, 2500.0)}
    assert zones == {"suburb", "village"}


def test_only_known_zones_are_taken(world: World) -> None:
    with pytest.raises(InvalidInput) as refused:
        organisation_change(actor=SYSTEM, organisation_id=world.city.pk, features={"zone": "moon"})
    assert (refused.value.field, refused.value.value) == ("features.zone", "moon")
    assert "village" in (refused.value.cure or "")


def test_regrading_and_reopening_keep_the_zone(world: World) -> None:
    incident = world.report(*EXPRESSWAY, kind="congestion")
    services.incident_regrade(actor=world.desk, incident_uid=str(incident.uid), grade="red", reason="有人被困")
    row = refresh(incident)
    assert (row.zone, _arrive_s(row)) == ("suburb", 600.0)
    assert [reason["code"] for reason in row.deadline_reasons] == ["trunk", "suburb_red"]
    services.incident_mark_false(actor=world.desk, incident_uid=str(incident.uid), reason="误报")
    later(3600.0)
    services.incident_reopen(actor=world.reviewer, incident_uid=str(incident.uid), reason="又来电")
    again = refresh(incident)
    assert again.arrive_by is not None and row.arrive_by is not None
    assert again.arrive_by - row.arrive_by >= timedelta(hours=1)
    assert again.zone == "suburb"


def test_the_first_tables_hold_the_norms_of_the_domain() -> None:
    rules = _content("incidents.deadlines")["nodes"][1]["content"]["rules"]
    said = {(row["zone"].strip('"'), row["grade"].strip('"')): row for row in rules}
    assert len(said) == 9
    for (zone, grade), row in said.items():
        assert (float(row["arrive_s"]), float(row["close_s"])) == (ARRIVE_S[zone][grade], CLOSE_S[grade])


def _content(key: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(DecisionTable.objects.get(key=key, version=1).content))
    return found


def _rules(content: dict[str, Any]) -> list[dict[str, str]]:
    rules: list[dict[str, str]] = content["nodes"][1]["content"]["rules"]
    return rules


MOUNTAIN = {"_id": "m", "area": "", "road_class": "[5..10]", "zone": '"mountain"', "code": '"m"', "reason": '"山区"'}
MOUNTAIN_NORM = {
    "_id": "mn",
    "zone": '"mountain"',
    "arrive_s": "2400",
    "close_s": "86400",
    "code": '"mn"',
    "reason": '"山区 40 分钟"',
}


def test_an_administrator_adds_a_zone_of_his_own(world: World) -> None:
    admin = an_actor(world.city, Role.ADMINISTRATOR)
    zones, norms = _content("incidents.zones"), _content("incidents.deadlines")
    _rules(zones).insert(0, MOUNTAIN)
    with pytest.raises(InvalidInput) as refused:
        rule_publish(actor=admin, key="incidents.zones", content=zones)
    assert "zone=mountain" in str(refused.value.value), "a zone without a norm would stop intake"
    _rules(norms).insert(0, MOUNTAIN_NORM)
    rule_publish(actor=admin, key="incidents.deadlines", content=norms, note="加山区")
    rule_publish(actor=admin, key="incidents.zones", content=zones, note="加山区")
    incident = world.report(*COUNTY_ROAD)
    assert (incident.zone, _arrive_s(incident)) == ("mountain", 2400.0)
    assert incident.deadline_reasons[1]["reason"] == "山区 40 分钟"


@pytest.mark.parametrize("key", ["incidents.zones", "incidents.deadlines", "incidents.grading"])
def test_a_table_with_a_gap_is_refused(world: World, key: str) -> None:
    admin = an_actor(world.city, Role.ADMINISTRATOR)
    content = _content(key)
    _rules(content).pop()
    with pytest.raises(InvalidInput) as refused:
        rule_publish(actor=admin, key=key, content=content)
    assert (refused.value.field, bool(refused.value.cure)) == ("content", True)
    assert DecisionTable.objects.filter(key=key).count() == 1


def test_tables_are_published_by_administrators_only(world: World) -> None:
    with pytest.raises(Forbidden):
        rule_publish(actor=world.desk, key="incidents.zones", content=_content("incidents.zones"))
    with pytest.raises(InvalidInput) as refused:
        rule_publish(actor=an_actor(world.city, Role.ADMINISTRATOR), key="incidents.other", content={})
    assert refused.value.field == "key"
