"""What lists, maps and the live feed show of an incident or an assignment: one shape everywhere, so that an old
snapshot plus the events since equals a new snapshot. No personal data is in it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from incidents.models import Assignment, BackupRequest, Incident


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def incident_summary(incident: Incident) -> dict[str, Any]:
    """The summary of one incident; lon and lat in WGS-84 degrees, times ISO 8601 with offset."""
    return {
        "uid": str(incident.uid),
        "number": incident.number,
        "kind": incident.kind,
        "title": incident.title,
        "state": incident.state,
        "version": incident.version,
        "grade": incident.grade,
        "grade_reasons": incident.grade_reasons,
        "source": incident.source,
        "lon": round(incident.geom.x, 6),
        "lat": round(incident.geom.y, 6),
        "place_text": incident.place_text,
        "place_flags": list(incident.place_flags),
        "chainage_text": incident.chainage_text,
        "shortfall": incident.shortfall,
        "units_needed": incident.units_needed,
        "automatic": incident.automatic,
        "exercise": incident.exercise,
        "organisation_path": incident.organisation_path,
        "happened_at": _iso(incident.happened_at),
        "received_at": _iso(incident.received_at),
        "assigned_at": _iso(incident.assigned_at),
        "acknowledged_at": _iso(incident.acknowledged_at),
        "arrived_at": _iso(incident.arrived_at),
        "reported_at": _iso(incident.reported_at),
        "closed_at": _iso(incident.closed_at),
        "arrive_by": _iso(incident.arrive_by),
        "close_by": _iso(incident.close_by),
        "overdue_since": _iso(incident.overdue_since),
    }


def assignment_summary(assignment: Assignment) -> dict[str, Any]:
    """The summary of one assignment; needs `incident` and `unit` loaded."""
    return {
        "uid": str(assignment.uid),
        "incident": str(assignment.incident.uid),
        "incident_number": assignment.incident.number,
        "unit": str(assignment.unit.uid),
        "call_sign": assignment.unit.call_sign,
        "tour_id": assignment.tour_id,
        "state": assignment.state,
        "version": assignment.version,
        "fence": assignment.fence,
        "is_lead": assignment.is_lead,
        "origin": assignment.origin,
        "reasons": assignment.reasons,
        "warnings": assignment.warnings,
        "predicted_travel_s": assignment.predicted_travel_s,
        "predicted_road_m": assignment.predicted_road_m,
        "offered_at": _iso(assignment.offered_at),
        "delivered_at": _iso(assignment.delivered_at),
        "acknowledged_at": _iso(assignment.acknowledged_at),
        "en_route_at": _iso(assignment.en_route_at),
        "on_scene_at": _iso(assignment.on_scene_at),
        "cleared_at": _iso(assignment.cleared_at),
        "reported_at": _iso(assignment.reported_at),
        "ended_at": _iso(assignment.ended_at),
        "recall_seen_at": _iso(assignment.recall_seen_at),
        "recall_radio_at": _iso(assignment.recall_radio_at),
        "welfare_asked_at": _iso(assignment.welfare_asked_at),
        "welfare_safe_at": _iso(assignment.welfare_safe_at),
        "welfare_radio_at": _iso(assignment.welfare_radio_at),
    }


def backup_summary(backup: BackupRequest) -> dict[str, Any]:
    """The summary of one call for help; needs `assignment` with `incident` and `unit` loaded. `reason` is a code.

    Of the case only what never changes is in it: the rest a page has from the incident itself.
    """
    assignment = backup.assignment
    return {
        "uid": str(backup.uid),
        "incident": str(assignment.incident.uid),
        "incident_number": assignment.incident.number,
        "assignment": str(assignment.uid),
        "call_sign": assignment.unit.call_sign,
        "tour_id": assignment.tour_id,
        "state": backup.state,
        "version": backup.version,
        "reason": backup.reason,
        "text": backup.text,
        "times": backup.times,
        "asked_at": _iso(backup.asked_at),
        "called_at": _iso(backup.called_at),
        "taken_at": _iso(backup.taken_at),
        "taken_by": backup.taken_by_name,
        "outcome": backup.outcome,
        "outcome_at": _iso(backup.outcome_at),
        "outcome_text": backup.outcome_text,
    }
