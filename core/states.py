"""The lifecycle of a job as data."""

from __future__ import annotations

from enum import StrEnum

from core.messages import gettext_noop
from core.transitions import Lifecycle


class JobState(StrEnum):
    """States of a piece of slow work."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Value and Chinese name, marked for translation (`core.db.choices`, `core.messages.spoken`)."""
        return [(state.value, _JOB_LABELS[state]) for state in cls]

    @property
    def label(self) -> str:
        """The Chinese name, marked for translation (`core.messages.spoken`)."""
        return _JOB_LABELS[self]

    @property
    def is_over(self) -> bool:
        """Nothing follows."""
        return not JOB_LIFECYCLE.allowed(self)


_JOB_LABELS = {
    JobState.QUEUED: gettext_noop("排队中"),
    JobState.RUNNING: gettext_noop("进行中"),
    JobState.DONE: gettext_noop("完成"),
    JobState.FAILED: gettext_noop("失败"),
    JobState.CANCELLED: gettext_noop("已取消"),
}

# A job whose worker died goes back into the queue.
JOB_LIFECYCLE: Lifecycle[JobState] = Lifecycle(
    "job",
    JobState.QUEUED,
    {
        JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED, JobState.FAILED}),
        JobState.RUNNING: frozenset({JobState.QUEUED, JobState.DONE, JobState.FAILED, JobState.CANCELLED}),
        JobState.DONE: frozenset(),
        JobState.FAILED: frozenset(),
        JobState.CANCELLED: frozenset(),
    },
)


class ApprovalState(StrEnum):
    """States of something that needs a second person."""

    ASKED = "asked"
    CHECKED = "checked"
    APPROVED = "approved"
    REFUSED = "refused"
    DROPPED = "dropped"

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Value and Chinese name, marked for translation (`core.db.choices`, `core.messages.spoken`)."""
        return [(state.value, _APPROVAL_LABELS[state]) for state in cls]

    @property
    def label(self) -> str:
        """The Chinese name, marked for translation (`core.messages.spoken`)."""
        return _APPROVAL_LABELS[self]


_APPROVAL_LABELS = {
    ApprovalState.ASKED: gettext_noop("待审核"),
    ApprovalState.CHECKED: gettext_noop("待审批"),
    ApprovalState.APPROVED: gettext_noop("已批准"),
    ApprovalState.REFUSED: gettext_noop("未批准"),
    ApprovalState.DROPPED: gettext_noop("已撤回"),
}

APPROVAL_LIFECYCLE: Lifecycle[ApprovalState] = Lifecycle(
    "approval",
    ApprovalState.ASKED,
    {
        ApprovalState.ASKED: frozenset(
            {ApprovalState.CHECKED, ApprovalState.APPROVED, ApprovalState.REFUSED, ApprovalState.DROPPED}
        ),
        ApprovalState.CHECKED: frozenset({ApprovalState.APPROVED, ApprovalState.REFUSED, ApprovalState.DROPPED}),
        ApprovalState.APPROVED: frozenset(),
        ApprovalState.REFUSED: frozenset(),
        ApprovalState.DROPPED: frozenset(),
    },
)
