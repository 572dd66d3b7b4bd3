"""What happened, which units were sent, and everything that was done about it."""

from incidents.models.assignment import Assignment, AssignmentStep, Delivery
from incidents.models.backup import BackupRequest
from incidents.models.broadcast import Broadcast, BroadcastReceipt
from incidents.models.call import AddedReport, CallRecording
from incidents.models.decision import Decision, DutyRoster
from incidents.models.handover import HandoverSheet
from incidents.models.incident import Incident, IncidentLink, IncidentStep
from incidents.models.mark import Mark
from incidents.models.month import MonthSignOff, PastIncidentDay
from incidents.models.picture import IncidentPicture
from incidents.models.policy import DispatchPolicyVersion, IncidentKind
from incidents.models.statistics import CountedDay, IncidentDay
from incidents.models.supervision import Supervision
from incidents.models.task import IncidentTask, IncidentTaskKind
from incidents.models.transfer import StatusReturn, TransferCase, TransferKind, TransferSystem

__all__ = [
    "AddedReport",
    "Assignment",
    "AssignmentStep",
    "BackupRequest",
    "Broadcast",
    "BroadcastReceipt",
    "CallRecording",
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
    "IncidentTask",
    "IncidentTaskKind",
    "Mark",
    "MonthSignOff",
    "PastIncidentDay",
    "StatusReturn",
    "Supervision",
    "TransferCase",
    "TransferKind",
    "TransferSystem",
]
