"""What is true at a desk now, in plain data and codes: for the hand-over sheet and the fallback sheet.

No reporter, no plate, no personal number is in it: duty contacts only.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils import timezone

from incidents.models import BackupRequest, Incident, Supervision
from incidents.selectors.broadcasts import broadcasts_visible_to
from incidents.selectors.visible import backups_standing_to, incidents_visible_to, supervisions_open_to
from incidents.states import SETTLED, STANDING, AssignmentState, Grade
from patrols.selectors import requirement_gaps, resources_on_duty, tours_not_checked_in
from roads.selectors import chainage_of, chiefs_on_leave, closures_in_force
from stations.selectors import path_filter
from stations.types import Actor, DataClass, Verb

UNGRADED_RANK = 9
MOST_INCIDENTS = 500


def desk_sheet(actor: Actor, *, at: datetime) -> dict[str, Any]:
    """Everything that one shift tells the next, of the actor's scope, as JSON-able data; times ISO 8601."""
    resources = resources_on_duty(actor=actor, at=at)
    return {
        "at": at.isoformat(),
        "incidents": open_incidents(actor),
        "units": [_unit(row) for row in resources],
        "not_checked_in": [
            {
                "call_sign": row.call_sign,
                "kind": row.kind,
                "agency": row.agency,
                "starts_at": row.starts_at.isoformat(),
                "late_s": round(row.late_s),
                "lead": row.lead,
                "phones": list(row.phones),
            }
            for row in tours_not_checked_in(actor=actor, at=at)
        ],
        "gaps": [
            {**asdict(gap), "starts_at": gap.starts_at.isoformat(), "ends_at": gap.ends_at.isoformat()}
            | {"missing": gap.missing}
            for gap in requirement_gaps(actor=actor, day=timezone.localtime(at).date())
            if gap.ends_at > at
        ],
        "chiefs_on_leave": [
            {**asdict(row), "segments": list(row.segments), "until": _iso(row.until)}
            for row in chiefs_on_leave(actor, at)
        ],
        "closures": [_closure(row) for row in closures_in_force(at)],
        "backups": [_backup(row) for row in backups_standing_to(actor).order_by("asked_at", "id")],
        "presses": [press_summary(row) for row in supervisions_open_to(actor).order_by("raised_at", "id")],
        "broadcasts": [
            {"text": row.text, "made_at": row.made_at.isoformat(), "valid_until": row.valid_until.isoformat()}
            for row in broadcasts_visible_to(actor)
            .filter(path_filter(actor, Verb.VIEW, DataClass.BROADCAST), withdrawn_at=None, valid_until__gt=at)
            .order_by("made_at", "id")
        ],
    }


def open_incidents(actor: Actor) -> list[dict[str, Any]]:
    """Incidents that are not settled, graver first, then longest open, with the units that they have."""
    rows = (
        incidents_visible_to(actor)
        .exclude(state__in=sorted(SETTLED))
        .prefetch_related("assignments__unit")
        .order_by("received_at", "id")[:MOST_INCIDENTS]
    )
    return [
        _incident(row) for row in sorted(rows, key=lambda row: Grade(row.grade).rank if row.grade else UNGRADED_RANK)
    ]


def press_summary(row: Supervision) -> dict[str, Any]:
    """A press (督办) without an answer. `name` is empty where the stretch has no chief: it lies with who reviews."""
    return {
        "id": row.pk,
        "incident": str(row.incident.uid),
        "number": row.incident.number,
        "title": row.incident.title,
        "grade": row.incident.grade,
        "kind": row.kind,
        "stage": row.stage,
        "name": row.person_name,
        "reason": row.reason,
        "raised_at": row.raised_at.isoformat(),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _incident(row: Incident) -> dict[str, Any]:
    standing = [
        each
        for each in row.assignments.all()
        if each.ended_at is None and AssignmentState(each.state) in STANDING - {AssignmentState.PROPOSED}
    ]
    return {
        "number": row.number,
        "title": row.title,
        "grade": row.grade,
        "state": row.state,
        "place": row.chainage_text or row.place_text,
        "received_at": row.received_at.isoformat(),
        "overdue": row.overdue_since is not None,
        "exercise": row.exercise,
        "waiting_until": _iso(row.waiting_until),
        "units": [{"call_sign": each.unit.call_sign, "state": each.state} for each in standing],
    }


def _backup(row: BackupRequest) -> dict[str, Any]:
    incident = row.assignment.incident
    return {
        "call_sign": row.assignment.unit.call_sign,
        "number": incident.number,
        "title": incident.title,
        "place": incident.chainage_text or incident.place_text,
        "reason": row.reason,
        "text": row.text,
        "asked_at": row.asked_at.isoformat(),
        "taken_by": row.taken_by_name,
    }


def _unit(row: Any) -> dict[str, Any]:
    return {
        **asdict(row),
        "agencies": list(row.agencies),
        "phones": list(row.phones),
        "freshness": row.freshness.value,
        "age_s": round(row.age_s) if row.age_s is not None else None,
    }


def _closure(row: Any) -> dict[str, Any]:
    ends = [chainage_of(row.axis_id, metre) for metre in (row.from_m, row.to_m)]
    return {
        "kind": row.kind,
        "place": " – ".join(end for end in ends if end),
        "reason": row.reason,
        "until": _iso(row.valid.upper),
    }
