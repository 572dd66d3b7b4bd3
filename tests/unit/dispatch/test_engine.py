"""Ranking, freshness, several units, pre-emption, cover, and the laws that hold for any world."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from incidents.dispatch.engine import decide
from incidents.dispatch.policy import DispatchPolicy, Rule
from incidents.dispatch.reasons import REASONS, WARNINGS, text
from incidents.dispatch.types import Candidate, Plan, PositionSource, Role, Tier, UnitSnapshot, UnitState
from tests.unit.dispatch.worlds import AUXILIARY, StraightRoad, at, given, incident, unit


def codes(one: Candidate) -> list[str]:
    return [reason.code for reason in one.reasons]


def order(plan: Plan) -> list[int]:
    return [one.tour_id for one in plan.candidates]


def test_the_first_to_be_there_wins_not_the_nearest() -> None:
    plan = decide(given([unit(1, 500.0, moving=False, at_station=True), unit(2, 1000.0)]), StraightRoad())
    assert order(plan) == [2, 1]
    assert [one.total_ms for one in plan.candidates] == [100_000, 170_000]
    assert codes(plan.candidates[0])[:2] == ["first_to_arrive", "drive"]
    assert "turn_out_station" in codes(plan.candidates[1])


@pytest.mark.parametrize(
    ("changes", "seconds"),
    [({}, 0), ({"moving": False}, 60), ({"moving": False, "at_station": True}, 120)],
)
def test_turn_out(changes: dict[str, Any], seconds: int) -> None:
    plan = decide(given([unit(1, **changes)]), StraightRoad())
    assert plan.candidates[0].turn_out_ms == seconds * 1000


@pytest.mark.parametrize(("age_s", "added_ms"), [(0.0, 0), (60.0, 0), (60.5, 60_500), (300.0, 300_000)])
def test_age_is_added_between_fresh_and_stale(age_s: float, added_ms: int) -> None:
    one = decide(given([unit(1, position_age_s=age_s)]), StraightRoad()).candidates[0]
    assert (one.tier, one.age_ms, one.automatic) == (Tier.SURE, added_ms, True)
    assert ("age_added" in codes(one)) == (added_ms > 0)


def test_a_stale_unit_is_ranked_by_its_post_after_every_fresh_one_and_never_automatic() -> None:
    stale = unit(1, 10.0, position_age_s=300.5, fallback=at(20, PositionSource.STATION))
    plan = decide(given([stale, unit(2, 9000.0)]), StraightRoad())
    assert order(plan) == [2, 1]
    assert plan.picks[0].tour_id == 2
    last = plan.candidates[1]
    assert (last.tier, last.automatic, last.turn_out_ms, last.age_ms) == (Tier.UNSURE, False, 120_000, 0)
    assert "stale_position_aged" in codes(last)
    alone = decide(given([stale]), StraightRoad())
    assert alone.picks and not alone.picks[0].automatic and not alone.automatic and alone.shortfall == "all_stale"


def test_a_faked_position_is_flagged_and_not_used_for_automatic() -> None:
    faked = unit(1, 10.0, is_mock=True)
    plan = decide(given([faked, unit(2, 5000.0)]), StraightRoad())
    assert order(plan) == [2, 1]
    assert "mock_position" in codes(plan.candidates[1])
    with_post = decide(given([replace(faked, fallback=at(300, PositionSource.POST))]), StraightRoad())
    assert with_post.candidates[0].position_source == PositionSource.POST
    assert not with_post.automatic


def test_a_unit_with_radio_only_waits_for_a_person() -> None:
    plan = decide(given([unit(1, radio_only=True)]), StraightRoad())
    assert plan.picks and not plan.automatic


def test_foot_patrols_walk_and_only_within_reach() -> None:
    plan = decide(given([unit(1, 280.0, kind="foot"), unit(2, 3000.0), unit(3, 900.0, kind="foot")]), StraightRoad())
    assert order(plan) == [1, 2]
    assert plan.candidates[0].profile == "foot"
    assert plan.candidates[0].total_ms == 200_000
    assert {"walk", "already_nearby"} <= set(codes(plan.candidates[0]))


def test_profile_and_automatic_follow_the_policy() -> None:
    policy = DispatchPolicy(
        profile=(Rule("*", "red", "emergency"), Rule("*", "*", "drive")),
        automatic=(Rule("watchlist_hit", "*", "propose"), Rule("*", "*", "auto")),
    )
    red = decide(given([unit(1)], incident(grade="red"), policy=policy), StraightRoad())
    assert (red.candidates[0].profile, red.candidates[0].drive_ms) == ("emergency", 50_000)
    hit = decide(given([unit(1)], incident(kind="watchlist_hit"), policy=policy), StraightRoad())
    assert hit.picks and not hit.automatic and hit.shortfall is None
    asked = decide(given([unit(1)], incident(allowed_automatic=False)), StraightRoad())
    assert asked.picks and not asked.automatic


def test_ties_go_by_call_sign_also_at_the_edge_of_the_list() -> None:
    units = [unit(n, 1000.0, call_sign=sign) for n, sign in ((1, "C"), (2, "A"), (3, "B"))]
    plan = decide(given(units, policy=DispatchPolicy(k=2)), StraightRoad())
    assert [one.call_sign for one in plan.candidates] == ["A", "B"]


def test_a_grave_one_gets_a_lead_with_the_powers_and_the_nearest_support() -> None:
    units = [unit(1, 200.0, powers=AUXILIARY, has_officer=False), unit(2, 4000.0), unit(3, 6000.0)]
    plan = decide(given(units, incident(grade="red", units_needed=2)), StraightRoad())
    assert [(pick.tour_id, pick.role) for pick in plan.picks] == [(2, Role.LEAD), (1, Role.SUPPORT)]
    assert plan.automatic and plan.missing == 0
    assert order(plan) == [2, 3]
    assert [one.tour_id for one in plan.supports] == [1, 2, 3]
    assert [r.code for r in plan.rejected] == ["lacks_power"]


def test_support_never_goes_without_a_lead() -> None:
    plan = decide(given([unit(1, powers=AUXILIARY, has_officer=False)], incident(units_needed=2)), StraightRoad())
    assert plan.picks == () and plan.shortfall == "none_with_power"


def test_missing_support_is_said() -> None:
    plan = decide(given([unit(1)], incident(units_needed=3)), StraightRoad())
    assert (len(plan.picks), plan.missing, plan.shortfall) == (1, 2, None)
    assert "too_few_units" in [warning.code for warning in plan.warnings]


def test_once_a_lead_stands_anybody_may_support() -> None:
    helper = unit(1, powers=AUXILIARY, has_officer=False)
    plan = decide(given([helper], incident(grade="red", needs_lead=False)), StraightRoad())
    assert [(pick.tour_id, pick.role) for pick in plan.picks] == [(1, Role.SUPPORT)]
    assert plan.rejected == ()
    busy = decide(given([replace(helper, state=UnitState.BREAK)], incident(needs_lead=False)), StraightRoad())
    assert busy.shortfall == "all_busy"


def test_preemption_is_proposed_for_a_graver_one_and_never_done() -> None:
    held = unit(1, 200.0, state=UnitState.ON_SCENE, current_grade="blue")
    plan = decide(given([held], incident(grade="red")), StraightRoad())
    assert plan.picks == () and not plan.automatic and plan.shortfall == "all_busy"
    assert [(one.tour_id, one.automatic) for one in plan.preemptions] == [(1, False)]
    assert "preempts" in codes(plan.preemptions[0])
    same = decide(given([held], incident(grade="blue")), StraightRoad())
    assert same.preemptions == ()


def test_preemption_needs_a_gain_when_somebody_is_free() -> None:
    held = unit(1, 200.0, state=UnitState.ASSIGNED, current_grade="blue", sent_s=5.0)
    near = decide(given([held, unit(2, 3000.0)], incident(grade="red")), StraightRoad())
    assert near.preemptions == () and near.automatic
    far = decide(given([held, unit(2, 9000.0)], incident(grade="red")), StraightRoad())
    assert [one.tour_id for one in far.preemptions] == [1]
    assert far.picks[0].tour_id == 2 and far.automatic


def test_sending_the_last_free_unit_of_an_area_warns() -> None:
    units = [unit(1, 100.0, area="north"), unit(2, 5000.0, area="south"), unit(3, 6000.0, area="south")]
    plan = decide(given(units), StraightRoad())
    assert [(w.code, dict(w.params)["area"]) for w in plan.warnings] == [("last_free_unit", "north")]
    assert [bool(one.warnings) for one in plan.candidates] == [True, False, False]
    both = decide(given(units[1:], incident(units_needed=2)), StraightRoad())
    assert [dict(w.params)["area"] for w in both.warnings] == ["south"]
    covered = decide(given([*units, unit(4, 8000.0, area="north")]), StraightRoad())
    assert covered.warnings == ()


def test_every_reason_has_a_sentence() -> None:
    units = [
        unit(1, 100.0, lent_to=("/1/",), organisation_path="/7/"),
        unit(2, 3000.0, position_age_s=100.0, state=UnitState.ON_WAY_BACK, radio_only=True),
        unit(3, 200.0, kind="foot", moving=False),
        unit(4, 100.0, position_age_s=900.0, fallback=at(10, PositionSource.SEGMENT_MIDDLE)),
        unit(5, None, fallback=at(10, PositionSource.STATION)),
        unit(6, 900.0, is_mock=True, organisation_path="/3/"),
        unit(7, 50.0, state=UnitState.ON_SCENE, current_grade="blue"),
    ]
    task = incident(grade="red", wanted_kinds=("car",), on_border=True, sendable_paths=("/3/",), units_needed=9)
    plan = decide(given(units, task, policy=DispatchPolicy(k=9)), StraightRoad())
    everybody = [*plan.candidates, *plan.preemptions]
    said = {reason.code for one in everybody for reason in one.reasons}
    assert said == set(REASONS)
    for one in everybody:
        for reason in (*one.reasons, *one.warnings):
            assert "%" not in text(reason.code, reason.params)
    assert {w.code for w in plan.warnings} == set(WARNINGS)
    first = everybody[0].reasons[0]
    assert text(first.code, first.params) == "最先到达：约 0 分 10 秒"
    assert text(first.code, first.params, translate=lambda m: {m: "%(total_sec)d s"}[m]) == "10 s"


ages = st.one_of(st.none(), st.integers(0, 900).map(float))
units_of_any_kind = st.builds(
    lambda number, metre, age, state, kind, post, mock, grade, aux: unit(
        number,
        metre,
        position_age_s=age,
        state=state,
        kind=kind,
        fallback=None if post is None else at(post, PositionSource.POST),
        is_mock=mock,
        current_grade=grade,
        powers=AUXILIARY if aux else unit(1).powers,
    ),
    st.integers(1, 10_000),
    st.integers(0, 20).map(lambda n: n * 500.0),
    ages,
    st.sampled_from(list(UnitState)),
    st.sampled_from(["car", "car", "foot", "drone"]),
    st.one_of(st.none(), st.integers(0, 9000)),
    st.booleans(),
    st.sampled_from([None, "red", "yellow", "blue"]),
    st.booleans(),
)
worlds = st.lists(units_of_any_kind, max_size=12, unique_by=lambda one: one.tour_id)
tasks = st.builds(
    lambda grade, needed: incident(grade=grade, units_needed=needed),
    st.sampled_from(["red", "yellow", "blue"]),
    st.integers(1, 3),
)


@settings(max_examples=150, deadline=None)
@forall(worlds, tasks, st.randoms(use_true_random=False))
def test_order_of_input_has_no_say(units: list[UnitSnapshot], task: Any, chance: Any) -> None:
    shuffled = list(units)
    chance.shuffle(shuffled)
    assert decide(given(units, task), StraightRoad()) == decide(given(shuffled, task), StraightRoad())


@settings(max_examples=150, deadline=None)
@forall(worlds, tasks, st.sampled_from(["off", "drone", "scope"]))
def test_an_ineligible_unit_changes_nothing_but_the_list_of_rejected(
    units: list[UnitSnapshot], task: Any, why: str
) -> None:
    stranger = {
        "off": unit(20_000, 1.0, state=UnitState.OFF),
        "drone": unit(20_000, 1.0, kind="drone"),
        "scope": unit(20_000, 1.0, organisation_path="/9/"),
    }[why]
    alone = decide(given(units, task), StraightRoad())
    joined = decide(given([stranger, *units], task), StraightRoad())
    without = tuple(r for r in joined.rejected if r.tour_id != 20_000)
    assert len(joined.rejected) == len(without) + 1
    assert replace(joined, rejected=without) == alone


@settings(max_examples=150, deadline=None)
@forall(worlds, tasks)
def test_laws_of_every_plan(units: list[UnitSnapshot], task: Any) -> None:
    plan = decide(given(units, task), StraightRoad())
    for ranked in (plan.candidates, plan.supports):
        keys = [(one.tier, one.total_ms, one.call_sign, one.tour_id) for one in ranked]
        assert keys == sorted(keys)
        assert [one.rank for one in ranked] == list(range(1, len(ranked) + 1))
    by_tour = {one.tour_id: one for one in (*plan.supports, *plan.candidates)}
    assert all(by_tour[pick.tour_id].tier == Tier.SURE for pick in plan.picks if pick.automatic)
    assert all(not one.automatic for one in plan.preemptions)
    assert len({pick.tour_id for pick in plan.picks}) == len(plan.picks)
    assert len(plan.picks) + plan.missing == task.units_needed
    assert (plan.shortfall is None) == (bool(plan.picks) and by_tour[plan.picks[0].tour_id].tier == Tier.SURE)
    assert {one.tour_id for one in plan.candidates}.isdisjoint(r.tour_id for r in plan.rejected)
