"""The engine: plain data in, plan with reasons out. No clock, no database, no chance (invariant 12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

from .constraints import PREEMPTABLE, SHORTFALLS, Case, Stage, Verdict, on_lighter, reject, reject_start
from .coverage import free_by_area, uncovered
from .placing import Start, start_of
from .ranking import Found, rank
from .types import (
    Candidate,
    DecisionInput,
    Pick,
    Plan,
    Reason,
    Rejection,
    Role,
    Tier,
    TravelTimes,
    UnitSnapshot,
    UnitStart,
)

_NOWHERE = UnitStart((), 0)


@dataclass(frozen=True, slots=True)
class Judged:
    """What the constraints say of every unit. Lists run parallel to `units`, which are in order of call sign.

    `main`: why a unit may not lead (or not support, once a lead stands), None when it may.
    """

    units: tuple[UnitSnapshot, ...]
    starts: tuple[Start | None, ...]
    main: tuple[Verdict | None, ...]
    support: tuple[bool, ...]
    preemptable: tuple[bool, ...]


@dataclass(slots=True)
class _Search:
    """Travel times of one decision: asks tier by tier and profile by profile, and adds up what it cost."""

    given: DecisionInput
    judged: Judged
    travel: TravelTimes
    starts: tuple[UnitStart, ...]
    settled: int = 0
    over_budget: bool = False
    unreached: set[int] = field(default_factory=set)

    def nearest(self, allowed: Sequence[bool], k: int) -> list[Found]:
        """The K best of the allowed units: unsure ones only where the sure ones do not suffice."""
        found: list[Found] = []
        for tier in Tier:
            if len(found) < k:
                found.extend(self._tier(allowed, tier, k - len(found)))
        return found

    def _tier(self, allowed: Sequence[bool], tier: Tier, k: int) -> list[Found]:
        policy, judged = self.given.policy, self.judged
        places = [i for i, start in enumerate(judged.starts) if allowed[i] and start is not None and start.tier == tier]
        profiles: dict[str, list[int]] = {}
        for i in places:
            start = judged.starts[i]
            if start is not None:
                profiles.setdefault(start.profile, []).append(i)
        found: list[Found] = []
        for profile, members in sorted(profiles.items()):
            mask = [False] * len(judged.units)
            for i in members:
                mask[i] = True
            limit_ms = round(policy.max_travel_s * 1000)
            answer = self.travel(self.given.incident.spots, self.starts, mask, k, profile, limit_ms)
            self.settled += answer.settled
            self.over_budget |= answer.over_budget
            for reached in answer.reached:
                start = judged.starts[reached.unit]
                if start is not None:
                    found.append(Found(judged.units[reached.unit], start, reached))
            if len(answer.reached) < min(k, len(members)):
                self.unreached.update(set(members) - {reached.unit for reached in answer.reached})
        found.sort(key=lambda one: (one.reached.total_ms, one.unit.call_sign, one.unit.tour_id))
        return found[:k]


@dataclass(frozen=True, slots=True)
class Examined:
    """Everything known of one incident before somebody is picked. The lists are as long as searched."""

    given: DecisionInput
    judged: Judged
    free: Mapping[str, int]
    candidates: tuple[Candidate, ...]
    supports: tuple[Candidate, ...]
    preemptable: tuple[Candidate, ...]
    unreached: frozenset[int]
    settled: int
    over_budget: bool


class Decided(NamedTuple):
    """A plan with the input it was made from and what was said of every unit on the way."""

    given: DecisionInput
    plan: Plan
    judged: Judged


def decide_one(given: DecisionInput, travel: TravelTimes) -> Decided:
    """`decide`, with what was learnt on the way."""
    known = examine(given, travel)
    return Decided(given, conclude(known, given.matched), known.judged)


def decide(given: DecisionInput, travel: TravelTimes) -> Plan:
    """Whom to send to an incident, and why. The same input gives the same plan and the same reasons.

    Without `given.matched` the best candidate leads and the best others support; with it the queue's solution decides
    who goes (see queue.py), everything else stays the same.
    """
    return decide_one(given, travel).plan


def examine(given: DecisionInput, travel: TravelTimes) -> Examined:
    """Judge every unit and rank those that may go."""
    judged = judge(given)
    incident, policy = given.incident, given.policy
    case = Case.of(incident, policy)
    search = _Search(given, judged, travel, tuple(_unit_start(start) for start in judged.starts))
    free = free_by_area(judged.units)
    k = max(given.search_k or policy.k, policy.k, incident.units_needed)
    candidates = rank(search.nearest([said is None for said in judged.main], k), case, free)
    unreached = frozenset(search.unreached)
    supports: tuple[Candidate, ...] = ()
    if incident.needs_lead and incident.units_needed > 1:
        supports = rank(search.nearest(judged.support, k), case, free)
    preemptable: tuple[Candidate, ...] = ()
    if any(judged.preemptable):
        preemptable = rank(search.nearest(judged.preemptable, policy.k), case, free)
    return Examined(
        given, judged, free, candidates, supports, preemptable, unreached, search.settled, search.over_budget
    )


def goes_alone(known: Examined) -> bool:
    """Whether somebody would go without a person's confirmation, were this incident the only one."""
    picks = _picks(known, None)
    return bool(picks) and picks[0].automatic


def conclude(known: Examined, matched: tuple[int, ...] | None) -> Plan:
    """The plan: the best candidates go, or those that the queue's solution names (`matched`, lead first)."""
    given = known.given
    incident, policy = given.incident, given.policy
    picks = _picks(known, matched)
    missing = max(0, incident.units_needed - len(picks))
    by_tour = {unit.tour_id: unit for unit in known.judged.units}
    warnings = list(uncovered([by_tour[pick.tour_id] for pick in picks], known.free))
    if picks and missing:
        warnings.append(Reason("too_few_units", (("missing", missing),)))
    keep = max(policy.k, incident.units_needed)
    return Plan(
        candidates=_shown(known.candidates, picks, keep),
        picks=picks,
        automatic=bool(picks) and picks[0].automatic,
        rejected=_rejections(known),
        shortfall=_shortfall(known, picks, matched),
        missing=missing,
        supports=_shown(known.supports, picks, keep),
        preemptions=_preemptions(known, missing),
        warnings=tuple(warnings),
        settled=known.settled,
        over_budget=known.over_budget,
    )


def judge(given: DecisionInput) -> Judged:
    """Apply the table of constraints to every unit, in order of call sign, so that the order of input has no say."""
    case = Case.of(given.incident, given.policy)
    vehicle_profile = given.policy.profile_for(given.incident.kind, given.incident.grade)
    as_support = not given.incident.needs_lead
    units = tuple(sorted(given.units, key=_by_call_sign))
    starts: list[Start | None] = []
    main: list[Verdict | None] = []
    support: list[bool] = []
    preemptable: list[bool] = []
    for unit in units:
        said = reject(unit, case, support=as_support)
        helps = said is None or (said.stage == Stage.POWER and reject(unit, case, support=True) is None)
        drawn = said is not None and said.code in PREEMPTABLE and on_lighter(unit, given.incident)
        start = lost = None
        if helps or drawn:
            start = start_of(unit, given.policy, vehicle_profile)
            lost = reject_start(unit, start, case)
        starts.append(start)
        main.append(said or lost)
        support.append(helps and lost is None)
        preemptable.append(drawn and lost is None)
    return Judged(units, tuple(starts), tuple(main), tuple(support), tuple(preemptable))


_by_call_sign = attrgetter("call_sign", "tour_id")


def _unit_start(start: Start | None) -> UnitStart:
    return _NOWHERE if start is None else UnitStart(start.position.spots, start.offset_ms)


def _picks(known: Examined, matched: tuple[int, ...] | None) -> tuple[Pick, ...]:
    given, incident = known.given, known.given.incident
    auto = incident.allowed_automatic and given.policy.is_automatic(incident.kind, incident.grade)
    if matched is not None:
        by_tour = {one.tour_id: one for one in (*known.supports, *known.candidates)}
        chosen = [by_tour[tour_id] for tour_id in matched if tour_id in by_tour]
    elif not incident.needs_lead:
        chosen = list(known.candidates[: incident.units_needed])
    else:
        chosen = list(known.candidates[:1])
        others = [one for one in known.supports if chosen and one.tour_id != chosen[0].tour_id]
        chosen += others[: incident.units_needed - 1]
    roles = [Role.LEAD if incident.needs_lead and i == 0 else Role.SUPPORT for i in range(len(chosen))]
    return tuple(Pick(one.tour_id, role, auto and one.automatic) for one, role in zip(chosen, roles, strict=True))


def _preemptions(known: Examined, missing: int) -> tuple[Candidate, ...]:
    """Units on a lighter incident that would be there sooner by `preempt_gain_s`, or at all; a person decides."""
    found, candidates, policy = known.preemptable, known.candidates, known.given.policy
    if missing or not candidates or candidates[0].tier == Tier.UNSURE:
        return found
    bar_ms = candidates[0].total_ms - round(policy.preempt_gain_s * 1000)
    return tuple(one for one in found if one.tier == Tier.SURE and one.total_ms <= bar_ms)


def _rejections(known: Examined) -> tuple[Rejection, ...]:
    judged = known.judged
    limit = (("limit_s", round(known.given.policy.max_travel_s)),)
    rejected = []
    for i, (unit, said) in enumerate(zip(judged.units, judged.main, strict=True)):
        if i in known.unreached:
            rejected.append(Rejection(unit.tour_id, unit.call_sign, "not_reachable", limit))
        elif said is not None:
            rejected.append(said.rejection(unit))
    return tuple(rejected)


def _shortfall(known: Examined, picks: tuple[Pick, ...], matched: tuple[int, ...] | None) -> str | None:
    """Why nobody can be sent at once: named after the furthest stage that any unit reached."""
    if picks:
        sure = any(one.tour_id == picks[0].tour_id and one.tier == Tier.SURE for one in known.candidates)
        return None if sure else SHORTFALLS[Stage.POSITION]
    if known.candidates and matched is not None:
        return SHORTFALLS[Stage.BUSY]
    stages = [said.stage for said in known.judged.main if said is not None]
    if known.unreached:
        stages.append(Stage.REACH)
    return SHORTFALLS[max(stages, default=Stage.DUTY)]


def _shown(ranked: tuple[Candidate, ...], picks: tuple[Pick, ...], keep: int) -> tuple[Candidate, ...]:
    """The first `keep`, and the picks wherever they stand."""
    chosen = {pick.tour_id for pick in picks}
    return tuple(one for one in ranked if one.rank <= keep or one.tour_id in chosen)
