"""From the database to the engine's plain input."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core import clock
from incidents.dispatch.policy import DispatchPolicy
from incidents.dispatch.rounding import DEGREES, SMALL, rounded_spots
from incidents.dispatch.types import (
    DecisionInput,
    Exclusion,
    IncidentSnapshot,
    Spot,
    UnitSnapshot,
)
from incidents.models import DispatchPolicyVersion, Incident
from incidents.services.duty_roster import duty_roster, roster_forget, units_doing, units_held
from incidents.services.grading import CALLER
from incidents.services.intake_rows import kinds_active
from incidents.services.sending import Sending
from incidents.services.travel import spots_of
from incidents.states import STANDING, AssignmentState
from roads.selectors import current_network
from stations.selectors import Sendable, sendable_now

if TYPE_CHECKING:
    from roads.selectors.routing import RoadNetwork

KEPT_PLACES = 2000
KEEP_POLICY_S = 2.0
# Who did not sign in time, or said no, is not asked again for the same incident so soon.
ASK_AGAIN = {
    AssignmentState.EXPIRED.value: timedelta(minutes=2),
    AssignmentState.DECLINED.value: timedelta(minutes=15),
    AssignmentState.RECALLED.value: timedelta(minutes=15),
}


@dataclass(slots=True)
class _Kept:
    """What a process keeps between decisions."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    incidents: dict[tuple[object, ...], tuple[Spot, ...]] = field(default_factory=dict)
    sendable: Sendable | None = None
    sendable_read_at: float = float("-inf")
    policy: DispatchPolicy | None = None
    policy_read_at: float = float("-inf")


_kept = _Kept()


def gathering_forget(*, everything: bool = True) -> None:
    """Read everything anew on the next decision (tests, after a change of policy here), or only who is on duty."""
    roster_forget(places=everything)
    if everything:
        with _kept.lock:
            _kept.policy_read_at = _kept.sendable_read_at = float("-inf")
            _kept.incidents.clear()


def policy_in_force() -> DispatchPolicy:
    """The newest policy version in force; kept for two seconds."""
    with _kept.lock:
        if _kept.policy is not None and time.monotonic() - _kept.policy_read_at < KEEP_POLICY_S:
            return _kept.policy
    row = DispatchPolicyVersion.objects.filter(valid_from__lte=clock.now()).order_by("-version").first()
    policy = DispatchPolicy.from_json(row.content, version=row.version) if row is not None else DispatchPolicy()
    with _kept.lock:
        _kept.policy, _kept.policy_read_at = policy, time.monotonic()
    return policy


def freshness_of_policy() -> tuple[float, float]:
    """(fresh_s, aged_s) of the policy in force: what maps show by."""
    policy = policy_in_force()
    return policy.fresh_s, policy.aged_s


def _exclusions(sending: Sending, now: datetime) -> tuple[Exclusion, ...]:
    codes: dict[int, str] = {}
    if (caller := sending.incident.risk.get(CALLER)) is not None:
        codes[int(caller)] = "caller"
    for tour_id, state, _lead, asked_at, ended_at in sending.rows:
        if asked_at is None:
            continue  # a proposal that was never offered says nothing about its unit
        if state in STANDING and ended_at is None:
            codes[tour_id] = "already_sent"
        elif ended_at is not None and now - ended_at < ASK_AGAIN.get(state, timedelta(0)):
            codes[tour_id] = state
    return tuple(Exclusion(tour_id, code) for tour_id, code in sorted(codes.items()))


def incident_snapshot(
    sending: Sending, network: RoadNetwork, now: datetime, *, units_needed: int, automatic: bool
) -> IncidentSnapshot:
    """An incident as the engine sees it; its place is put on both carriageways when its side is unknown."""
    incident = sending.incident
    kind = kinds_active().get(incident.kind)
    return IncidentSnapshot(
        incident_id=incident.pk,
        kind=incident.kind,
        grade=incident.grade,
        organisation_path=incident.organisation_path,
        lon=round(incident.geom.x, DEGREES),
        lat=round(incident.geom.y, DEGREES),
        spots=_incident_spots(network, incident),
        required_powers=frozenset(incident.required_powers),
        wanted_kinds=tuple(kind.wanted_kinds) if kind is not None else (),
        units_needed=units_needed,
        sendable_paths=_sendable(incident.organisation_path, now),
        waiting_s=round(max(0.0, (now - incident.received_at).total_seconds()), SMALL),
        excluded=_exclusions(sending, now),
        allowed_automatic=automatic,
        is_exercise=incident.exercise,
        on_border=any("border" in entry for entry in incident.chain),
        needs_lead=sending.needs_lead,
    )


def _incident_spots(network: RoadNetwork, incident: Incident) -> tuple[Spot, ...]:
    """Where an incident is on the network; worked out once while it waits."""
    key = (incident.pk, incident.geom.x, incident.geom.y, incident.course_deg, network.version)
    known = _kept.incidents.get(key)
    if known is None:
        course_deg = incident.course_deg
        placements = network.snap(
            incident.geom.x, incident.geom.y, course_deg=course_deg, both_carriageways=course_deg is None
        )
        known = rounded_spots(spots_of(placements))
        with _kept.lock:
            if len(_kept.incidents) >= KEPT_PLACES:
                _kept.incidents.clear()
            _kept.incidents[key] = known
    return known


def _sendable(path: str, now: datetime) -> tuple[str, ...]:
    """Whose units may be sent; who may be sent where is kept for two seconds, as the policy is."""
    with _kept.lock:
        if _kept.sendable is None or time.monotonic() - _kept.sendable_read_at >= KEEP_POLICY_S:
            _kept.sendable, _kept.sendable_read_at = sendable_now(now), time.monotonic()
        return _kept.sendable.paths(path)


def decision_input(sending: Sending, *, units_needed: int, automatic: bool) -> DecisionInput:
    """Everything one decision depends on, at this moment, rounded as it will be stored."""
    return decision_inputs([(sending, units_needed, automatic)])[0]


def decision_inputs(wanted: Sequence[tuple[Sending, int, bool]], *, taken: Collection[int] = ()) -> list[DecisionInput]:
    """As `decision_input` for several incidents of the same moment and the same units: (what it has, units needed,
    whether it may go without a person) each. `taken`: tours that somebody else is just taking, and has not committed.
    """
    now = clock.now()
    network, policy = current_network(), policy_in_force()
    roster, held = duty_roster(network, now), units_held(now, taken)
    gathered: dict[tuple[str, ...], tuple[UnitSnapshot, ...]] = {}
    inputs = []
    for sending, units_needed, automatic in wanted:
        snapshot = incident_snapshot(sending, network, now, units_needed=units_needed, automatic=automatic)
        paths = snapshot.sendable_paths
        if paths not in gathered:
            gathered[paths] = units_doing(roster, held, paths)
        inputs.append(
            DecisionInput(
                incident=snapshot,
                units=gathered[paths],
                policy=policy,
                at=now.isoformat(),
                network_version=network.version,
                weights_generation=network.weights.generation,
                units_at=roster.at.isoformat(),
                roster=roster.text,
            )
        )
    return inputs
