"""Models of the kernel. Actors are plain ids here, never foreign keys upward."""

from core.models.approval import Approval
from core.models.attachment import Attachment, AttachmentThumbnail
from core.models.audit import AuditHead, AuditRow
from core.models.clock import Clock
from core.models.delivery import ConsoleMessage
from core.models.event import Event, FeedHead, OutboxTask, Timer
from core.models.guard import IdempotencyKey, RateCounter
from core.models.imports import ImportChange, ImportRowError, ImportRun
from core.models.job import Job
from core.models.process import ProcessBeat
from core.models.rules import DecisionTable

__all__ = [
    "Approval",
    "Attachment",
    "AttachmentThumbnail",
    "AuditHead",
    "AuditRow",
    "Clock",
    "ConsoleMessage",
    "DecisionTable",
    "Event",
    "FeedHead",
    "IdempotencyKey",
    "ImportChange",
    "ImportRowError",
    "ImportRun",
    "Job",
    "OutboxTask",
    "ProcessBeat",
    "RateCounter",
    "Timer",
]
