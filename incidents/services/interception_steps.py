"""What an interception does to the alarms that brought it: turned out, reported back, closed. In the same transaction.

Called by the one way a state changes (`history`), so that an alarm never says other things than its incident.
"""

from __future__ import annotations

from incidents.models import Assignment, Incident
from incidents.states import AssignmentState, IncidentState
from recognition.services import alarms_close, alarms_reported, alarms_turned_out

INTERCEPTION = "interception"
OUTCOMES = ("stopped", "not_found", "wrong_read", "handed_over")
WRONG = "wrong_read"


def alarms_follow_assignment(assignment: Assignment, to_state: AssignmentState, actor_id: int | None) -> None:
    """A unit set out, or reported. A report that names no outcome of an interception leaves the alarm to the desk."""
    incident = assignment.incident
    if incident.kind != INTERCEPTION:
        return
    if to_state in (AssignmentState.EN_ROUTE, AssignmentState.ON_SCENE):
        alarms_turned_out(incident_uid=incident.uid, actor_id=actor_id)
    elif to_state is AssignmentState.REPORTED and assignment.report_outcome in OUTCOMES:
        alarms_reported(
            incident_uid=incident.uid,
            outcome=assignment.report_outcome,
            words=assignment.report_text,
            actor_id=actor_id,
        )


def alarms_follow_incident(incident: Incident, to_state: IncidentState, text: str, actor_id: int | None) -> None:
    """A case that was a mistake reports that; a closed one closes what was reported on."""
    if incident.kind != INTERCEPTION:
        return
    if to_state is IncidentState.FALSE:
        alarms_reported(incident_uid=incident.uid, outcome=WRONG, words=text, actor_id=actor_id)
    if to_state in (IncidentState.FALSE, IncidentState.CLOSED):
        alarms_close(incident_uid=incident.uid, actor_id=actor_id)
