"""What is kept of a decision beside a roster gives back the whole text, byte for byte."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from incidents.dispatch import compact, snapshot
from incidents.dispatch.engine import decide_one
from incidents.dispatch.rounding import normalised
from incidents.dispatch.types import DecisionRecord, RosterText, UnitState
from tests.unit.dispatch.test_engine import tasks, worlds
from tests.unit.dispatch.worlds import StraightRoad, given, incident, unit

AT = "2026-05-01T08:00:00+00:00"


@settings(max_examples=150, deadline=None)
@forall(worlds, tasks, st.sets(st.integers(0, 30)), st.sets(st.integers(0, 30)))
def test_nothing_is_lost(units, task, held, away) -> None:  # type: ignore[no-untyped-def]
    rounded = normalised(given(units, task)).units
    ordered, roster = compact.roster_of(rounded, AT)
    some = [
        compact.changed(one, state=UnitState.ASSIGNED, current_grade="blue", sent_s=12.5) if place in held else one
        for place, one in enumerate(ordered)
        if place not in away
    ]
    asked = replace(normalised(given(some, task, units_at=AT)), roster=roster)
    decided = decide_one(asked, StraightRoad())
    record = DecisionRecord(asked, decided.plan)
    text = compact.compact(record, decided.judged)
    whole = compact.expand(text, roster)
    assert whole == snapshot.dumps(record) == snapshot.canonical(snapshot.to_json(record))
    assert snapshot.load(whole) == record


def test_a_decision_over_700_units_is_small_beside_its_roster() -> None:
    ordered, roster = compact.roster_of(normalised(given([unit(n, n * 9.0) for n in range(700)])).units, AT)
    asked = replace(given(ordered), roster=roster)
    decided = decide_one(asked, StraightRoad())
    text = compact.compact(DecisionRecord(asked, decided.plan), decided.judged)
    assert len(text) < 15_000 < len(roster.text)


def test_another_roster_is_refused() -> None:
    ordered, roster = compact.roster_of(normalised(given([unit(1), unit(2, 500.0)])).units, AT)
    asked = replace(given(ordered, incident()), roster=roster)
    decided = decide_one(asked, StraightRoad())
    text = compact.compact(DecisionRecord(asked, decided.plan), decided.judged)
    for other in (RosterText(roster.sha256, roster.text + " "), RosterText("0" * 64, roster.text)):
        with pytest.raises(ValueError, match="roster"):
            compact.expand(text, other)
    with pytest.raises(ValueError, match="roster"):
        compact.compact(DecisionRecord(given(ordered), decided.plan), decided.judged)
