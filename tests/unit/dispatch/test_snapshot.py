"""A decision can be stored, read back and decided again with the same outcome."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace

import pytest
from hypothesis import given as forall
from hypothesis import settings

from incidents.dispatch import snapshot
from incidents.dispatch.engine import decide
from incidents.dispatch.policy import DispatchPolicy, Rule
from incidents.dispatch.rounding import normalised
from incidents.dispatch.types import DecisionRecord, Exclusion, PositionSource, UnitSnapshot, UnitState
from tests.unit.dispatch.test_engine import tasks, worlds
from tests.unit.dispatch.worlds import StraightRoad, at, given, incident, unit


@settings(max_examples=100, deadline=None)
@forall(worlds, tasks)
def test_replay_gives_the_same_plan(units, task) -> None:  # type: ignore[no-untyped-def]
    record_input = normalised(given(units, task, network_version="shanghai-1", weights_generation=7))
    record = DecisionRecord(record_input, decide(record_input, StraightRoad()))
    text = snapshot.dumps(record)
    assert text == snapshot.canonical(snapshot.to_json(record)), "put together from kept rows or written anew"
    again = snapshot.load(text)
    assert again == record
    assert snapshot.replay(again, StraightRoad()) == record.plan
    assert snapshot.dumps(again) == text
    shaken = json.loads(json.dumps(json.loads(text), sort_keys=False))
    assert snapshot.from_json(shaken) == record


def test_text_is_canonical_whatever_the_order() -> None:
    units = [unit(2, 0.1 + 0.2), unit(1, fallback=at(3, PositionSource.POST))]
    task = incident(excluded=(Exclusion(9, "declined"),), waiting_s=1.23456)
    texts = []
    for several in (units, units[::-1]):
        one = normalised(given(several, task))
        texts.append(snapshot.dumps(DecisionRecord(one, decide(one, StraightRoad()))))
    assert texts[0] == texts[1]
    assert snapshot.sha256(texts[0]) == snapshot.sha256(texts[1])
    assert '"waiting_s":1.235' in texts[0]


def test_a_reader_without_this_program_sees_what_entered_the_search() -> None:
    one = normalised(given([unit(1, moving=False), unit(2, 5.0, kind="drone")]))
    plain = snapshot.to_json(DecisionRecord(one, decide(one, StraightRoad())))
    rows = snapshot.unit_rows(json.loads(snapshot.canonical(plain)))
    assert [(r["eligible"], r["tier"], r["offset_ms"], r["start"]) for r in rows] == [
        (True, 0, 60_000, "fix"),
        (False, None, None, None),
    ]
    assert rows[0]["fix"][3] == [[0, 0, 1, 1000.0]]
    assert (rows[0]["kind"], rows[1]["kind"]) == ("car", "drone")
    assert {field.name for field in fields(UnitSnapshot) if field.init} < set(rows[0])


def test_what_a_unit_keeps_is_not_carried_into_a_changed_one() -> None:
    one = normalised(given([unit(1), unit(2, 9000.0)]))
    snapshot.dumps(DecisionRecord(one, decide(one, StraightRoad())))
    held = replace(one.units[0], state=UnitState.ASSIGNED, current_grade="blue", sent_s=5.0)
    other = replace(one, units=(held, one.units[1]))
    record = DecisionRecord(other, decide(other, StraightRoad()))
    assert record.plan.rejected[0].code == "just_sent"
    assert snapshot.dumps(record) == snapshot.canonical(snapshot.to_json(record))
    graver = replace(other, incident=replace(other.incident, grade="red"))
    assert decide(graver, StraightRoad()).preemptions, "a busy unit is judged by the grade of each incident anew"


def test_a_record_of_200_units_stays_small() -> None:
    one = normalised(given([unit(n, n * 37.0, area="north") for n in range(200)]))
    assert len(snapshot.dumps(DecisionRecord(one, decide(one, StraightRoad())))) < 50_000


def test_a_foreign_format_is_refused() -> None:
    with pytest.raises(ValueError, match="format"):
        snapshot.from_json({"format": 99})


def test_nan_never_enters_a_record() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        snapshot.canonical({"lon": math.nan})


def test_policy_round_trip_and_faults() -> None:
    policy = DispatchPolicy(version=3, k=7, automatic=(Rule("sos", "red", "auto"), Rule("*", "*", "propose")))
    assert DispatchPolicy.from_json(json.loads(json.dumps(policy.as_json()))) == policy
    assert DispatchPolicy.from_json({}, version=4) == DispatchPolicy(version=4)
    from core.errors import InvalidInput

    for content, field in (
        ({"kk": 1}, "kk"),
        ({"fresh_s": -1}, "fresh_s"),
        ({"k": 0}, "k"),
        ({"fresh_s": 400}, "aged_s"),
        ({"automatic": [{"kind": "*", "grade": "*", "value": "maybe"}]}, "automatic"),
        ({"profile": ["fast"]}, "profile"),
    ):
        with pytest.raises(InvalidInput) as caught:
            DispatchPolicy.from_json(content)
        assert caught.value.field == field
