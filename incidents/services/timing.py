"""Timers of the loop: receipt, sign-for, recall seen, arrival, review, closing. They are rows, run by `run_urgent`."""

from __future__ import annotations

from datetime import timedelta

from core import clock, timers
from incidents.dispatch.timers import RECALL_SEEN_S
from incidents.models import Assignment, Incident


def _key(kind: str, row_id: int) -> str:
    return f"incidents.{kind}:{row_id}"


def sign_timers_set(assignment: Assignment, *, receipt_s: float, sign_s: float) -> None:
    """Start the two clocks of an offer: receipt by the device, and the unit's signature."""
    now = clock.now()
    subject = {"assignment_id": assignment.pk, "fence": assignment.fence}
    clocks = (("receipt", receipt_s), ("sign", sign_s))
    timers.timers_set(
        [
            (f"incidents.{kind}", _key(kind, assignment.pk), now + timedelta(seconds=seconds), subject)
            for kind, seconds in clocks
        ],
        organisation_path=assignment.organisation_path,
    )


def receipt_timer_set(assignment: Assignment, *, receipt_s: float) -> None:
    """Another channel was tried: its receipt is timed anew."""
    timers.timer_set(
        kind="incidents.receipt",
        key=_key("receipt", assignment.pk),
        due_at=clock.now() + timedelta(seconds=receipt_s),
        subject={"assignment_id": assignment.pk, "fence": assignment.fence},
        organisation_path=assignment.organisation_path,
    )


def receipt_timer_cancel(assignment: Assignment) -> None:
    """The device has it."""
    timers.timer_cancel(_key("receipt", assignment.pk))


def sign_timers_cancel(assignment: Assignment) -> None:
    """Signed for, declined, recalled or expired: neither clock matters any more."""
    timers.timer_cancel(_key("receipt", assignment.pk), _key("sign", assignment.pk))


def recall_timer_set(assignment: Assignment) -> None:
    """Just recalled: its unit has to have seen it in time. A mere proposal, or a unit off duty, needs no telling."""
    if assignment.offered_at is None or assignment.tour.state != "open":
        return
    timers.timer_set(
        kind="incidents.recall_seen",
        key=_key("recall", assignment.pk),
        due_at=clock.now() + timedelta(seconds=RECALL_SEEN_S),
        subject={"assignment_id": assignment.pk},
        organisation_path=assignment.organisation_path,
    )


def recall_timer_cancel(assignment: Assignment) -> None:
    """The unit has seen it."""
    timers.timer_cancel(_key("recall", assignment.pk))


def welfare_timer_set(assignment: Assignment, *, after_s: float) -> None:
    """Ask one who is alone on scene whether all is well, after so long; 0 = never."""
    if after_s <= 0:
        return
    timers.timer_set(
        kind="incidents.welfare",
        key=_key("welfare", assignment.pk),
        due_at=clock.now() + timedelta(seconds=after_s),
        subject={"assignment_id": assignment.pk},
        organisation_path=assignment.organisation_path,
    )


def welfare_answer_timer_set(assignment: Assignment, *, after_s: float) -> None:
    """Asked just now: without an answer in time the desk calls by radio."""
    timers.timer_set(
        kind="incidents.welfare_answer",
        key=_key("welfare_answer", assignment.pk),
        due_at=clock.now() + timedelta(seconds=after_s),
        subject={"assignment_id": assignment.pk},
        organisation_path=assignment.organisation_path,
    )


def welfare_timers_cancel(assignment: Assignment) -> None:
    """Answered, or no longer on scene."""
    timers.timer_cancel(_key("welfare", assignment.pk), _key("welfare_answer", assignment.pk))


def deadline_timers_set(incident: Incident) -> None:
    """Arrival and closing deadlines of a graded incident; set again when the grade changes."""
    timers.timers_set(
        [
            (f"incidents.{kind}", _key(kind, incident.pk), due_at, {"incident_id": incident.pk})
            for kind, due_at in (("arrive", incident.arrive_by), ("close", incident.close_by))
            if due_at is not None
        ],
        organisation_path=incident.organisation_path,
    )


def arrive_timer_cancel(incident: Incident) -> None:
    """Somebody is on scene."""
    timers.timer_cancel(_key("arrive", incident.pk))


def review_timer_set(incident: Incident, *, hours: float = 4.0) -> None:
    """Reported without review for some hours: the head's list (domain.md §3.15)."""
    timers.timer_set(
        kind="incidents.review",
        key=_key("review", incident.pk),
        due_at=clock.now() + timedelta(hours=hours),
        subject={"incident_id": incident.pk},
        organisation_path=incident.organisation_path,
    )


def incident_timers_cancel(incident: Incident) -> None:
    """The incident is over."""
    kinds = ("arrive", "close", "review", "wait", "climb.arrive", "climb.close", "climb.review", "climb.ordered")
    timers.timer_cancel(*(_key(kind, incident.pk) for kind in kinds))


def wait_timer_set(incident: Incident) -> None:
    """Wake a waiting incident at the moment it named; without one nothing wakes it but a person."""
    if incident.waiting_until is None:
        timers.timer_cancel(_key("wait", incident.pk))
    else:
        timers.timer_set(
            kind="incidents.wait",
            key=_key("wait", incident.pk),
            due_at=incident.waiting_until,
            subject={"incident_id": incident.pk},
            organisation_path=incident.organisation_path,
        )


def climb_timer_set(incident: Incident, *, stage: str, level_rank: int, after_s: float) -> None:
    """If nobody settles it, the next higher chief is told after the level's own time."""
    timers.timer_set(
        kind="incidents.climb",
        key=_key(f"climb.{stage}", incident.pk),
        due_at=clock.now() + timedelta(seconds=after_s),
        subject={"incident_id": incident.pk, "stage": stage, "below_rank": level_rank},
        organisation_path=incident.organisation_path,
    )


def climb_timer_cancel(incident: Incident, *, stage: str) -> None:
    """Settled: nobody higher needs to know."""
    timers.timer_cancel(_key(f"climb.{stage}", incident.pk))
