"""Lifecycles of what lies at the desk beside the cases: tasks in an incident, calls for help, statuses told back."""

from __future__ import annotations

from enum import StrEnum

from core.messages import gettext_noop
from core.transitions import Lifecycle


class IncidentTaskState(StrEnum):
    """States of a task inside an incident."""

    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"
    DROPPED = "dropped"

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Value and Chinese name, marked for translation (`core.db.choices`, `core.messages.spoken`)."""
        return [(state.value, _TASK_LABELS[state]) for state in cls]

    @property
    def label(self) -> str:
        """The Chinese name, marked for translation (`core.messages.spoken`)."""
        return _TASK_LABELS[self]


_TASK_LABELS = {
    IncidentTaskState.OPEN: gettext_noop("待领"),
    IncidentTaskState.TAKEN: gettext_noop("进行中"),
    IncidentTaskState.DONE: gettext_noop("完成"),
    IncidentTaskState.DROPPED: gettext_noop("取消"),
}

INCIDENT_TASK_LIFECYCLE: Lifecycle[IncidentTaskState] = Lifecycle(
    "incident task",
    IncidentTaskState.OPEN,
    {
        IncidentTaskState.OPEN: frozenset({IncidentTaskState.TAKEN, IncidentTaskState.DONE, IncidentTaskState.DROPPED}),
        # Given back: open again, for whoever else may take it.
        IncidentTaskState.TAKEN: frozenset({IncidentTaskState.DONE, IncidentTaskState.DROPPED, IncidentTaskState.OPEN}),
        IncidentTaskState.DONE: frozenset({IncidentTaskState.OPEN}),
        IncidentTaskState.DROPPED: frozenset({IncidentTaskState.OPEN}),
    },
)

# Work is left: the incident can't be closed.
TASK_STILL_OPEN: frozenset[IncidentTaskState] = frozenset({IncidentTaskState.OPEN, IncidentTaskState.TAKEN})


class BackupState(StrEnum):
    """States of a crew's call for help: asked, taken by somebody at the desk, answered."""

    ASKED = "asked"
    TAKEN = "taken"
    ANSWERED = "answered"

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Value and Chinese name, marked for translation (`core.db.choices`, `core.messages.spoken`)."""
        return [(state.value, _BACKUP_LABELS[state]) for state in cls]

    @property
    def label(self) -> str:
        """The Chinese name, marked for translation (`core.messages.spoken`)."""
        return _BACKUP_LABELS[self]


_BACKUP_LABELS = {
    BackupState.ASKED: gettext_noop("待接应"),
    BackupState.TAKEN: gettext_noop("已接应"),
    BackupState.ANSWERED: gettext_noop("已答复"),
}

# Nothing is answered before somebody at the desk has taken it by name.
BACKUP_LIFECYCLE: Lifecycle[BackupState] = Lifecycle(
    "back-up request",
    BackupState.ASKED,
    {
        BackupState.ASKED: frozenset({BackupState.TAKEN}),
        BackupState.TAKEN: frozenset({BackupState.ANSWERED}),
        BackupState.ANSWERED: frozenset(),
    },
)


class StatusReturnState(StrEnum):
    """States of one status that is told to the system which handed the case over."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    DISMISSED = "dismissed"

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Value and Chinese name, marked for translation (`core.db.choices`, `core.messages.spoken`)."""
        return [(state.value, _RETURN_LABELS[state]) for state in cls]

    @property
    def label(self) -> str:
        """The Chinese name, marked for translation (`core.messages.spoken`)."""
        return _RETURN_LABELS[self]


_RETURN_LABELS = {
    StatusReturnState.WAITING: gettext_noop("待发送"),
    StatusReturnState.SENT: gettext_noop("已发送"),
    StatusReturnState.FAILED: gettext_noop("失败"),
    StatusReturnState.DISMISSED: gettext_noop("已另行告知"),
}

# Given up, it lies at the desk until somebody has it sent again, or told the other side in another way.
STATUS_RETURN_LIFECYCLE: Lifecycle[StatusReturnState] = Lifecycle(
    "status return",
    StatusReturnState.WAITING,
    {
        StatusReturnState.WAITING: frozenset({StatusReturnState.SENT, StatusReturnState.FAILED}),
        StatusReturnState.SENT: frozenset(),
        StatusReturnState.FAILED: frozenset({StatusReturnState.WAITING, StatusReturnState.DISMISSED}),
        StatusReturnState.DISMISSED: frozenset(),
    },
)
