"""What happened, which units were sent, and everything that was done about it."""

from incidents.models.assignment import Assignment, AssignmentStep, Delivery
from incidents.models.broadcast import Broadcast, BroadcastReceipt
from incidents.models.decision import Decision, DutyRoster
from incidents.models.handover import HandoverSheet
from incidents.models.incident import Incident, IncidentLink, IncidentStep
from incidents.models.month import MonthSignOff, PastIncidentDay
from incidents.models.picture import IncidentPicture
from incidents.models.policy import DispatchPolicyVersion, IncidentKind
from incidents.models.statistics import CountedDay, IncidentDay
from incidents.models.supervision import Supervision

__all__ = [
    "Assignment",
    "AssignmentStep",
    "Broadcast",
    "BroadcastReceipt",
    "CountedDay",
    "Decision",
    "Delivery",
    "DispatchPolicyVersion",
    "DutyRoster",
    "HandoverSheet",
    "Incident",
    "IncidentDay",
    "IncidentKind",
    "IncidentLink",
    "IncidentPicture",
    "IncidentStep",
    "MonthSignOff",
    "PastIncidentDay",
    "Supervision",
]
