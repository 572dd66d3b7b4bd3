"""One recorded decision against the plain answer: its list, its shortfall, and what the straight line would say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .eligibility import SURE, Start, may_go, start_of, straight_m, units_of
from .network import Network, Place

TOLERANCE_S = 0.1
SLOWER_S = 1.0
LISTED = 5
Networks = Callable[[int, str], Network | None]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A unit that may go, by the plain search. Seconds; `total_s` = offset + drive."""

    tour_id: int
    call_sign: str
    start: Start
    drive_s: float
    total_s: float
    straight_m: float


@dataclass(slots=True)
class Verdict:
    """What came out. `faults` in words; `straight_wrong` None where there was nothing to choose from."""

    decision_id: int
    faults: list[str] = field(default_factory=list)
    straight_wrong: bool | None = None
    shortfall: str = ""
    ranked: list[Ranked] = field(default_factory=list)

    @property
    def exact(self) -> bool:
        """True when the list is right."""
        return not self.faults


def judge(decision_id: int, decision: dict[str, Any], networks: Networks) -> Verdict:
    """Rank everybody anew and compare."""
    verdict = Verdict(decision_id, shortfall=decision["plan"]["shortfall"] or "")
    support = not decision["incident"]["needs_lead"]
    units = units_of(decision)
    for unit in units:
        if bool(unit["eligible"]) != may_go(unit, decision, support=support):
            verdict.faults.append(f"{unit['call_sign']} eligible={unit['eligible']}, by the rules it is not so")
    try:
        ranked = rank(decision, [unit for unit in units if may_go(unit, decision, support=support)], networks)
        _compare(decision, "candidates", ranked, verdict)
        if decision["plan"]["supports"]:
            helpers = [unit for unit in units if may_go(unit, decision, support=True)]
            _compare(decision, "supports", rank(decision, helpers, networks), verdict)
    except LookupError as error:
        verdict.faults.append(str(error))
        return verdict
    verdict.ranked = ranked
    verdict.straight_wrong = _straight_wrong(ranked)
    return verdict


def rank(decision: dict[str, Any], units: list[dict[str, Any]], networks: Networks) -> list[Ranked]:
    """Units in order: sure before unsure, then total time, then call sign; none beyond the longest travel.

    Raises LookupError when the export lacks the weights that the decision names.
    """
    incident = decision["incident"]
    goal = [Place.of(spot) for spot in incident["spots"]]
    distances: dict[str, Any] = {}
    ranked = []
    for unit in units:
        start = start_of(unit, decision)
        if start is None:
            continue
        network = networks(decision["weights_generation"], start.profile)
        if network is None:
            raise LookupError(f"no exported weights {decision['weights_generation']} of {start.profile}")
        if start.profile not in distances:
            distances[start.profile] = network.distances_s(goal)
        drive_s = network.drive_s(start.places, goal, distances[start.profile])
        total_s = drive_s + start.offset_ms / 1000.0
        if total_s <= decision["policy"]["max_travel_s"] + 0.0005:
            line_m = straight_m(start.lon, start.lat, incident["lon"], incident["lat"])
            ranked.append(Ranked(unit["tour_id"], unit["call_sign"], start, drive_s, total_s, line_m))
    ranked.sort(key=lambda one: (one.start.tier, one.total_s, one.call_sign, one.tour_id))
    return ranked


def _compare(decision: dict[str, Any], name: str, ranked: list[Ranked], verdict: Verdict) -> None:
    """Place by place within the tolerance, and each listed unit's own time; equal times may change places."""
    listed = sorted(decision["plan"][name], key=lambda one: one["rank"])
    listed = [one for one in listed if one["rank"] <= LISTED]
    wanted = ranked[:LISTED]
    if len(listed) != len(wanted):
        verdict.faults.append(f"{name}: {len(listed)} listed, {len(wanted)} can be there")
        return
    if len({one["tour_id"] for one in listed}) != len(listed):
        verdict.faults.append(f"{name}: a unit is listed twice")
    own = {one.tour_id: one for one in ranked}
    for said, right in zip(listed, wanted, strict=True):
        total_s = said["total_ms"] / 1000.0
        mine = own.get(said["tour_id"])
        if mine is None or abs(mine.total_s - total_s) > TOLERANCE_S:
            instead = "none" if mine is None else f"{mine.total_s:.2f} s"
            verdict.faults.append(f"{name}: {said['call_sign']} said {total_s:.2f} s, plain search {instead}")
        elif abs(right.total_s - total_s) > TOLERANCE_S or right.start.tier != said["tier"]:
            verdict.faults.append(
                f"{name}: place {said['rank']} is {said['call_sign']} with {total_s:.2f} s, "
                f"should be {right.call_sign} with {right.total_s:.2f} s"
            )


def _straight_wrong(ranked: list[Ranked]) -> bool | None:
    """Whether the straight-line nearest of the same units needs more than a second longer by road."""
    sure = [one for one in ranked if one.start.tier == SURE and one.start.profile != "foot"]
    if len(sure) < 2:
        return None
    nearest = min(sure, key=lambda one: one.straight_m)
    return nearest.drive_s - min(one.drive_s for one in sure) > SLOWER_S
