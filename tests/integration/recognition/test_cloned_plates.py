"""One plate at two places sooner than anybody drives: found aside of the message, once, with its reasoning."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core.models import Event
from recognition.intake.incoming import Clock
from recognition.models import Alarm, PassageBatch
from recognition.services import checking, passages_check, passages_take
from recognition.services.raising import WINDOW
from roads.network.source import RoadClass
from roads.selectors import network_forget
from tests.factories.recognition import a_camera, a_passage, a_sender
from tests.factories.roads import Way, a_network, a_source, lonlat
from tests.factories.stations import an_organisation
from tests.integration.recognition.conftest import Gate

WEST, EAST = "46000000001190000011", "46000000001190000012"
PLATE = "琼C12345"
# 24 km apart, 44 by road at 50 km/h: 3,168 s at free flow, 1,584 s for the boldest.
NODES = ((0.0, 0.0), (0.0, 10_000.0), (24_000.0, 10_000.0), (24_000.0, 0.0))
WAYS = (Way((0, 1, 2, 3), "X301", "环湖路", 0, RoadClass.SECONDARY),)
# What two clocks may be off that nobody has measured.
UNKNOWN_S = 240


@pytest.fixture
def far(gate: Gate) -> Gate:
    """Two cameras at the ends of a road around a lake."""
    network_forget()
    a_network(gate.county, a_source(NODES, WAYS))
    for code, east_m in ((WEST, 0.0), (EAST, 24_000.0)):
        lon, lat = lonlat(east_m, 0.0)
        a_camera(gate.district, code, lon=lon, lat=lat)
    return gate


def _seen(gate: Gate, camera: str, after_s: float, **changed: Any) -> None:
    gate.passes(changed.pop("text", PLATE), after_s=after_s - 3600, camera=camera, **changed)


def _found() -> list[Alarm]:
    passages_check()
    return list(Alarm.objects.filter(cause="travel").order_by("id"))


def test_faster_than_the_road_allows_asks_a_person_with_the_reasoning(far: Gate) -> None:
    _seen(far, WEST, 0)
    _seen(far, EAST, 1000)
    assert not Alarm.objects.exists(), "no message waits for it"
    (alarm,) = _found()
    assert (alarm.category, alarm.ask, alarm.state, alarm.entry) == ("cloned_plate", True, "raised", None)
    assert (alarm.plate, alarm.camera_code, alarm.organisation_path) == (PLATE, EAST, far.district.path)
    grounds = alarm.grounds
    assert (grounds["first"]["camera"], grounds["second"]["camera"]) == (WEST, EAST)
    assert (grounds["gap_s"], grounds["slack_s"], grounds["tolerance"]) == (1000.0, UNKNOWN_S, 0.5)
    assert grounds["road_m"] == pytest.approx(44_000, rel=0.01)
    assert grounds["fastest_s"] == pytest.approx(1584, rel=0.01)
    assert PLATE[2:] not in str(grounds)
    event = Event.objects.get(topic="recognition.alarm_raised")
    assert (event.payload["ask"], PassageBatch.objects.exists()) == (True, False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alarm.objects.update(ask=False)


def test_a_gap_that_allows_the_travel_is_silent(far: Gate) -> None:
    _seen(far, WEST, 0)
    _seen(far, EAST, 1584 - UNKNOWN_S + 20)
    assert _found() == []


def test_late_and_out_of_order_passages_are_the_same_pair(far: Gate) -> None:
    _seen(far, EAST, 1000)
    assert _found() == []
    _seen(far, WEST, 2000, at=far.now - timedelta(seconds=3600))
    (alarm,) = _found()
    assert (alarm.camera_code, alarm.grounds["gap_s"]) == (EAST, 1000.0)


def test_once_a_vehicle_and_while_however_often(far: Gate) -> None:
    for number in range(4):
        _seen(far, (WEST, EAST)[number % 2], number * 60)
    (alarm,) = _found()
    assert alarm.count == 3
    _seen(far, WEST, 300)
    assert [each.count for each in _found()] == [4]
    with pytest.raises(IntegrityError), transaction.atomic():
        twin = Alarm.objects.get()
        twin.pk, twin.number, twin.uid = None, "YJ-2", uuid.uuid4()
        twin.save(force_insert=True)


@pytest.mark.parametrize(
    "changed",
    [
        {"kind_code": "01"},
        {"kind_code": ""},
        {"reliability": 0.7},
        {"clock": Clock.ANCIENT},
        {"text": "琼C12346"},
        {"camera_code": "46000000001190009999"},
    ],
)
def test_another_kind_an_unsure_reading_no_time_and_no_place_say_nothing(far: Gate, changed: dict[str, Any]) -> None:
    _seen(far, WEST, 0)
    _seen(far, EAST, 1000, **changed)
    assert _found() == []


def test_a_mobile_camera_s_place_comes_with_each_passage(far: Gate) -> None:
    west, east = lonlat(0.0, 0.0), lonlat(24_000.0, 0.0)
    _seen(far, "mobile-1", 0, position=west)
    _seen(far, "mobile-1", 30, position=west)
    assert _found() == []
    _seen(far, "mobile-1", 600, position=east)
    assert len(_found()) == 1


def test_others_passages_are_not_compared(far: Gate) -> None:
    elsewhere = an_organisation("另一示例县", kind="city")
    _device, sender = a_sender(elsewhere)
    _seen(far, WEST, 0)
    at = far.now - timedelta(seconds=3000)
    passages_take(sender, [a_passage(PLATE, at, "x", position=lonlat(24_000.0, 0.0))], received_at=at)
    assert _found() == []


def test_a_watched_vehicle_may_be_cloned_as_well(far: Gate) -> None:
    far.watch(PLATE, valid_from=far.now - timedelta(hours=2))
    _seen(far, WEST, 0)
    _seen(far, EAST, 60)
    (alarm,) = _found()
    assert Alarm.objects.filter(cause="watched").count() == 2
    assert alarm.chain_id == Alarm.objects.earliest("id").pk
    assert alarm.during.upper - alarm.during.lower > WINDOW


def test_without_a_network_nothing_is_said(gate: Gate) -> None:
    network_forget()
    gate.passes(PLATE, position=lonlat(0.0, 0.0), after_s=-3600)
    gate.passes(PLATE, position=lonlat(24_000.0, 0.0), after_s=-3000)
    assert _found() == []


def test_a_message_that_fails_keeps_its_reason_and_holds_nobody_up(far: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    real = checking.cloned_among

    def stumbling(passages: Any) -> Any:
        if any(one.plate == "琼C00000" for one in passages):
            raise ValueError("不能判断")
        return real(passages)

    monkeypatch.setattr(checking, "cloned_among", stumbling)
    _seen(far, WEST, 0)
    _seen(far, WEST, 10, text="琼C00000")
    _seen(far, EAST, 1000)
    assert len(_found()) == 1
    assert PassageBatch.objects.get().problem == "ValueError: 不能判断"
    assert passages_check() == 0
