"""What one person did about incidents, from the appended histories: by the server's clock and by the phone's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.messages import spoken
from incidents.models import AssignmentStep, IncidentStep
from incidents.states import AssignmentState
from stations.types import Actor

# What the phone does by itself is nobody's act.
_BY_ITSELF = {AssignmentState.DELIVERED.value}


@dataclass(frozen=True, slots=True)
class CrewAct:
    """One act. `acted_at`: when it was done by the server's clock, where it was sent later and that can be told.
    `refused`: it came after the centre had decided otherwise, and is kept as evidence.
    """

    at: datetime
    acted_at: datetime | None
    what: str
    about: str
    place: str
    text: str
    refused: bool


def crew_acts(*, actor: Actor, start: datetime, end: datetime) -> list[CrewAct]:
    """The actor's own acts from `start` to before `end` by the server's clock, oldest first; nobody else's."""
    if actor.user_id is None:
        return []
    found = [*_steps(actor.user_id, start, end), *_notes(actor.user_id, start, end)]
    return sorted(found, key=lambda act: act.at)


def _steps(user_id: int, start: datetime, end: datetime) -> list[CrewAct]:
    rows = (
        AssignmentStep.objects.filter(actor_id=user_id, at__gte=start, at__lt=end)
        .exclude(to_state__in=_BY_ITSELF)
        .exclude(to_state="", details__has_key="backup", stale_fence=False)
        .select_related("assignment__incident")
    )
    return [
        CrewAct(
            at=row.at,
            acted_at=acted_at(row.details),
            what=spoken(AssignmentState(row.to_state).label) if row.to_state else row.text,
            about=row.assignment.incident.number,
            place=row.assignment.incident.chainage_text or row.assignment.incident.place_text,
            text=row.text if row.to_state else "",
            refused=row.stale_fence,
        )
        for row in rows
    ]


def _notes(user_id: int, start: datetime, end: datetime) -> list[CrewAct]:
    """Pictures, a call for one more unit, and what else is noted with the incident itself."""
    rows = IncidentStep.objects.filter(
        actor_id=user_id, at__gte=start, at__lt=end, kind=IncidentStep.Kind.NOTE
    ).select_related("incident")
    return [
        CrewAct(
            at=row.at,
            acted_at=None,
            what=row.text,
            about=row.incident.number,
            place=row.incident.chainage_text or row.incident.place_text,
            text="",
            refused=False,
        )
        for row in rows
    ]


def acted_at(details: dict[str, object]) -> datetime | None:
    """The moment that `DeviceMoment.details` kept with a step, or None."""
    told = details.get("device")
    text = told.get("acted_at") if isinstance(told, dict) else None
    return datetime.fromisoformat(text) if isinstance(text, str) else None
