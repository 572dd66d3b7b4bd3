"""Who may not or should not go: a table of named checks. The first check that speaks gives the rejection.

The order of the table is the order of its stages, so that the furthest stage any unit reached says what was short.
Sources: domain.md §3.5 (powers) and §4 (pitfalls 9-14), design §4 (invariants 7 and 10).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from .geometry import straight_m
from .placing import FOOT_KIND, Start
from .policy import DispatchPolicy
from .types import GRADE_RANK, IncidentSnapshot, Params, Rejection, UnitSnapshot, UnitState

NO_POWERS = frozenset({"report"})  # station staff and leaders answer for no road (domain.md §3.5)
_FREE = frozenset({UnitState.FREE, UnitState.ON_WAY_BACK})
NOT_RANKED_KINDS = frozenset({"drone"})  # design §5: eyes beside the ranking


class Stage(IntEnum):
    """How far a unit came before it was rejected."""

    DUTY = 0
    POWER = 1
    BUSY = 2
    POSITION = 3
    REACH = 4


SHORTFALLS: Mapping[Stage, str] = {
    Stage.DUTY: "nobody_on_duty",
    Stage.POWER: "none_with_power",
    Stage.BUSY: "all_busy",
    Stage.POSITION: "all_stale",
    Stage.REACH: "none_reachable",
}


class Verdict(NamedTuple):
    """What speaks against a unit, and the place of the check in the table."""

    place: int
    code: str
    params: Params
    stage: Stage

    def rejection(self, unit: UnitSnapshot) -> Rejection:
        """As the plan shows it."""
        known: Rejection | None = unit.kept.get("rejection")
        if known is None or known.code != self.code or known.params != self.params:
            known = unit.kept["rejection"] = Rejection(unit.tour_id, unit.call_sign, self.code, self.params)
        return known


@dataclass(frozen=True, slots=True)
class Case:
    """The incident under the policy in force; what the checks ask against. `make_ups` remembers what the checks that
    look at a unit's make-up only said: most units of a force are alike."""

    incident: IncidentSnapshot
    policy: DispatchPolicy
    excluded: Mapping[int, str]
    make_ups: dict[tuple[object, ...], Verdict | None] = field(default_factory=dict, compare=False)

    @property
    def needs_officer(self) -> bool:
        """A risk task: auxiliaries go with an officer only."""
        return self.incident.needs_officer or self.incident.grade in self.policy.officer_grades

    @classmethod
    def of(cls, incident: IncidentSnapshot, policy: DispatchPolicy) -> Case:
        """Read the exclusions once."""
        return cls(incident, policy, {e.tour_id: e.code for e in incident.excluded})


Test = Callable[[UnitSnapshot, Case], Params | str | None]
StartTest = Callable[[UnitSnapshot, Start, Case], Params | None]


@dataclass(frozen=True, slots=True)
class Check:
    """A named check. `test` answers None (may go), parameters (may not), or a code of its own.

    `lead_only`: whoever supports a lead that passes need not pass it. `of_moment`: it asks what the unit is doing now,
    not only what it is (kind, organisation, powers, officer, exercise, loan: `_make_up`).
    """

    code: str
    stage: Stage
    test: Test
    lead_only: bool = False
    of_moment: bool = False


@dataclass(frozen=True, slots=True)
class StartCheck:
    """A check of where a unit would start from."""

    code: str
    stage: Stage
    test: StartTest


def _drone(unit: UnitSnapshot, case: Case) -> Params | None:
    return () if unit.kind in NOT_RANKED_KINDS else None


def _off(unit: UnitSnapshot, case: Case) -> Params | None:
    return () if unit.state == UnitState.OFF else None


def _exercise(unit: UnitSnapshot, case: Case) -> Params | None:
    return None if unit.is_exercise == case.incident.is_exercise else ()


def _scope(unit: UnitSnapshot, case: Case) -> Params | None:
    incident = case.incident
    for path in (incident.organisation_path, *incident.sendable_paths):
        if unit.organisation_path.startswith(path):
            return None
    for path in unit.lent_to:
        if incident.organisation_path.startswith(path):
            return None
    return ()


def _kind(unit: UnitSnapshot, case: Case) -> Params | None:
    return (("kind", unit.kind),) if unit.kind in case.incident.excluded_kinds else None


def _crew(unit: UnitSnapshot, case: Case) -> Params | None:
    return () if unit.powers <= NO_POWERS else None


def _powers(unit: UnitSnapshot, case: Case) -> Params | None:
    missing = case.incident.required_powers - unit.powers
    return (("powers", tuple(sorted(missing))),) if missing else None


def _officer(unit: UnitSnapshot, case: Case) -> Params | None:
    return () if case.needs_officer and not unit.has_officer else None


def _excluded(unit: UnitSnapshot, case: Case) -> str | None:
    return case.excluded.get(unit.tour_id)


def _break(unit: UnitSnapshot, case: Case) -> Params | None:
    return () if unit.state == UnitState.BREAK else None


def _just_sent(unit: UnitSnapshot, case: Case) -> Params | None:
    if unit.state == UnitState.ASSIGNED and unit.sent_s is not None and unit.sent_s <= case.policy.just_sent_s:
        return (("sent_s", round(unit.sent_s)),)
    return None


def _busy_graver(unit: UnitSnapshot, case: Case) -> Params | None:
    busy = unit.state in (UnitState.ASSIGNED, UnitState.ON_SCENE)
    return (("grade", unit.current_grade or ""),) if busy and not on_lighter(unit, case.incident) else None


def _busy_lighter(unit: UnitSnapshot, case: Case) -> Params | None:
    busy = unit.state in (UnitState.ASSIGNED, UnitState.ON_SCENE)
    return (("grade", unit.current_grade or ""),) if busy else None


def _too_far_on_foot(unit: UnitSnapshot, start: Start, case: Case) -> Params | None:
    if unit.kind != FOOT_KIND:
        return None
    line_m = straight_m(start.position.lon, start.position.lat, case.incident.lon, case.incident.lat)
    if line_m <= case.policy.foot_within_m:
        return None
    return (("straight_m", round(line_m)), ("limit_m", round(case.policy.foot_within_m)))


def _off_network(unit: UnitSnapshot, start: Start, case: Case) -> Params | None:
    return None if start.position.spots else (("source", start.position.source.value),)


CHECKS: tuple[Check, ...] = (
    Check("drone_not_ranked", Stage.DUTY, _drone),
    Check("off_duty", Stage.DUTY, _off, of_moment=True),
    Check("exercise_mismatch", Stage.DUTY, _exercise),
    Check("out_of_scope", Stage.DUTY, _scope),
    Check("kind_excluded", Stage.DUTY, _kind),
    Check("no_road_powers", Stage.DUTY, _crew),
    Check("lacks_power", Stage.POWER, _powers, lead_only=True),
    Check("officer_needed", Stage.POWER, _officer, lead_only=True),
    Check("excluded", Stage.BUSY, _excluded, of_moment=True),
    Check("on_break", Stage.BUSY, _break, of_moment=True),
    Check("just_sent", Stage.BUSY, _just_sent, of_moment=True),
    Check("busy_graver", Stage.BUSY, _busy_graver, of_moment=True),
    Check("busy_lighter", Stage.BUSY, _busy_lighter, of_moment=True),
)

START_CHECKS: tuple[StartCheck, ...] = (
    StartCheck("too_far_on_foot", Stage.REACH, _too_far_on_foot),
    StartCheck("off_network", Stage.REACH, _off_network),
)

# Rejections that a person may overrule when the new incident is graver (pre-emption).
PREEMPTABLE = frozenset({"just_sent", "busy_lighter"})


def on_lighter(unit: UnitSnapshot, incident: IncidentSnapshot) -> bool:
    """True when the unit is held by an incident less grave than this one."""
    return unit.current_grade is not None and GRADE_RANK[unit.current_grade] > GRADE_RANK[incident.grade]


_STANDING = tuple((place, check) for place, check in enumerate(CHECKS) if not check.of_moment)
_OF_MOMENT = tuple((place, check) for place, check in enumerate(CHECKS) if check.of_moment)


def reject(unit: UnitSnapshot, case: Case, *, support: bool = False) -> Verdict | None:
    """The first check that speaks against a unit, None when it may go as far as duty, powers and work are concerned."""
    key = (_make_up(unit), support)
    if key in case.make_ups:
        standing = case.make_ups[key]
    else:
        standing = case.make_ups[key] = _first(_STANDING, unit, case, support)
    if unit.state in _FREE and unit.tour_id not in case.excluded:
        return standing
    moment = _moment(unit, case, support)
    if moment is None or (standing is not None and standing.place < moment.place):
        return standing
    return moment


def _make_up(unit: UnitSnapshot) -> tuple[object, ...]:
    """All that checks may ask of a unit unless they are `of_moment`."""
    made: tuple[object, ...] | None = unit.kept.get("make_up")
    if made is None:
        made = (unit.kind, unit.organisation_path, unit.powers, unit.has_officer, unit.is_exercise, unit.lent_to)
        unit.kept["make_up"] = made
    return made


def _moment(unit: UnitSnapshot, case: Case, support: bool) -> Verdict | None:
    """What a unit is doing now; the same for every incident of a grade, unless this one excludes it by name."""
    if unit.tour_id in case.excluded:
        return _first(_OF_MOMENT, unit, case, support)
    key = "moment:" + case.incident.grade
    known: tuple[DispatchPolicy, Verdict | None] | None = unit.kept.get(key)
    if known is None or known[0] is not case.policy:
        known = unit.kept[key] = (case.policy, _first(_OF_MOMENT, unit, case, support))
    return known[1]


def _first(checks: Sequence[tuple[int, Check]], unit: UnitSnapshot, case: Case, support: bool) -> Verdict | None:
    for place, check in checks:
        if not (support and check.lead_only):
            said = check.test(unit, case)
            if said is not None:
                code, params = (said, ()) if isinstance(said, str) else (check.code, said)
                return Verdict(place, code, params, check.stage)
    return None


def reject_start(unit: UnitSnapshot, start: Start | None, case: Case) -> Verdict | None:
    """The same for where the unit would start from."""
    if start is None:
        age = () if unit.position_age_s is None else (("age_s", round(unit.position_age_s)),)
        return Verdict(len(CHECKS), "no_position", age, Stage.POSITION)
    for place, check in enumerate(START_CHECKS, start=len(CHECKS) + 1):
        params = check.test(unit, start, case)
        if params is not None:
            return Verdict(place, check.code, params, check.stage)
    return None
