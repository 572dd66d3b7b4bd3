"""Shift hand-over: what the sheet freezes, who signs, what is refused."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from core import clock
from core.errors import Conflict, Forbidden, InvalidInput, NotFound, TransitionRefused
from core.models import AuditRow, Event
from incidents import services
from incidents.models import HandoverSheet
from incidents.selectors import handover_detail, handovers_visible_to
from incidents.services import BroadcastArea
from roads.services import closure_create, leave_set
from stations.types import Role
from tests.factories.incidents import World
from tests.factories.patrols import a_tour
from tests.factories.stations import SYSTEM, a_person, an_actor


def _content(sheet: HandoverSheet) -> dict[str, Any]:
    content: dict[str, Any] = handover_detail(sheet)["content"]
    return content


@pytest.fixture
def next_shift(world: World) -> Any:
    """Who takes over."""
    return an_actor(world.city, Role.DISPATCHER)


def test_the_sheet_says_what_is_true_and_stays_so(world: World) -> None:
    crew, stale = world.crew(), world.crew(2500.0, 900.0, age_s=3600.0)
    incident, _assignment = world.sent(
        title="两车追尾", reporter_name="张某", reporter_phone="13800001234", plate="琼A00001"
    )
    late = a_tour(world.north, a_person(world.north, Role.OFFICER, duty_phone="0898-555777"))
    chief = world.roads.chiefs[world.roads.second.pk, 4]
    now = clock.now()
    leave_set(actor=SYSTEM, person=chief, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=2))
    services.broadcast_make(
        actor=world.desk, text="银色面包车", valid_until=now + timedelta(hours=2), area=BroadcastArea()
    )
    sheet = services.handover_make(actor=world.desk, notes="对讲机 3 号坏了")
    content = _content(sheet)
    (case,) = content["incidents"]
    assert case["number"] == incident.number and crew.call_sign in [unit["call_sign"] for unit in case["units"]]
    units = {row["call_sign"]: row for row in content["units"]}
    assert units[crew.call_sign]["phones"] == ["0898-555000"] and units[crew.call_sign]["place"]
    assert units[stale.call_sign]["freshness"] == "stale"
    assert [row["call_sign"] for row in content["not_checked_in"]] == [late.unit.call_sign]
    assert content["not_checked_in"][0]["phones"] == ["0898-555777"]
    assert [row["name"] for row in content["chiefs_on_leave"]] == [chief.name]
    assert [row["text"] for row in content["broadcasts"]] == ["银色面包车"]
    text = json.dumps(handover_detail(sheet), ensure_ascii=False, default=str)
    assert not any(secret in text for secret in ("张某", "13800001234", "琼A00001"))
    world.report(1000.0, 2000.0, title="后来的")
    assert len(_content(HandoverSheet.objects.get(pk=sheet.pk))["incidents"]) == 1


def test_a_closure_is_on_it(world: World) -> None:
    now = clock.now()
    closure_create(
        actor=SYSTEM,
        organisation=world.north,
        axis=world.roads.second.axis,
        from_m=world.roads.second.from_m + 10.0,
        to_m=world.roads.second.from_m + 200.0,
        sides="both",
        kind="works",
        reason="路面塌陷",
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=5),
    )
    (row,) = _content(services.handover_make(actor=world.desk))["closures"]
    assert row["reason"] == "路面塌陷" and row["place"]


def test_two_persons_sign_in_their_order(world: World, next_shift: Any) -> None:
    sheet = services.handover_make(actor=world.desk, notes="无")
    uid = str(sheet.uid)
    with pytest.raises(TransitionRefused):
        services.handover_accept(actor=next_shift, sheet_uid=uid)
    services.handover_sign(actor=world.desk, sheet_uid=uid)
    with pytest.raises(Conflict) as same:
        services.handover_accept(actor=world.desk, sheet_uid=uid)
    assert same.value.code == "same_person" and same.value.cure
    done = services.handover_accept(actor=next_shift, sheet_uid=uid, remark="已核对")
    assert (done.state, done.remark) == ("accepted", "已核对")
    assert (done.signed_by_id, done.accepted_by_id) == (world.desk.user_id, next_shift.user_id)
    with pytest.raises(TransitionRefused):
        services.handover_cancel(actor=world.desk, sheet_uid=uid, reason="写错了")
    actions = AuditRow.objects.filter(object_id=uid).order_by("id").values_list("action", flat=True)
    assert list(actions) == [f"incidents.handover_{step}" for step in ("make", "sign", "accept")]
    states = Event.objects.filter(topic="incidents.handover_changed").order_by("id").values_list("payload", flat=True)
    assert [row["state"] for row in states] == ["draft", "signed", "accepted"]


def test_one_unfinished_sheet_at_a_time(world: World) -> None:
    first = services.handover_make(actor=world.desk)
    with pytest.raises(Conflict) as refused:
        services.handover_make(actor=world.commander)
    assert refused.value.code == "handover_open" and refused.value.field and refused.value.cure
    with pytest.raises(InvalidInput) as unsaid:
        services.handover_cancel(actor=world.desk, sheet_uid=str(first.uid), reason="  ")
    assert unsaid.value.field == "reason"
    services.handover_cancel(actor=world.desk, sheet_uid=str(first.uid), reason="人员有误")
    second = services.handover_make(actor=world.commander)
    assert [row.state for row in HandoverSheet.objects.order_by("id")] == ["cancelled", "draft"]
    assert second.made_by_id == world.commander.user_id


def test_who_may(world: World) -> None:
    sheet = services.handover_make(actor=world.desk)
    south = an_actor(world.south, Role.DISPATCHER)
    assert not handovers_visible_to(south).exists()
    with pytest.raises(NotFound):
        services.handover_sign(actor=south, sheet_uid=str(sheet.uid))
    with pytest.raises(Forbidden):
        services.handover_make(actor=an_actor(world.city, Role.OFFICER))
    services.handover_make(actor=south)
    assert {row.organisation_id for row in HandoverSheet.objects.all()} == {world.city.pk, world.south.pk}


def test_altered_behind_the_house_it_is_not_signed(world: World, next_shift: Any) -> None:
    sheet = services.handover_make(actor=world.desk, notes="原话")
    services.handover_sign(actor=world.desk, sheet_uid=str(sheet.uid))
    altered = HandoverSheet.objects.get(pk=sheet.pk)
    altered.notes = "改过的话"
    altered.save(update_fields=["notes"])
    with pytest.raises(Conflict) as refused:
        services.handover_accept(actor=next_shift, sheet_uid=str(sheet.uid))
    assert refused.value.code == "sheet_altered"


def test_it_is_kept_encrypted(world: World, crew: Any) -> None:
    sheet = services.handover_make(actor=world.desk, notes="只有我们知道")
    with connection.cursor() as cursor:
        cursor.execute("SELECT h::text FROM incidents_handoversheet h WHERE id = %s", [sheet.pk])
        row = cursor.fetchone()[0]
    assert "只有我们知道" not in row and crew.call_sign not in row


@pytest.mark.parametrize(("field", "length"), [("notes", 2001), ("remark", 301)])
def test_too_long(world: World, next_shift: Any, field: str, length: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        if field == "notes":
            services.handover_make(actor=world.desk, notes="长" * length)
        else:
            services.handover_accept(actor=next_shift, sheet_uid="0", remark="长" * length)
    assert refused.value.field == field and refused.value.cure
