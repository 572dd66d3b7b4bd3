"""The vehicle register: rows taken over, looked up on the record, and cars that are not the registered one."""

from __future__ import annotations

import io
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from core.errors import Forbidden, InvalidInput, NotFound
from core.models import AuditRow
from recognition.models import Alarm, VehicleRecord
from recognition.services import (
    VehicleRow,
    alarm_false,
    passages_check,
    passages_take,
    vehicle_record_look,
    vehicle_record_put,
)
from stations.types import Role
from tests.factories.recognition import a_passage
from tests.factories.stations import a_person, an_actor, an_organisation
from tests.integration.recognition.conftest import CAMERA, Gate

PLATE = "琼C12345"


@pytest.fixture
def known(gate: Gate) -> Gate:
    """A white car in the register."""
    row = VehicleRow(PLATE, "02", "K33", "A")
    vehicle_record_put(actor=gate.people[0], organisation=gate.county, row=row)
    return gate


def _passes(gate: Gate, hour: int, **changed: Any) -> list[Alarm]:
    """A passage at an hour of yesterday, checked aside."""
    yesterday = timezone.localdate(gate.now) - timedelta(days=1)
    at = datetime.combine(yesterday, time(hour), tzinfo=timezone.get_current_timezone())
    passages_take(gate.sender, [a_passage(changed.pop("text", PLATE), at, CAMERA, **changed)], received_at=at)
    passages_check()
    return list(Alarm.objects.filter(cause="register"))


@pytest.mark.parametrize(
    ("hour", "seen", "differs"),
    [
        (12, {"vehicle_colour": "4"}, ["colour"]),
        (12, {"vehicle_colour": "4", "vehicle_class": "H11"}, ["class", "colour"]),
        (2, {"vehicle_colour": "4", "vehicle_class": "H11"}, ["class"]),
        (2, {"vehicle_colour": "4"}, None),
        (12, {"vehicle_colour": "3", "vehicle_class": "K31"}, None),
        (12, {"vehicle_colour": "99"}, None),
        (12, {"vehicle_colour": "4", "kind_code": "01"}, None),
        (12, {"vehicle_colour": "4", "reliability": 0.5}, None),
        (12, {"vehicle_colour": "4", "text": "琼C12346"}, None),
    ],
)
def test_what_cannot_be_the_registered_car_asks_a_person(
    known: Gate, hour: int, seen: dict[str, Any], differs: list[str] | None
) -> None:
    found = _passes(known, hour, **seen)
    assert [alarm.grounds["differs"] for alarm in found] == ([differs] if differs else [])
    assert all(alarm.ask and alarm.category == "cloned_plate" and alarm.entry is None for alarm in found)


def test_once_a_while_and_never_again_after_a_person_said_it_is_right(known: Gate) -> None:
    (alarm,) = _passes(known, 9, vehicle_colour="4")
    assert [each.count for each in _passes(known, 10, vehicle_colour="4")] == [2]
    alarm_false(actor=known.people[0], uid=alarm.uid, reason="differs", words="已改色")
    assert len(_passes(known, 15, vehicle_colour="4")) == 1


def test_another_authority_s_register_is_not_asked(gate: Gate) -> None:
    elsewhere = an_organisation("邻市", kind="city")
    row = VehicleRow(PLATE, "02", "K33", "A")
    vehicle_record_put(actor=an_actor(elsewhere, Role.COMMANDER), organisation=elsewhere, row=row)
    assert _passes(gate, 12, vehicle_colour="4") == []


def test_a_look_is_on_the_record_and_nobody_else_s(known: Gate) -> None:
    why = {"plate": PLATE, "kind_code": "02", "reason": "核对", "case": "案-1"}
    assert vehicle_record_look(actor=known.people[0], **why).colour == "A"
    with pytest.raises(NotFound):
        vehicle_record_look(actor=an_actor(an_organisation("邻县"), Role.COMMANDER), **why)
    with pytest.raises(InvalidInput):
        vehicle_record_look(actor=known.people[0], **{**why, "case": ""})
    with pytest.raises(Forbidden):
        vehicle_record_look(actor=an_actor(known.district, Role.AUXILIARY), **why)
    assert AuditRow.objects.filter(action="recognition.vehicle_look").count() == 2


def test_a_table_with_errors_by_row(gate: Gate, tmp_path: Path) -> None:
    person = a_person(gate.county, Role.COMMANDER)
    lines = [
        "号牌,号牌种类,车辆类型,车身颜色,重点车辆",
        f"{PLATE},2,K33,A,", f"{PLATE},02,K33,E,", "琼C54321,01,K11,白,客运", "琼CI2345,02,K33,A,",
        "琼C12346,02,K33,橘,", "琼C12347,02,K33,A,飞船", "琼C12348,52,K33,A,",
    ]  # fmt: skip
    table = tmp_path / "vehicles.csv"
    table.write_text("\n".join(lines), "utf-8")
    out = io.StringIO()
    words = ["--user", person.user.username, "--organisation", gate.county.code]
    call_command("import_registers", str(table), *words, stdout=out, stderr=io.StringIO())
    assert "3 of 7 in, 4 reported" in out.getvalue()
    rows = {str(row.plate): (row.colour, row.use) for row in VehicleRecord.objects.all()}
    assert rows == {PLATE: ("E", ""), "琼C54321": ("白", "coach")}
