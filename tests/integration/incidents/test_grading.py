"""Red, yellow, blue by the table in force, with reasons; deadlines by grade; a person may change it, with a reason."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core import clock
from core.errors import InvalidInput
from core.models import DecisionTable, Timer
from core.rules import table_publish
from incidents import services
from tests.factories.deadlines import deadlines_for
from tests.factories.incidents import World, refresh, urgent

pytestmark = pytest.mark.usefixtures("world")


@pytest.mark.parametrize(
    ("fields", "grade", "code"),
    [
        ({"kind": "congestion"}, "blue", "default"),
        ({"kind": "crash"}, "yellow", "kind_yellow"),
        ({"kind": "sos"}, "red", "kind_red"),
        ({"kind": "congestion", "risk": {"injured": 1}}, "red", "injured"),
        ({"kind": "congestion", "risk": {"hazmat": True}}, "red", "hazmat"),
        ({"kind": "dispute", "risk": {"weapon": True}}, "red", "weapon"),
        ({"kind": "dispute", "risk": {"marks": 2}}, "yellow", "marks_yellow"),
        ({"kind": "dispute", "risk": {"marks": 3}}, "red", "marks_red"),
        ({"kind": "breakdown", "north_m": 0.0, "east_m": 3500.0}, "blue", "default"),
    ],
)
def test_the_table_grades_and_says_why(world: World, fields: dict[str, Any], grade: str, code: str) -> None:
    incident = world.report(**fields)
    assert (incident.grade, incident.grade_reasons[0]["code"]) == (grade, code)
    assert all(row["reason"] for row in incident.grade_reasons)
    limits = deadlines_for(grade, zone=incident.zone)
    assert incident.arrive_by == incident.received_at + timedelta(seconds=limits.arrive_s)
    assert incident.close_by == incident.received_at + timedelta(seconds=limits.close_s)
    due = dict(Timer.objects.filter(subject__incident_id=incident.pk).values_list("kind", "due_at"))
    assert due == {"incidents.arrive": incident.arrive_by, "incidents.close": incident.close_by}


def test_repeats_at_one_place_count(world: World) -> None:
    for _time in range(3):
        world.report(kind="dispute")
    fourth = world.report(kind="dispute")
    assert (fourth.grade, fourth.grade_reasons[0]["code"]) == ("yellow", "repeats")


def test_a_new_version_of_the_table_is_used_and_named(world: World) -> None:
    content = json.loads(json.dumps(DecisionTable.objects.get(key="incidents.grading", version=1).content))
    rules = content["nodes"][1]["content"]["rules"]
    rules.insert(0, {"_id": "all", "grade": '"red"', "code": '"all_red"', "reason": '"活动安保"'})
    before = world.report(kind="congestion")
    table_publish(actor_id=None, key="incidents.grading", content=content)
    after = world.report(kind="congestion")
    assert (before.grade, before.grade_table_version) == ("blue", 1)
    assert (after.grade, after.grade_table_version, after.grade_reasons[0]["reason"]) == ("red", 2, "活动安保")


def test_a_person_regrades_with_a_reason(world: World) -> None:
    incident = world.report(kind="congestion")
    with pytest.raises(InvalidInput) as refused:
        services.incident_regrade(actor=world.desk, incident_uid=str(incident.uid), grade="red", reason=" ")
    assert refused.value.field == "reason"
    with pytest.raises(InvalidInput):
        services.incident_regrade(actor=world.desk, incident_uid=str(incident.uid), grade="purple", reason="x")
    services.incident_regrade(actor=world.desk, incident_uid=str(incident.uid), grade="red", reason="有人被困")
    row = refresh(incident)
    assert (row.grade, row.grade_reasons[0]["code"], row.grade_reasons[0]["reason"]) == ("red", "person", "有人被困")
    assert row.grade_reasons[-1]["code"] == "default", "the table's reason is kept"
    due = Timer.objects.get(kind="incidents.arrive", subject__incident_id=incident.pk).due_at
    assert due == row.arrive_by == row.received_at + timedelta(seconds=deadlines_for("red").arrive_s)
    assert row.steps.filter(kind="grade", actor_id=world.desk.user_id, text="有人被困").count() == 1


def test_raised_to_red_gets_the_units_that_its_kind_needs(world: World) -> None:
    world.crew()
    world.crew(2000.0, 2500.0)
    incident = world.report(kind="crash_injury")
    assert incident.units_needed == 2
    services.incident_regrade(actor=world.desk, incident_uid=str(incident.uid), grade="blue", reason="轻微")
    urgent()
    assert incident.assignments.count() == 2, "nobody is called off because a grade was lowered"


def test_deadlines_are_house_time(world: World) -> None:
    incident = world.report()
    assert abs((incident.received_at - clock.now()).total_seconds()) < 60
    assert timezone.is_aware(incident.arrive_by)
