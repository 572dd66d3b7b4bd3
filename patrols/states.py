"""The life of a tour, as data."""

from __future__ import annotations

from enum import StrEnum

from core.messages import gettext_noop
from core.transitions import Lifecycle


class TourState(StrEnum):
    """States of a tour."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Value and Chinese name, marked for translation (`core.db.choices`, `core.messages.spoken`)."""
        return [(state.value, _LABELS[state]) for state in cls]


_LABELS = {
    TourState.PLANNED: gettext_noop("计划"),
    TourState.OPEN: gettext_noop("在岗"),
    TourState.CLOSED: gettext_noop("结束"),
    TourState.CANCELLED: gettext_noop("取消"),
}

TOUR_LIFECYCLE: Lifecycle[TourState] = Lifecycle(
    "tour",
    TourState.PLANNED,
    {
        TourState.PLANNED: frozenset({TourState.OPEN, TourState.CANCELLED}),
        TourState.OPEN: frozenset({TourState.CLOSED}),
        TourState.CLOSED: frozenset(),
        TourState.CANCELLED: frozenset(),
    },
)
