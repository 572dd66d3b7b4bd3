"""The queue's solution against every other one, grades, waiting, and the single incident."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from incidents.dispatch import snapshot
from incidents.dispatch.engine import decide_one
from incidents.dispatch.policy import DispatchPolicy
from incidents.dispatch.queue import Match, Waiting, considered, decide_queue, groups_of, solve
from incidents.dispatch.rounding import normalised
from incidents.dispatch.types import DecisionRecord, Exclusion, Role, UnitState
from tests.unit.dispatch.worlds import AUXILIARY, StraightRoad, at, given, incident, unit

POLICY = DispatchPolicy()
WEIGHT = POLICY.waiting_weight


def brute_force(waiting: list[Waiting], tours: list[int]) -> tuple[int, float]:
    """Most incidents served, then least cost, over every way to give tours to incidents of one grade."""
    best = (0, 0.0)
    slots: list[int | None] = [*tours, *[None] * len(waiting)]
    for chosen in set(itertools.permutations(slots, len(waiting))):
        pairs = [(row, tour) for row, tour in zip(waiting, chosen, strict=True) if tour is not None]
        if all(tour in row.totals_ms for row, tour in pairs):
            cost = sum(row.totals_ms[tour] / 1000 - WEIGHT * row.waiting_s for row, tour in pairs)
            best = min(best, (-len(pairs), cost))
    return -best[0], best[1]


def cost_of(waiting: list[Waiting], matches: tuple[Match, ...]) -> float:
    waited = {row.incident_id: row.waiting_s for row in waiting}
    return sum(match.total_ms / 1000 - WEIGHT * waited[match.incident_id] for match in matches)


@pytest.mark.parametrize("seed", range(60))
def test_no_other_way_is_better(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, tours = int(rng.integers(1, 5)), list(range(1, int(rng.integers(2, 6))))
    waiting = []
    for number in range(rows):
        known = [tour for tour in tours if rng.random() < 0.7]
        totals = {tour: int(rng.integers(1, 2_000_000)) for tour in known}
        waiting.append(Waiting(number, "yellow", float(rng.integers(0, 3000)), totals))
    matches = solve(waiting, POLICY)
    served, cost = brute_force(waiting, tours)
    assert len(matches) == served
    assert cost_of(waiting, matches) == pytest.approx(cost)
    assert len({match.tour_id for match in matches}) == len(matches)
    assert solve(waiting[::-1], POLICY) == matches


def test_the_m_nearest_of_each_are_enough() -> None:
    rng = np.random.default_rng(4)
    for _ in range(30):
        m, n = 4, 12
        full = rng.integers(1, 10**6, (m, n))
        dense = [Waiting(i, "blue", 0.0, dict(enumerate(row.tolist()))) for i, row in enumerate(full)]
        near = [
            Waiting(one.incident_id, "blue", 0.0, dict(sorted(one.totals_ms.items(), key=lambda p: p[1])[:m]))
            for one in dense
        ]
        sums = [sum(match.total_ms for match in solve(rows, POLICY)) for rows in (dense, near)]
        assert sums[0] == sums[1]


def test_graver_first_even_when_the_lighter_is_nearer_and_older() -> None:
    waiting = [Waiting(1, "blue", 9000.0, {7: 1000}), Waiting(2, "red", 0.0, {7: 900_000})]
    assert solve(waiting, POLICY) == (Match(2, 7, 900_000),)


def test_yellow_is_ahead_of_blue_by_its_head_start_and_strictly_where_the_policy_says_so() -> None:
    def first(blue_ms: int, policy: DispatchPolicy) -> int:
        rows = [Waiting(1, "blue", 100.0, {7: blue_ms}), Waiting(2, "yellow", 100.0, {7: 700_000})]
        return solve(rows, policy)[0].incident_id

    strict = DispatchPolicy(strict_grades=("red", "yellow"))
    assert (first(110_000, POLICY), first(90_000, POLICY)) == (2, 1)
    assert (first(110_000, strict), first(90_000, strict)) == (2, 2)


def test_strict_grades_end_their_group() -> None:
    grades = ("blue", "red", "yellow")
    assert groups_of(POLICY, grades) == [{"red"}, {"yellow", "blue"}]
    assert groups_of(DispatchPolicy(strict_grades=("yellow",)), grades) == [{"red", "yellow"}, {"blue"}]
    assert groups_of(DispatchPolicy(strict_grades=()), grades) == [{"red", "yellow", "blue"}]
    assert groups_of(POLICY, ()) == []


def test_who_waited_longer_goes_first_when_units_are_short() -> None:
    near, far = {7: 100_000}, {7: 150_000}
    fresh = [Waiting(1, "blue", 0.0, near), Waiting(2, "blue", 0.0, far)]
    assert solve(fresh, POLICY)[0].incident_id == 1
    old = [Waiting(1, "blue", 0.0, near), Waiting(2, "blue", 300.0, far)]
    assert solve(old, POLICY)[0].incident_id == 2


def test_taken_tours_are_not_given() -> None:
    assert solve([Waiting(1, "red", 0.0, {7: 1})], POLICY, taken=[7]) == ()


def place(number: int, metre: float, **changes: object):  # type: ignore[no-untyped-def]
    here = at(metre)
    return incident(incident_id=number, lon=here.lon, lat=here.lat, spots=here.spots, **changes)


def test_a_single_incident_is_decided_alone() -> None:
    one = given([unit(1, 500.0), unit(2, 900.0)])
    assert decide_queue([one], StraightRoad()) == (decide_one(one, StraightRoad()),)


def test_two_incidents_share_units_better_than_first_come() -> None:
    # First come, first served would send 1 to the first (100 m) and 2 across (2,900 m); shared: 300 + 100.
    units = [unit(1, 100.0), unit(2, -300.0)]
    queue = [given(units, place(1, 0.0)), given(units, place(2, 2600.0))]
    first, second = (decided.plan for decided in decide_queue(queue, StraightRoad()))
    assert [pick.tour_id for pick in (*first.picks, *second.picks)] == [2, 1]
    assert first.automatic and second.automatic


def test_who_gets_nobody_waits_and_says_so() -> None:
    units = [unit(1, 100.0)]
    queue = [given(units, place(1, 0.0, grade="blue", waiting_s=900.0)), given(units, place(2, 5000.0, grade="red"))]
    light, grave = (decided.plan for decided in decide_queue(queue, StraightRoad()))
    assert (light.picks, light.shortfall, light.missing) == ((), "all_busy", 1)
    assert grave.picks[0].tour_id == 1


def test_leads_before_supports_and_no_unit_twice() -> None:
    helper = unit(3, 50.0, powers=AUXILIARY, has_officer=False)
    units = [unit(1, 100.0), unit(2, 200.0), helper]
    queue = [given(units, place(n, 0.0, grade="red", units_needed=2)) for n in (1, 2)]
    plans = [decided.plan for decided in decide_queue(queue, StraightRoad())]
    leads = [pick.tour_id for plan in plans for pick in plan.picks if pick.role == Role.LEAD]
    assert sorted(leads) == [1, 2]
    assert sorted(pick.tour_id for plan in plans for pick in plan.picks) == [1, 2, 3]
    assert sum(plan.missing for plan in plans) == 1


def test_who_waits_for_a_person_takes_nobody() -> None:
    units = [unit(1, 100.0)]
    queue = [given(units, place(1, 0.0, grade="red", allowed_automatic=False)), given(units, place(2, 0.0))]
    asked, plain = (decided.plan for decided in decide_queue(queue, StraightRoad()))
    assert asked.picks and not asked.automatic
    assert plain.picks[0].automatic


def test_only_those_whom_somebody_free_may_serve_are_looked_at() -> None:
    free = unit(1, 100.0)
    queue = [
        given([free], place(1, 0.0, required_powers=frozenset({"tow"}), waiting_s=900.0)),
        given([free], place(2, 0.0, waiting_s=60.0)),
        given([free], place(3, 0.0, excluded=(Exclusion(1, "declined"),), waiting_s=800.0)),
    ]
    assert considered(queue) == [1]
    assert considered(queue, newcomers=[3]) == [1, 2], "who has just come is told something in any case"
    many = [given([free], place(n, 0.0, grade="red" if n == 99 else "blue", waiting_s=n)) for n in range(100)]
    assert considered(many) == list(range(88, 100)), "the gravest, then those who wait longest"
    held = replace(free, state=UnitState.ON_SCENE, current_grade="blue")
    busy = [given([held], place(n, 0.0, waiting_s=n)) for n in range(100)]
    assert considered(busy) == [96, 97, 98, 99]


def test_solved_decisions_replay() -> None:
    units = [unit(1, 100.0), unit(2, -300.0)]
    queue = [normalised(given(units, place(n, m))) for n, m in ((1, 0.0), (2, 2600.0))]
    for used, plan, _judged in decide_queue(queue, StraightRoad()):
        again = snapshot.load(snapshot.dumps(DecisionRecord(used, plan)))
        assert snapshot.replay(again, StraightRoad()) == plan
