"""Dispatch without a person: newcomers at once, alone or those of one moment together; or all who wait together.

An incident that nobody can take waits with its shortfall stated; whenever a unit may have come free the waiting ones
are solved together (`queue_solve`), one solver at a time.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from core import clock, outbox
from core.db.prepared import prepared
from incidents.dispatch.engine import Decided
from incidents.dispatch.queue import considered
from incidents.dispatch.types import DecisionInput
from incidents.models import Decision, Incident
from incidents.services.claiming import tours_take
from incidents.services.gathering import decision_inputs, gathering_forget
from incidents.services.history import incident_lock_by_id
from incidents.services.offering import plan_carry_out
from incidents.services.planning import plan_queue
from incidents.services.sending import Sending
from incidents.states import DISPATCHABLE, AssignmentState, Grade, IncidentState
from patrols.selectors import tours_sendable

logger = logging.getLogger(__name__)

# The handlers that dispatch newcomers.
DISPATCHERS = ("incidents.handlers.dispatch_received", "incidents.handlers.dispatch_again")
# How many newcomers one transaction serves: in a flood they share what all decisions ask; none waits long for others.
DISPATCH_TOGETHER = 8
QUEUE_LOCK = 0x4C5A51  # "LZQ"
# The gravest and oldest that are looked at; of these, those whom somebody free may serve are solved together.
QUEUE_SIZE = 200
CLAIM_TRIES = 4
# What may have made a unit free, with the name of the handler that solves the queue then.
TOURS_CHANGED = (
    "patrols.tour_opened",
    "patrols.tour_break_ended",
    "patrols.tour_member_joined",
    "patrols.tour_exercise_begun",
    "patrols.tour_exercise_ended",
)
CAME_FREE = {
    topic: f"incidents.handlers.unit_came_free:{topic}"
    for topic in (
        "incidents.assignment_cleared",
        "incidents.assignment_declined",
        "incidents.assignment_expired",
        "incidents.assignment_recalled",
        *TOURS_CHANGED,
    )
}
SWEEP_AFTER = timedelta(seconds=2)

_WAITING_SQL = """
    SELECT id FROM incidents_incident
     WHERE state = ANY(%(states)s) AND automatic AND shortfall <> ''
     ORDER BY array_position(%(grades)s, grade::text), received_at, id LIMIT %(limit)s
"""
_DUE_SQL = """
    SELECT EXISTS (SELECT 1 FROM core_outboxtask WHERE done_at IS NULL AND handler = ANY(%s))
       AND EXISTS (SELECT 1 FROM incidents_incident WHERE state = ANY(%s) AND automatic AND shortfall <> '')
"""
_OPEN_SQL = """
    SELECT EXISTS (SELECT 1 FROM core_outboxtask WHERE done_at IS NULL AND attempts = 0 AND handler = ANY(%s))
"""
_STATES = sorted(DISPATCHABLE)
_GRADES = [grade.value for grade in sorted(Grade, key=lambda grade: grade.rank)]


def incident_dispatch(incident_id: int) -> None:
    """Find units for an incident that wants some. Safe to run twice; runs in the caller's transaction.

    Raises outbox.NotNow while another process is solving the queue, or took every unit that was chosen.
    """
    if _dispatch([incident_lock_by_id(incident_id)]):
        raise outbox.NotNow


def incidents_dispatch(incident_ids: Sequence[int]) -> list[int]:
    """As `incident_dispatch` for several that are due at the same moment: they are read and solved together, which
    costs less and lets the graver choose first. Returns those that could not be served now: they come again.
    """
    if len(incident_ids) == 1:
        incident_dispatch(incident_ids[0])
        return []
    incidents = list(
        Incident.objects.select_for_update(of=("self",), skip_locked=True).filter(pk__in=incident_ids).order_by("pk")
    )
    locked_by_others = set(incident_ids) - {incident.pk for incident in incidents}
    return sorted(locked_by_others) + _dispatch(incidents)


def _dispatch(incidents: Sequence[Incident]) -> list[int]:
    """Units for locked incidents. Returns those for whom others were quicker each time.

    While others wait and a unit has just come free, all are solved together, so that a newcomer does not take what a
    graver one wants. (Whoever waits without that was looked at before: nobody who is free now can serve it.)
    """
    waiting = [sending for sending in Sending.of_all(incidents) if sending.wanted > 0]
    if waiting and _queue_is_due():
        _solve(also=[sending.incident.pk for sending in waiting])
        return []
    taken: set[int] = set()
    for _turn in range(CLAIM_TRIES):
        if not waiting:
            break
        waiting = _carried_out(waiting, taken)
    return [sending.incident.pk for sending in waiting]


def _carried_out(waiting: list[Sending], taken: set[int]) -> list[Sending]:
    """Decide for all and carry it out. Returns those whose unit somebody else took between reading and claiming; its
    tour is added to `taken`: until the other one's commit nothing else tells.
    """
    wanted = [(one, max(1, one.wanted), one.incident.automatic) for one in waiting]
    plans, engine_ms = plan_queue(decision_inputs(wanted, taken=taken))
    origin = Decision.Origin.SOLVER if len(waiting) > 1 else Decision.Origin.ENGINE
    leads = [_leading(decided) for decided in plans]
    wanted_tours = {tour_id for tour_id in leads if tour_id is not None}
    gone = wanted_tours - tours_take(wanted_tours) if len(wanted_tours) > 1 else set()
    lost: list[Sending] = []
    for sending, decided, tour_id in zip(waiting, plans, leads, strict=True):
        share_ms = engine_ms / len(waiting)
        if tour_id in gone or not plan_carry_out(sending, decided, origin=origin, engine_ms=share_ms):
            lost.append(sending)
            taken.update(() if tour_id is None else (tour_id,))
    if lost and not tours_sendable(taken):
        # Nobody was quicker: the unit itself is no longer what the list of those on duty says.
        gathering_forget(everything=False)
    return lost


def _leading(decided: Decided) -> int | None:
    """The tour that goes first by a plan without asking anybody."""
    picks = decided.plan.picks
    return picks[0].tour_id if picks and picks[0].automatic else None


def _waiting_incidents(limit: int = QUEUE_SIZE) -> list[int]:
    """Who waits with a stated shortfall, the gravest first, then the oldest."""
    values: dict[str, Any] = {"states": _STATES, "grades": _GRADES, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_WAITING_SQL, values)
        return [row[0] for row in cursor.fetchall()]


def _queue_is_due() -> bool:
    """Somebody waits, and a unit came free that the queue has not been solved for yet."""
    with connection.cursor() as cursor:
        prepared(cursor, _DUE_SQL, [list(CAME_FREE.values()), _STATES])
        return bool(cursor.fetchone()[0])


def queue_solve() -> int:
    """Solve the waiting incidents together, gravest first. Returns how many got a unit.

    One run answers all open duties of a unit that came free. Raises outbox.NotNow while another process is solving.
    """
    with transaction.atomic():
        return _solve()


def _solve(*, also: Sequence[int] = ()) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [QUEUE_LOCK])
        if not cursor.fetchone()[0]:
            raise outbox.NotNow
    answered = outbox.answered(list(CAME_FREE.values()))
    if any(name == CAME_FREE[topic] for name in answered for topic in TOURS_CHANGED):
        gathering_forget(everything=False)
    ids = list(dict.fromkeys([*_waiting_incidents(), *also]))
    if not ids:
        return 0
    incidents = list(
        Incident.objects.select_for_update(of=("self",), skip_locked=True).filter(pk__in=ids).order_by("pk")
    )
    waiting = [sending for sending in Sending.of_all(incidents) if sending.wanted > 0]
    waiting, given = _inputs_of(waiting)
    chosen = considered(given, newcomers=also)
    queue = [waiting[i] for i in chosen]
    if not queue:
        return 0
    plans, engine_ms = plan_queue([given[i] for i in chosen])
    origin = Decision.Origin.SOLVER if len(queue) > 1 else Decision.Origin.ENGINE
    served = 0
    for sending, decided in zip(queue, plans, strict=True):
        if plan_carry_out(sending, decided, origin=origin, engine_ms=engine_ms / len(queue)):
            served += bool(decided.plan.picks)
    return served


def _inputs_of(waiting: list[Sending]) -> tuple[list[Sending], list[DecisionInput]]:
    """What each decision depends on. An incident that cannot be read is left aside, and said so: the others go on."""

    def inputs(some: list[Sending]) -> list[DecisionInput]:
        return decision_inputs([(one, max(1, one.wanted), one.incident.automatic) for one in some])

    try:
        return waiting, inputs(waiting)
    except (ValueError, TypeError, KeyError):
        sound: list[Sending] = []
        for one in waiting:
            try:
                inputs([one])
                sound.append(one)
            except (ValueError, TypeError, KeyError):
                logger.exception("incident %s cannot be decided on", one.incident.number)
        return sound, inputs(sound) if sound else []


def _duties_open() -> bool:
    """Incidents have duties of their own that were not tried yet: whoever waits is no orphan, only in line."""
    with connection.cursor() as cursor:
        prepared(cursor, _OPEN_SQL, [list(DISPATCHERS)])
        return bool(cursor.fetchone()[0])


def queue_sweep() -> int:
    """The net below the events: whoever waits without a stated reason, or with one that time may have cured."""
    with transaction.atomic():
        forgotten = list(
            Incident.objects.filter(
                state=IncidentState.PENDING.value,
                automatic=True,
                shortfall="",
                assigned_at=None,
                received_at__lt=clock.now() - SWEEP_AFTER,
            )
            .exclude(assignments__state=AssignmentState.PROPOSED.value)
            .order_by("received_at")
            .values_list("pk", flat=True)[:20]
            if not _duties_open()
            else ()
        )
    served = 0
    with contextlib.suppress(outbox.NotNow):  # somebody is at it; the sweep comes again in a second
        for incident_id in forgotten:
            try:
                with transaction.atomic():
                    incident_dispatch(incident_id)
                served += 1
            except (ValueError, TypeError, KeyError):
                logger.exception("incident %s cannot be decided on", incident_id)
        if _waiting_incidents(limit=1):
            served += queue_solve()
    return served
