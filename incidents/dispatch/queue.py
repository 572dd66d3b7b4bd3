"""A queue of incidents solved as an assignment problem at every event: graver first, waiting lowers the cost.

With one incident waiting nothing is solved: its best candidate goes at once. Source: trials/dispatch.md §5 (a queue
solved together answers 31 to 84 % sooner than first come, first served; fixed windows only add delay).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .constraints import Case, reject
from .engine import Decided, Examined, conclude, examine, goes_alone
from .policy import DispatchPolicy
from .types import GRADE_RANK, DecisionInput, TravelTimes, UnitSnapshot, UnitState

_NO_PAIR_S = 1e9
AT_LEAST, A_UNIT, AT_MOST = 12, 4, 40


@dataclass(frozen=True, slots=True)
class Waiting:
    """A waiting incident with the units that may go. `totals_ms` by tour: the M nearest suffice when M incidents wait,
    because the others can take at most M - 1 of them."""

    incident_id: int
    grade: str
    waiting_s: float
    totals_ms: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Match:
    """A unit given to an incident."""

    incident_id: int
    tour_id: int
    total_ms: int


def solve(waiting: Sequence[Waiting], policy: DispatchPolicy, *, taken: Iterable[int] = ()) -> tuple[Match, ...]:
    """Give units to incidents, at most one unit an incident and one incident a unit.

    Strict grades (red) come first, each by itself: nothing lighter takes a unit that they want. The others are solved
    together: as many as possible are served, and the sum of travel time - `waiting_weight` x waiting time - head start
    of the grade is least. The answer does not depend on the order of `waiting`. `taken`: tours not to be given.
    """
    used = set(taken)
    matches: list[Match] = []
    for group in groups_of(policy, (one.grade for one in waiting)):
        rows = sorted((one for one in waiting if one.grade in group), key=lambda one: one.incident_id)
        given = _solve_group(rows, used, policy)
        used.update(match.tour_id for match in given)
        matches.extend(given)
    return tuple(matches)


def groups_of(policy: DispatchPolicy, grades: Iterable[str]) -> list[frozenset[str]]:
    """The grades that compete with each other, graver groups first. A strict grade ends its group."""
    groups: list[frozenset[str]] = []
    current: set[str] = set()
    for grade in sorted(set(grades), key=GRADE_RANK.__getitem__):
        current.add(grade)
        if grade in policy.strict_grades:
            groups.append(frozenset(current))
            current = set()
    return [*groups, frozenset(current)] if current else groups


def solver_ready() -> None:
    """Take the solver in. Processes that never solve a queue (web, worker) save 40 MB and a second by not doing it;
    the one that does must not wait for it when the first queue has formed.
    """
    import scipy.optimize  # noqa: F401


def _solve_group(rows: Sequence[Waiting], used: set[int], policy: DispatchPolicy) -> list[Match]:
    from scipy.optimize import linear_sum_assignment

    tours = sorted({tour for row in rows for tour in row.totals_ms} - used)
    if not tours:
        return []
    if len(rows) == 1:
        row = rows[0]
        total_ms, tour = min((total, tour) for tour, total in row.totals_ms.items() if tour not in used)
        return [Match(row.incident_id, tour, total_ms)]
    column = {tour: j for j, tour in enumerate(tours)}
    cost = np.full((len(rows), len(tours)), _NO_PAIR_S)
    for i, row in enumerate(rows):
        ahead_s = policy.waiting_weight * row.waiting_s + policy.head_start_s(row.grade)
        for tour, total in row.totals_ms.items():
            if tour in column:
                cost[i, column[tour]] = total / 1000.0 - ahead_s
    chosen = zip(*linear_sum_assignment(cost), strict=True)
    return [
        Match(rows[i].incident_id, tours[j], rows[i].totals_ms[tours[j]])
        for i, j in chosen
        if cost[i, j] < _NO_PAIR_S / 2
    ]


def considered(given: Sequence[DecisionInput], *, newcomers: Collection[int] = ()) -> list[int]:
    """Which of the waiting incidents are worth solving now, as positions in `given`, in their order.

    Those whom some free unit may serve, the gravest and longest waiting first, `A_UNIT` for every free unit within
    `AT_LEAST` and `AT_MOST`: an incident further down could take a unit from a graver or older one only by being
    nearer, and comes up with the next units. The `newcomers` (ids of incidents) are always among them; where nobody is
    free a few are looked at still, so that the reason they are told stays true.
    """
    free = {u.tour_id: u for one in given for u in one.units if u.state in (UnitState.FREE, UnitState.ON_WAY_BACK)}
    ranked = sorted(
        range(len(given)),
        key=lambda i: (
            GRADE_RANK[given[i].incident.grade],
            -given[i].incident.waiting_s,
            given[i].incident.incident_id,
        ),
    )
    served = [i for i in ranked if _may_be_served(given[i], free.values())]
    chosen = set(served[: min(AT_MOST, max(AT_LEAST, A_UNIT * len(free)))] if served else ranked[:A_UNIT])
    return [i for i, one in enumerate(given) if i in chosen or one.incident.incident_id in newcomers]


def _may_be_served(one: DecisionInput, free: Iterable[UnitSnapshot]) -> bool:
    case = Case.of(one.incident, one.policy)
    return any(reject(unit, case, support=not one.incident.needs_lead) is None for unit in free)


def decide_queue(given: Sequence[DecisionInput], travel: TravelTimes) -> tuple[Decided, ...]:
    """Plans for all incidents that wait now, in the order given, each with the input to record.

    All inputs must come from the same moment and the same units. Incidents that wait for a person keep their own plan
    and take no unit from the others; a single automatic one goes at once, without a matrix.
    """
    count = sum(one.incident.units_needed for one in given)
    wide = [replace(one, search_k=max(one.policy.k, count)) for one in given] if len(given) > 1 else list(given)
    known = [examine(one, travel) for one in wide]
    joint = [i for i, one in enumerate(known) if goes_alone(one)]
    if len(joint) > 1:
        matched = _share([known[i] for i in joint])
        for i in joint:
            wide[i] = replace(wide[i], matched=tuple(matched.get(given[i].incident.incident_id, ())))
    return tuple(Decided(one, conclude(seen, one.matched), seen.judged) for one, seen in zip(wide, known, strict=True))


def _share(known: Sequence[Examined]) -> dict[int, list[int]]:
    """Tours by incident, lead first. Group by group; within a group first the leads, then one support a round."""
    given: dict[int, list[int]] = {}
    taken: set[int] = set()
    policy = known[0].given.policy
    for grades in groups_of(policy, (one.given.incident.grade for one in known)):
        group = [one for one in known if one.given.incident.grade in grades]
        for turn in range(max(one.given.incident.units_needed for one in group)):
            rows = [_row(one, turn) for one in group if _wants(one, turn, given)]
            for match in solve(rows, policy, taken=taken):
                given.setdefault(match.incident_id, []).append(match.tour_id)
                taken.add(match.tour_id)
    return given


def _wants(one: Examined, turn: int, given: Mapping[int, list[int]]) -> bool:
    incident = one.given.incident
    return turn < incident.units_needed and len(given.get(incident.incident_id, ())) == turn


def _row(one: Examined, turn: int) -> Waiting:
    incident = one.given.incident
    ranked = one.supports if incident.needs_lead and turn > 0 else one.candidates
    totals_ms = {c.tour_id: c.total_ms for c in ranked if c.automatic}
    return Waiting(incident.incident_id, incident.grade, incident.waiting_s, totals_ms)
