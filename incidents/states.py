"""Lifecycles as data: the incident's, each assignment's (design §3), and that of a shift's hand-over.

Two units on one incident move apart, so an incident has no step "on scene": its stamps come from its lead assignment.
"""

from __future__ import annotations

from enum import StrEnum

from core.messages import gettext_noop
from core.transitions import Lifecycle


class Grade(StrEnum):
    """Risk of an incident, graver first."""

    RED = "red"
    YELLOW = "yellow"
    BLUE = "blue"

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Value and Chinese name, marked for translation (`core.db.choices`, `core.messages.spoken`)."""
        return [(grade.value, _GRADE_LABELS[grade]) for grade in cls]

    @property
    def rank(self) -> int:
        """1 is the gravest."""
        return _GRADE_RANKS[self]


_GRADE_LABELS = {
    Grade.RED: gettext_noop("红色·重点"),
    Grade.YELLOW: gettext_noop("黄色·关注"),
    Grade.BLUE: gettext_noop("蓝色·一般"),
}
_GRADE_RANKS = {Grade.RED: 1, Grade.YELLOW: 2, Grade.BLUE: 3}


class IncidentState(StrEnum):
    """States of an incident."""

    RECEIVED = "received"
    GRADED = "graded"
    PENDING = "pending"
    ACTIVE = "active"
    REPORTED = "reported"
    REVIEWED = "reviewed"
    CLOSED = "closed"
    RETURNED = "returned"
    TRANSFERRED = "transferred"
    MERGED = "merged"
    WAITING = "waiting"
    FALSE = "false"
    REOPENED = "reopened"

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Value and Chinese name, marked for translation (`core.db.choices`, `core.messages.spoken`)."""
        return [(state.value, _INCIDENT_LABELS[state]) for state in cls]

    @property
    def label(self) -> str:
        """The Chinese name, marked for translation (`core.messages.spoken`)."""
        return _INCIDENT_LABELS[self]


_INCIDENT_LABELS = {
    IncidentState.RECEIVED: gettext_noop("已接警"),
    IncidentState.GRADED: gettext_noop("已定级"),
    IncidentState.PENDING: gettext_noop("待签收"),
    IncidentState.ACTIVE: gettext_noop("处置中"),
    IncidentState.REPORTED: gettext_noop("已反馈"),
    IncidentState.REVIEWED: gettext_noop("已审核"),
    IncidentState.CLOSED: gettext_noop("已办结"),
    IncidentState.RETURNED: gettext_noop("退回"),
    IncidentState.TRANSFERRED: gettext_noop("转办"),
    IncidentState.MERGED: gettext_noop("已合并"),
    IncidentState.WAITING: gettext_noop("挂起"),
    IncidentState.FALSE: gettext_noop("误报"),
    IncidentState.REOPENED: gettext_noop("重新打开"),
}

_SIDE = frozenset({IncidentState.TRANSFERRED, IncidentState.MERGED, IncidentState.WAITING, IncidentState.FALSE})

INCIDENT_LIFECYCLE: Lifecycle[IncidentState] = Lifecycle(
    "incident",
    IncidentState.RECEIVED,
    {
        IncidentState.RECEIVED: frozenset({IncidentState.GRADED}) | _SIDE,
        IncidentState.GRADED: frozenset({IncidentState.PENDING}) | _SIDE,
        # To reported at once: the desk's own feedback, where no unit worked on it (services.families).
        IncidentState.PENDING: frozenset({IncidentState.ACTIVE, IncidentState.REPORTED}) | _SIDE,
        IncidentState.ACTIVE: frozenset({IncidentState.PENDING, IncidentState.REPORTED}) | _SIDE,
        IncidentState.REPORTED: frozenset({IncidentState.REVIEWED, IncidentState.RETURNED}),
        IncidentState.REVIEWED: frozenset({IncidentState.CLOSED, IncidentState.RETURNED}),
        IncidentState.CLOSED: frozenset({IncidentState.REOPENED}),
        IncidentState.RETURNED: frozenset({IncidentState.PENDING, IncidentState.ACTIVE, IncidentState.REPORTED})
        | _SIDE,
        IncidentState.TRANSFERRED: frozenset({IncidentState.RETURNED, IncidentState.CLOSED}),
        IncidentState.MERGED: frozenset({IncidentState.REOPENED}),
        IncidentState.WAITING: frozenset(
            {
                IncidentState.PENDING,
                IncidentState.ACTIVE,
                IncidentState.FALSE,
                IncidentState.MERGED,
                IncidentState.TRANSFERRED,
            }
        ),
        IncidentState.FALSE: frozenset({IncidentState.CLOSED, IncidentState.REOPENED}),
        IncidentState.REOPENED: frozenset({IncidentState.PENDING}) | _SIDE,
    },
)

# An incident in one of these states may get a unit.
DISPATCHABLE: frozenset[IncidentState] = frozenset({IncidentState.PENDING, IncidentState.ACTIVE})

# Nothing more happens to an incident in one of these unless a person reopens it.
SETTLED: frozenset[IncidentState] = frozenset({IncidentState.CLOSED, IncidentState.MERGED, IncidentState.FALSE})


class AssignmentState(StrEnum):
    """States of an assignment: one unit's part in an incident."""

    PROPOSED = "proposed"
    OFFERED = "offered"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    CLEARED = "cleared"
    REPORTED = "reported"
    DECLINED = "declined"
    EXPIRED = "expired"
    RECALLED = "recalled"

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Value and Chinese name, marked for translation (`core.db.choices`, `core.messages.spoken`)."""
        return [(state.value, _ASSIGNMENT_LABELS[state]) for state in cls]

    @property
    def label(self) -> str:
        """The Chinese name, marked for translation (`core.messages.spoken`)."""
        return _ASSIGNMENT_LABELS[self]


_ASSIGNMENT_LABELS = {
    AssignmentState.PROPOSED: gettext_noop("建议"),
    AssignmentState.OFFERED: gettext_noop("已派警"),
    AssignmentState.DELIVERED: gettext_noop("已送达"),
    AssignmentState.ACKNOWLEDGED: gettext_noop("已签收"),
    AssignmentState.EN_ROUTE: gettext_noop("出发"),
    AssignmentState.ON_SCENE: gettext_noop("到场"),
    AssignmentState.CLEARED: gettext_noop("处置完毕"),
    AssignmentState.REPORTED: gettext_noop("已反馈"),
    AssignmentState.DECLINED: gettext_noop("拒接"),
    AssignmentState.EXPIRED: gettext_noop("超时未签收"),
    AssignmentState.RECALLED: gettext_noop("撤回"),
}

ASSIGNMENT_LIFECYCLE: Lifecycle[AssignmentState] = Lifecycle(
    "assignment",
    AssignmentState.PROPOSED,
    {
        AssignmentState.PROPOSED: frozenset(
            {AssignmentState.OFFERED, AssignmentState.EXPIRED, AssignmentState.RECALLED}
        ),
        AssignmentState.OFFERED: frozenset(
            {
                AssignmentState.DELIVERED,
                AssignmentState.ACKNOWLEDGED,
                AssignmentState.DECLINED,
                AssignmentState.EXPIRED,
                AssignmentState.RECALLED,
            }
        ),
        AssignmentState.DELIVERED: frozenset(
            {
                AssignmentState.ACKNOWLEDGED,
                AssignmentState.DECLINED,
                AssignmentState.EXPIRED,
                AssignmentState.RECALLED,
            }
        ),
        AssignmentState.ACKNOWLEDGED: frozenset(
            {
                AssignmentState.EN_ROUTE,
                AssignmentState.ON_SCENE,
                AssignmentState.DECLINED,
                AssignmentState.RECALLED,
            }
        ),
        AssignmentState.EN_ROUTE: frozenset(
            {AssignmentState.ON_SCENE, AssignmentState.DECLINED, AssignmentState.RECALLED}
        ),
        AssignmentState.ON_SCENE: frozenset({AssignmentState.CLEARED, AssignmentState.RECALLED}),
        AssignmentState.CLEARED: frozenset({AssignmentState.REPORTED, AssignmentState.RECALLED}),
        AssignmentState.REPORTED: frozenset(),
        AssignmentState.DECLINED: frozenset(),
        AssignmentState.EXPIRED: frozenset(),
        AssignmentState.RECALLED: frozenset(),
    },
)


class HandoverState(StrEnum):
    """States of a shift hand-over sheet: made, signed by who leaves, signed by who takes over."""

    DRAFT = "draft"
    SIGNED = "signed"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Value and Chinese name, marked for translation (`core.db.choices`, `core.messages.spoken`)."""
        return [(state.value, _HANDOVER_LABELS[state]) for state in cls]

    @property
    def label(self) -> str:
        """The Chinese name, marked for translation (`core.messages.spoken`)."""
        return _HANDOVER_LABELS[self]


_HANDOVER_LABELS = {
    HandoverState.DRAFT: gettext_noop("待交班签字"),
    HandoverState.SIGNED: gettext_noop("待接班签字"),
    HandoverState.ACCEPTED: gettext_noop("已交接"),
    HandoverState.CANCELLED: gettext_noop("已作废"),
}

HANDOVER_LIFECYCLE: Lifecycle[HandoverState] = Lifecycle(
    "handover",
    HandoverState.DRAFT,
    {
        HandoverState.DRAFT: frozenset({HandoverState.SIGNED, HandoverState.CANCELLED}),
        HandoverState.SIGNED: frozenset({HandoverState.ACCEPTED, HandoverState.CANCELLED}),
        HandoverState.ACCEPTED: frozenset(),
        HandoverState.CANCELLED: frozenset(),
    },
)

# The unit is taken: it is wanted at the scene or on its way there (invariant 4).
HOLDING: frozenset[AssignmentState] = frozenset(
    {
        AssignmentState.OFFERED,
        AssignmentState.DELIVERED,
        AssignmentState.ACKNOWLEDGED,
        AssignmentState.EN_ROUTE,
        AssignmentState.ON_SCENE,
    }
)

# The assignment still counts for its incident: it is not over without result.
STANDING: frozenset[AssignmentState] = HOLDING | {
    AssignmentState.PROPOSED,
    AssignmentState.CLEARED,
    AssignmentState.REPORTED,
}

# Waiting for the unit's signature: the sign-for timer runs.
UNSIGNED: frozenset[AssignmentState] = frozenset({AssignmentState.OFFERED, AssignmentState.DELIVERED})
