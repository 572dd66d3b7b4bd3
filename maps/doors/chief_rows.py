"""What the chief's pages list: own segments with what is due, open and late, said by word, shape and colour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.messages import spoken
from incidents.selectors import incidents_visible_to
from incidents.types import SETTLED, Grade, IncidentState
from roads.selectors import (
    holdings_of,
    segment_duties,
    segment_ends,
    segment_outlines,
    segments_visible_to,
    segments_without_geometry,
)
from roads.types import DueState, Holding, SegmentDuty
from stations.types import Actor

# How a segment stands, the most pressing first; the page draws each with a line of its own.
LATE, TODAY, OPEN, FINE = "late", "today", "open", "fine"
MOST_OF_DISTRICTS = 60
_ORDER = {LATE: 0, TODAY: 1, OPEN: 2, FINE: 3}


@dataclass(slots=True)
class Row:
    """A segment of mine."""

    segment: Any
    duty: SegmentDuty
    line: Any
    # Chainage of both ends, of what a page lists.
    start: str = ""
    end: str = ""
    incidents: list[dict[str, Any]] = field(default_factory=list)

    @property
    def look(self) -> str:
        """late | today | open | fine"""
        if self.duty.due.state is DueState.LATE or any(each["late"] for each in self.incidents):
            return LATE
        if self.duty.due.state is DueState.TODAY:
            return TODAY
        return OPEN if self.incidents else FINE

    @property
    def own(self) -> Holding:
        """The level in which it is mine: what is my duty before what I only hear of, the lowest first."""
        return min(self.duty.holdings, key=lambda holding: (not holding.has_duty, -holding.level_rank))

    @property
    def due_state(self) -> str:
        """late | today | done | free"""
        return self.duty.due.state.value

    @property
    def never(self) -> bool:
        """Late, and nobody of this level was ever there."""
        return self.duty.due.state is DueState.LATE and self.duty.due.last_on is None

    @property
    def is_due(self) -> bool:
        """An inspection is due today, or was."""
        return self.duty.due.state in {DueState.LATE, DueState.TODAY}


@dataclass(frozen=True, slots=True)
class Mine:
    """Everything that the person answers for now."""

    holdings: tuple[Holding, ...]
    rows: tuple[Row, ...]

    @property
    def segment_ids(self) -> list[int]:
        """By primary key."""
        return [row.segment.pk for row in self.rows]

    @property
    def sees_districts(self) -> bool:
        """Whether one of the levels held looks at districts."""
        return any(holding.sees_districts and holding.has_duty for holding in self.holdings)

    @property
    def listed(self) -> tuple[Row, ...]:
        """What the page lists: all, or of a county's hundreds those that need a look first; districts show all."""
        return self.rows[:MOST_OF_DISTRICTS] if self.sees_districts else self.rows

    @property
    def due(self) -> list[Row]:
        """Segments to inspect, the longest overdue first."""
        rows = [row for row in self.rows if row.is_due]
        return sorted(rows, key=lambda row: (-row.duty.due.late_days, row.segment.code))

    @property
    def marks(self) -> list[dict[str, Any]]:
        """Open incidents for the map, each once."""
        found = {each["incident"].uid: each["incident"] for row in self.rows for each in row.incidents}
        return [
            {
                "uid": str(incident.uid),
                "title": incident.title,
                "grade": incident.grade,
                "lon": round(incident.geom.x, 6),
                "lat": round(incident.geom.y, 6),
            }
            for incident in found.values()
        ]


def rows_of(actor: Actor, now: datetime, zone: str, *, drawn: bool = True) -> Mine:
    """The person's segments, the most pressing first. `drawn`: with their lines and ends, for a list and a map."""
    if actor.person_id is None:
        return Mine((), ())
    holdings = holdings_of(actor.person_id, now)
    duties = segment_duties(holdings, at=now, zone=zone)
    segments = list(segments_without_geometry(segments_visible_to(actor, now).filter(pk__in=duties)))
    lines = segment_outlines(segments) if drawn else {}
    open_on = _open_on(actor, segments)
    rows = [
        Row(
            segment=segment,
            duty=duties[segment.pk],
            line=lines.get(segment.pk),
            incidents=open_on[segment.pk],
        )
        for segment in segments
    ]
    rows.sort(key=lambda row: (_ORDER[row.look], -row.duty.due.late_days, -len(row.incidents), row.segment.code))
    mine = Mine(tuple(holdings), tuple(rows))
    # Of a county's hundreds only those that are looked at: the ends of a segment need its axis with every post.
    named = list({row.segment.pk: row for row in (*mine.listed, *mine.due)}.values())
    ends = segment_ends([row.segment for row in named]) if drawn else {}
    for row in named if drawn else ():
        row.start, row.end = ends[row.segment.pk]
    return mine


def _open_on(actor: Actor, segments: Iterable[Any]) -> dict[int, list[dict[str, Any]]]:
    """Open incidents by segment; a neighbour's case within 50 m stands with the segment that borders on it."""
    mine = {segment.pk: segment for segment in segments}
    by_name = {(segment.axis_id, segment.code, segment.name): segment.pk for segment in mine.values()}
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for incident in incidents_visible_to(actor).exclude(state__in=sorted(SETTLED)).order_by("received_at"):
        if incident.segment_id is not None and incident.segment_id in mine:
            found[incident.segment_id].append(incident_row(incident))
            continue
        for entry in incident.chain:
            pk = by_name.get((incident.axis_id, entry.get("segment"), entry.get("name"))) if "border" in entry else None
            if pk is not None:
                found[pk].append(incident_row(incident, border=True))
    return found


def incident_row(incident: Any, *, border: bool = False) -> dict[str, Any]:
    """An incident as these pages show it."""
    return {
        "incident": incident,
        "state": spoken(IncidentState(incident.state).label),
        "grade": spoken(dict(Grade.choices())[incident.grade]) if incident.grade else "",
        "late": incident.overdue_since is not None,
        "border": border,
        "on_border": any("border" in entry for entry in incident.chain),
        "open": IncidentState(incident.state) not in SETTLED,
        "arrived_min": _minutes(incident.received_at, incident.arrived_at),
    }


def _minutes(begin: datetime, end: datetime | None) -> int | None:
    return None if end is None else max(round((end - begin) / timedelta(minutes=1)), 0)
