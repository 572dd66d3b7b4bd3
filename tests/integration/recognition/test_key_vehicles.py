"""Key vehicles: rules of passage as data, alarms against them; and one checkpoint's hour again."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.utils import timezone

from core import clock
from core.errors import Forbidden, InvalidInput, NotFound
from core.models import AuditRow
from recognition.models import Alarm
from recognition.services import (
    RuleOrder,
    VehicleRow,
    checkpoint_hour,
    passage_rule_end,
    passage_rule_put,
    passages_check,
    passages_take,
    vehicle_record_put,
)
from stations.types import Role
from tests.factories.recognition import PLACE, a_passage
from tests.factories.stations import an_actor
from tests.integration.recognition.conftest import CAMERA, Gate

PLATE = "琼C12345"
DAY = date(2026, 5, 8)


def _around(lon: float, lat: float) -> MultiPolygon:
    return MultiPolygon(Polygon.from_bbox((lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01)))


def _order(**changed: Any) -> RuleOrder:
    values: dict[str, Any] = {
        "name": "夜间禁行", "uses": ["hazmat"], "since": time(22), "until": time(5), "valid_from": DAY,
    }  # fmt: skip
    return RuleOrder(**values | changed)


@pytest.fixture
def tanker(gate: Gate) -> Gate:
    row = VehicleRow(PLATE, "01", "H11", "A", "hazmat")
    vehicle_record_put(actor=gate.people[0], organisation=gate.county, row=row)
    return gate


def _passes(gate: Gate, hour: int, *, day: date = DAY, **changed: Any) -> list[Alarm]:
    at = datetime.combine(day, time(hour), tzinfo=timezone.get_current_timezone())
    values = {"kind_code": "01", **changed}
    passages_take(gate.sender, [a_passage(PLATE, at, CAMERA, **values)], received_at=at)
    passages_check()
    return list(Alarm.objects.filter(cause="rule").order_by("id"))


@pytest.mark.parametrize(
    ("rule", "hour", "raises"),
    [
        ({}, 23, True),
        ({}, 12, False),
        ({"uses": ["coach"]}, 23, False),
        ({"days": [6]}, 23, False),
        ({"valid_until": DAY + timedelta(days=1)}, 23, True),
        ({"valid_from": DAY + timedelta(days=1)}, 23, False),
        ({"area": _around(*PLACE)}, 23, True),
        ({"area": _around(111.0, 19.0)}, 23, False),
        ({"kind": "route", "area": _around(111.0, 19.0)}, 23, True),
        ({"kind": "route", "area": _around(*PLACE)}, 23, False),
    ],
)
def test_a_rule_says_who_when_and_where(tanker: Gate, rule: dict[str, Any], hour: int, raises: bool) -> None:
    passage_rule_put(actor=tanker.people[0], organisation=tanker.county, order=_order(**rule))
    found = _passes(tanker, hour)
    assert len(found) == int(raises)
    for alarm in found:
        assert (alarm.category, alarm.ask, alarm.grounds["rule"]) == ("key_vehicle", True, "夜间禁行")


def test_one_alarm_a_rule_and_while_and_none_after_its_end(tanker: Gate) -> None:
    first, second = (
        passage_rule_put(actor=tanker.people[0], organisation=tanker.county, order=_order(name=name))
        for name in ("甲", "乙")
    )
    assert len(_passes(tanker, 23)) == 2
    assert [alarm.count for alarm in _passes(tanker, 23, lane=2)] == [2, 2]
    assert {alarm.cause_key for alarm in Alarm.objects.all()} == {str(first.uid), str(second.uid)}
    for rule in (first, second):
        passage_rule_end(actor=tanker.people[0], uid=rule.uid)
    assert len(_passes(tanker, 23, day=timezone.localdate(clock.now()))) == 2, "no more than before"


def test_rules_are_checked_and_kept_by_who_may(tanker: Gate) -> None:
    for wrong in ({"uses": ["飞船"]}, {"uses": []}, {"kind": "route"}, {"name": " "}, {"valid_until": DAY}):
        with pytest.raises(InvalidInput):
            passage_rule_put(actor=tanker.people[0], organisation=tanker.county, order=_order(**wrong))
    officer = an_actor(tanker.district, Role.OFFICER)
    with pytest.raises(Forbidden):
        passage_rule_put(actor=officer, organisation=tanker.district, order=_order())
    rule = passage_rule_put(actor=tanker.people[0], organisation=tanker.county, order=_order())
    with pytest.raises(NotFound):
        passage_rule_end(actor=officer, uid=rule.uid)


def test_a_checkpoint_s_hour_in_order_on_the_record(gate: Gate) -> None:
    for after_s, text in ((-1800, "琼C00002"), (-2400, "琼C00001"), (-7300, "琼C00000")):
        gate.passes(text, after_s=after_s)
    why = {"since": gate.now - timedelta(hours=1), "reason": "核查", "case": "案-1"}
    shown = checkpoint_hour(actor=gate.people[0], checkpoint=f"K{CAMERA}", **why)
    assert ([row["plate"] for row in shown["passages"]], shown["more"]) == (["琼C00001", "琼C00002"], False)
    row = AuditRow.objects.get(action="recognition.checkpoint_replay")
    assert (row.reason, row.details["case"], row.details["found"]) == ("核查", "案-1", 2)
    with pytest.raises(InvalidInput):
        checkpoint_hour(actor=gate.people[0], checkpoint=f"K{CAMERA}", **{**why, "case": " "})
    with pytest.raises(NotFound):
        checkpoint_hour(actor=gate.people[0], checkpoint="K0", **why)
    with pytest.raises(Forbidden):
        checkpoint_hour(actor=an_actor(gate.district, Role.AUXILIARY), checkpoint=f"K{CAMERA}", **why)
