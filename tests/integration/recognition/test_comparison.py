"""Passages against the watch-list: what raises, what asks a person, what is silent, and how often."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from core import clock
from core.models import Event
from recognition.gat1400.vehicles import Hint
from recognition.intake.incoming import Clock, Taken
from recognition.models import Alarm, AlarmStep, CameraStanding, Passage, WatchCategory
from recognition.plates.grammar import PlateColour
from recognition.plates.plate import parse
from recognition.services import passages_take, watch_check, watch_decide, watch_expire_due, watch_withdraw
from tests.factories.recognition import a_passage
from tests.factories.stations import an_organisation
from tests.integration.recognition.conftest import CAMERA, OTHER_CAMERA, Gate


def _only() -> Alarm:
    return Alarm.objects.get()


def test_plate_and_kind_raise_at_once(gate: Gate) -> None:
    entry = gate.watch("琼C12345")
    assert gate.passes("琼C12345") is Taken.STORED
    alarm = _only()
    assert (alarm.entry_id, alarm.match, alarm.ask, alarm.state) == (entry.pk, "exact", False, "raised")
    assert (alarm.plate, alarm.read, alarm.camera_code) == ("琼C12345", "琼C12345", CAMERA)
    assert alarm.organisation_path == gate.district.path
    assert (round(alarm.geom.x, 4), alarm.checkpoint_id is not None) == (110.47, True)
    event = Event.objects.get(topic="recognition.alarm_raised")
    assert event.subject["alarm"] == str(alarm.uid)
    assert "12345" not in str(event.payload)


def test_strangers_and_other_ways_of_writing(gate: Gate) -> None:
    gate.watch("琼C12345")
    for other in ("琼C12346", "琼B12345", "沪C12345"):
        gate.passes(other)
    assert not Alarm.objects.exists()
    gate.passes("琼c·１２３45")
    assert _only().match == "exact"


@pytest.mark.parametrize(
    ("change", "match", "doubts"),
    [
        ({"kind_code": "01"}, "plate", []),
        ({"kind_code": ""}, "plate", []),
        ({"reliability": 0.4}, "exact", ["reliability"]),
        ({"plate": parse("琼C12345", PlateColour.GREEN)}, "exact", ["colour"]),
        ({"camera_code": "46000000001190009999"}, "exact", []),
    ],
)
def test_what_is_not_certain_asks_a_person(
    gate: Gate, change: dict[str, object], match: str, doubts: list[str]
) -> None:
    gate.watch("琼C12345")
    gate.passes("琼C12345", **change)
    alarm = _only()
    assert (alarm.match, alarm.doubts, alarm.ask) == (match, doubts, bool(doubts) or match != "exact")


def test_one_look_alike_away_is_possible_below_the_limit_only(gate: Gate) -> None:
    gate.watch("琼C12B45", category="hit_and_run")
    gate.passes("琼C12845", reliability=0.97)
    gate.passes("琼CI2845", reliability=0.5)
    assert not Alarm.objects.exists(), "sure of itself, or no plate at all"
    gate.passes("琼C72845", reliability=0.5)
    assert not Alarm.objects.exists(), "two characters away"
    gate.passes("琼C12845", reliability=0.5)
    assert (_only().match, _only().ask, _only().read) == ("alike", True, "琼C12845")


def test_look_alikes_are_the_category_s_choice(gate: Gate) -> None:
    gate.watch("琼C12B45")
    gate.passes("琼C12845", reliability=None)
    assert not Alarm.objects.exists()
    WatchCategory.objects.update(look_alikes=True)
    gate.passes("琼C12845", reliability=None)
    assert _only().match == "alike"


def test_one_unread_character_asks_a_person(gate: Gate) -> None:
    gate.watch("琼C12345")
    gate.passes("琼C1??45")
    assert not Alarm.objects.exists()
    gate.passes("琼C12?45")
    assert (_only().match, _only().ask) == ("partial", True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alarm.objects.update(ask=False)


def test_category_decides_whether_a_person_looks_first(gate: Gate) -> None:
    gate.watch("琼C12345", category="hit_and_run")
    gate.passes("琼C12345")
    assert (_only().match, _only().ask) == ("exact", True)


def test_the_gravest_of_several_entries_raises(gate: Gate) -> None:
    gate.watch("琼C12345", category="overdue_inspection")
    gate.watch("琼C12345", category="hit_and_run")
    gate.passes("琼C12345")
    assert _only().category == "hit_and_run"


def test_limits_of_place(gate: Gate) -> None:
    gate.watch("琼C12345", rings=[1])
    gate.watch("琼C54321", checkpoints=[f"K{CAMERA}"])
    gate.passes("琼C12345")
    gate.passes("琼C54321", camera=OTHER_CAMERA)
    assert not Alarm.objects.exists()
    gate.passes("琼C12345", camera=OTHER_CAMERA)
    gate.passes("琼C54321")
    assert Alarm.objects.filter(ask=False).count() == 2
    gate.passes("琼C12345", camera="46000000001190009999")
    assert Alarm.objects.get(camera_code__endswith="9999").doubts == ["place"]


def test_what_is_over_or_withdrawn_never_fires(gate: Gate) -> None:
    asking, deciding = gate.people
    entry = gate.watch("琼C12345", valid_until=gate.now + timedelta(minutes=30))
    gate.passes("琼C12345", after_s=1800)
    assert not Alarm.objects.exists(), "past its time, also before anything has ended it"
    with clock.fixed(gate.now + timedelta(hours=1)):
        assert watch_expire_due() == 1
    entry.refresh_from_db()
    assert (entry.state, entry.steps.last().code) == ("expired", "23")
    second = gate.watch("琼C12345")
    watch_withdraw(actor=asking, uid=second.uid, reason="已查获")
    gate.passes("琼C12345")
    assert Alarm.objects.count() == 1, "in force until the withdrawal is approved"
    watch_check(actor=deciding, uid=second.uid)
    watch_decide(actor=deciding, uid=second.uid, approve=True)
    gate.passes("琼C12345", after_s=7200)
    assert Alarm.objects.count() == 1


def test_other_authorities_lists_stay_theirs(gate: Gate) -> None:
    gate.watch("琼C12345")
    stranger = an_organisation("邻县", kind="city")
    _passages = [a_passage("琼C12345", gate.now, "46000000001190007777")]
    other = type(gate.sender)(gate.sender.device_id, stranger.pk, stranger.path or "")
    passages_take(other, _passages, received_at=gate.now)
    assert not Alarm.objects.exists()


def test_a_parked_car_fires_once_and_is_counted(gate: Gate) -> None:
    gate.watch("琼C12345")
    for minute in (0, 3, 8, 16, 25):
        gate.passes("琼C12345", after_s=60 * minute)
    alarm = _only()
    assert (alarm.count, alarm.last_at) == (5, gate.now + timedelta(minutes=25))
    gate.passes("琼C12345", after_s=60 * 36)
    assert Alarm.objects.count() == 2


def test_alarms_of_one_vehicle_are_one_chain(gate: Gate) -> None:
    gate.watch("琼C12345")
    gate.passes("琼C12345")
    gate.passes("琼C12345", after_s=300, camera=OTHER_CAMERA)
    gate.passes("琼C12345", after_s=900)
    gate.passes("琼C12345", after_s=900 + 13 * 3600)
    first, *later = Alarm.objects.order_by("passed_at")
    assert [first.chain_id, *(one.chain_id for one in later)] == [None, first.pk, first.pk, None]


def test_the_database_refuses_a_second_alarm_of_one_window(gate: Gate) -> None:
    gate.watch("琼C12345")
    gate.passes("琼C12345")
    alarm = _only()
    alarm.pk, alarm.number = None, "YJ-2"
    alarm.uid = type(alarm)._meta.get_field("uid").get_default()
    alarm._state.adding = True
    # Encrypted for the row that it was: opened for this one before it is written.
    alarm.plate, alarm.read = "琼C12345", "琼C12345"
    with pytest.raises(IntegrityError, match="alarm_once_a_window"), transaction.atomic():
        alarm.save(force_insert=True)


def test_steps_can_not_be_edited(gate: Gate) -> None:
    gate.watch("琼C12345")
    gate.passes("琼C12345")
    for change in ("UPDATE recognition_alarmstep SET text = 'x'", "DELETE FROM recognition_watchstep"):
        with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert AlarmStep.objects.get().to_state == "raised"


def test_a_repetition_stores_and_raises_nothing(gate: Gate) -> None:
    gate.watch("琼C12345")
    passages = [a_passage("琼C12345", gate.now, CAMERA, key="k" * 48), a_passage("琼C10001", gate.now, CAMERA)]
    again = [*passages, passages[0]]
    assert passages_take(gate.sender, again, received_at=gate.now) == [Taken.STORED, Taken.STORED, Taken.DUPLICATE]
    assert passages_take(gate.sender, passages, received_at=gate.now) == [Taken.DUPLICATE] * 2
    assert (Passage.objects.count(), _only().count) == (2, 1)
    assert CameraStanding.objects.get().passages == 2


def test_an_impossible_time_is_compared_by_receipt_and_never_alone(gate: Gate) -> None:
    gate.watch("琼C12345")
    at = gate.now + timedelta(days=400)
    gate.passes("琼C12345", at=at, clock=Clock.FUTURE)
    row = Passage.objects.get()
    assert (row.passed_at, row.device_time, row.clock, row.day) == (gate.now, at, "future_time", gate.now.date())
    assert (_only().doubts, _only().ask) == (["clock"], True)


def test_a_fast_clock_is_corrected_and_a_slow_one_when_it_is_steady(gate: Gate) -> None:
    fast = gate.now + timedelta(seconds=90)
    gate.passes("琼C10001", at=fast)
    gate.passes("琼C10002", at=fast + timedelta(seconds=60), after_s=60)
    second = Passage.objects.get(plate="琼C10002")
    assert (second.passed_at, second.clock) == (gate.now + timedelta(seconds=60), "corrected")
    for minute, plate in ((0, "琼C20001"), (11, "琼C20002"), (12, "琼C20003")):
        at = gate.now + timedelta(minutes=minute, hours=-8)
        gate.passes(plate, at=at, after_s=60 * minute, camera=OTHER_CAMERA)
    found = Passage.objects.filter(camera_code=OTHER_CAMERA).order_by("plate")
    assert [row.clock for row in found] == ["", "", "corrected"]
    assert found[2].passed_at == gate.now + timedelta(minutes=12)


def test_what_is_sent_is_kept_as_sent(gate: Gate) -> None:
    gate.passes("无牌\t\\", reading="no_plate", hints=(Hint.COVERED.value,), kind_code="", speed_kmh=36.0)
    row = Passage.objects.get()
    assert (row.plate_text, row.plate, row.folded, row.reading) == ("无牌\t\\", "", "", "no_plate")
    assert (row.hints, round(row.speed_mps or 0, 3), row.kind_code) == ("covered", 10.0, "")
