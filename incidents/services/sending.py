"""How many units an incident has, had and still wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from core.db.prepared import prepared
from incidents.models import Incident
from incidents.states import DISPATCHABLE, STANDING, AssignmentState, IncidentState

# Somebody was really sent: not a mere proposal.
SENT: frozenset[AssignmentState] = STANDING - {AssignmentState.PROPOSED}

_SENT_SQL = """
    SELECT incident_id, tour_id, state, is_lead, offered_at, ended_at
      FROM incidents_assignment WHERE incident_id = ANY(%s) ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Sending:
    """What a locked incident has had of units so far. `rows`: (tour, state, lead, asked, ended) in order of asking."""

    incident: Incident
    rows: tuple[tuple[int, str, bool, datetime | None, datetime | None], ...]

    @classmethod
    def of(cls, incident: Incident) -> Sending:
        """One statement."""
        return cls.of_all([incident])[0]

    @classmethod
    def of_all(cls, incidents: Sequence[Incident]) -> list[Sending]:
        """One statement for all of them."""
        found: dict[int, list[tuple[Any, ...]]] = {incident.pk: [] for incident in incidents}
        if found:
            with connection.cursor() as cursor:
                prepared(cursor, _SENT_SQL, [list(found)])
                for incident_id, *row in cursor.fetchall():
                    found[incident_id].append(tuple(row))
        return [cls(incident, tuple(found[incident.pk])) for incident in incidents]

    @property
    def standing(self) -> int:
        """How many units were really sent and still count."""
        return sum(state in SENT and ended is None for _tour, state, _lead, _asked, ended in self.rows)

    @property
    def wanted(self) -> int:
        """How many more units the incident wants than it has standing ones; 0 when it has enough."""
        if IncidentState(self.incident.state) not in DISPATCHABLE:
            return 0
        return max(0, self.incident.units_needed - self.standing)

    @property
    def needs_lead(self) -> bool:
        """Nobody leads yet; a proposal does not."""
        return not any(lead and state in SENT for _tour, state, lead, _asked, _ended in self.rows)

    @property
    def proposed(self) -> list[int]:
        """Tours of open proposals."""
        return [tour for tour, state, *_rest in self.rows if state == AssignmentState.PROPOSED.value]
