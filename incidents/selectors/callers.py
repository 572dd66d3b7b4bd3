"""Open cases of one caller, found by blind index: what the desk sees while a call is typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from incidents.models import AddedReport, Incident
from incidents.selectors.visible import incidents_visible_to
from incidents.states import SETTLED
from stations.types import Actor

CASES_AT_MOST = 10
_BETWEEN = re.compile(r"[\s\-()（）－]")


def plain_phone(text: str) -> str:
    """A number without what people write between its digits: `138-0000 0000` and `13800000000` are one caller."""
    return _BETWEEN.sub("", text)


@dataclass(frozen=True, slots=True)
class CallerCase:
    """An open case that this number reported, or reported too."""

    uid: str
    number: str
    kind: str
    title: str
    state: str
    place: str
    received_at: datetime
    lon: float
    lat: float


def cases_of_caller(*, actor: Actor, phone: str) -> list[CallerCase]:
    """Open cases of a number that the actor sees, newest first. The caller has checked and recorded the look-up."""
    phone = plain_phone(phone)
    also = AddedReport.objects.filter(reporter_phone_index=phone).values("incident_id")
    rows = (
        incidents_visible_to(actor)
        .filter(Q(reporter_phone_index=phone) | Q(pk__in=also))
        .exclude(state__in=sorted(SETTLED))
        .order_by("-received_at", "-id")
    )
    return [_case(row) for row in rows[:CASES_AT_MOST]]


def _case(row: Incident) -> CallerCase:
    return CallerCase(
        uid=str(row.uid),
        number=row.number,
        kind=row.kind,
        title=row.title,
        state=row.state,
        place=row.chainage_text or row.place_text,
        received_at=row.received_at,
        lon=round(row.geom.x, 6),
        lat=round(row.geom.y, 6),
    )


def recordings_of(incident: Incident) -> list[dict[str, Any]]:
    """That there are recordings, when and how long; where they lie is a look-up of its own."""
    return [
        {
            "uid": str(row.uid),
            "system": row.system,
            "begun_at": row.begun_at,
            "duration_s": row.duration_s,
            "sha256": row.sha256,
        }
        for row in incident.recordings.order_by("id")
    ]
