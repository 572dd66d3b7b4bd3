"""The lifecycles of watch-list entries 布控 and alarms 预警 as data, with the state codes that other systems use."""

from __future__ import annotations

from enum import StrEnum

from core.messages import gettext_noop
from core.transitions import Lifecycle


class WatchState(StrEnum):
    """States of an entry of the watch-list; `code` is the number of the exchange (10 to 13, 20 to 23)."""

    APPLIED = "applied"
    CHECKED = "checked"
    APPROVED = "approved"
    MODIFYING = "modifying"
    WITHDRAWAL_APPLIED = "withdrawal_applied"
    WITHDRAWAL_CHECKED = "withdrawal_checked"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REFUSED = "refused"

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Value and Chinese name, marked for translation (`core.db.choices`, `core.messages.spoken`)."""
        return [(state.value, _WATCH[state][1]) for state in cls]

    @property
    def label(self) -> str:
        """The Chinese name, marked for translation (`core.messages.spoken`)."""
        return _WATCH[self][1]

    @property
    def code(self) -> str:
        """The number of the exchange between systems; "" where it has none."""
        return _WATCH[self][0]


_WATCH: dict[WatchState, tuple[str, str]] = {
    WatchState.APPLIED: ("10", gettext_noop("布控申请")),
    WatchState.CHECKED: ("11", gettext_noop("布控已审核")),
    WatchState.APPROVED: ("12", gettext_noop("布控中")),
    WatchState.MODIFYING: ("13", gettext_noop("变更申请")),
    WatchState.WITHDRAWAL_APPLIED: ("20", gettext_noop("撤控申请")),
    WatchState.WITHDRAWAL_CHECKED: ("21", gettext_noop("撤控已审核")),
    WatchState.WITHDRAWN: ("22", gettext_noop("已撤控")),
    WatchState.EXPIRED: ("23", gettext_noop("到期自动撤控")),
    WatchState.REFUSED: ("", gettext_noop("未批准")),
}
_W = WatchState

WATCH_LIFECYCLE: Lifecycle[WatchState] = Lifecycle(
    "watch entry",
    _W.APPLIED,
    {
        _W.APPLIED: frozenset({_W.CHECKED, _W.REFUSED, _W.WITHDRAWN, _W.EXPIRED}),
        _W.CHECKED: frozenset({_W.APPROVED, _W.REFUSED, _W.WITHDRAWN, _W.EXPIRED}),
        _W.APPROVED: frozenset({_W.MODIFYING, _W.WITHDRAWAL_APPLIED, _W.EXPIRED}),
        _W.MODIFYING: frozenset({_W.APPROVED, _W.EXPIRED}),
        _W.WITHDRAWAL_APPLIED: frozenset({_W.WITHDRAWAL_CHECKED, _W.APPROVED, _W.EXPIRED}),
        _W.WITHDRAWAL_CHECKED: frozenset({_W.WITHDRAWN, _W.APPROVED, _W.EXPIRED}),
        _W.WITHDRAWN: frozenset(),
        _W.EXPIRED: frozenset(),
        _W.REFUSED: frozenset(),
    },
)
# A change or a withdrawal that is only asked for leaves the old terms in force.
IN_FORCE = (_W.APPROVED, _W.MODIFYING, _W.WITHDRAWAL_APPLIED, _W.WITHDRAWAL_CHECKED)
# An urgent entry is in force for a short time before anybody has approved it.
BEFORE_APPROVAL = (_W.APPLIED, _W.CHECKED)


class AlarmState(StrEnum):
    """States of an alarm; `code` is the number of the exchange (41 to 44)."""

    RAISED = "raised"
    HELD = "held"
    CONFIRMED = "confirmed"
    ORDERED = "ordered"
    TURNED_OUT = "turned_out"
    REPORTED = "reported"
    CLOSED = "closed"
    FALSE = "false"

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Value and Chinese name, marked for translation (`core.db.choices`, `core.messages.spoken`)."""
        return [(state.value, _ALARM[state][1]) for state in cls]

    @property
    def label(self) -> str:
        """The Chinese name, marked for translation (`core.messages.spoken`)."""
        return _ALARM[self][1]

    @property
    def code(self) -> str:
        """The number of the exchange between systems; "" where it has none."""
        return _ALARM[self][0]


_ALARM: dict[AlarmState, tuple[str, str]] = {
    AlarmState.RAISED: ("", gettext_noop("待确认")),
    AlarmState.HELD: ("", gettext_noop("暂缓")),
    AlarmState.CONFIRMED: ("41", gettext_noop("已确认")),
    AlarmState.ORDERED: ("42", gettext_noop("已下达指令")),
    AlarmState.TURNED_OUT: ("43", gettext_noop("已出警")),
    AlarmState.REPORTED: ("44", gettext_noop("已反馈")),
    AlarmState.CLOSED: ("", gettext_noop("已办结")),
    AlarmState.FALSE: ("", gettext_noop("误报")),
}
_A = AlarmState

ALARM_LIFECYCLE: Lifecycle[AlarmState] = Lifecycle(
    "alarm",
    _A.RAISED,
    {
        _A.RAISED: frozenset({_A.HELD, _A.CONFIRMED, _A.FALSE}),
        _A.HELD: frozenset({_A.CONFIRMED, _A.FALSE}),
        _A.CONFIRMED: frozenset({_A.ORDERED, _A.FALSE}),
        _A.ORDERED: frozenset({_A.TURNED_OUT, _A.REPORTED}),
        _A.TURNED_OUT: frozenset({_A.REPORTED}),
        _A.REPORTED: frozenset({_A.CLOSED, _A.ORDERED}),
        _A.CLOSED: frozenset(),
        _A.FALSE: frozenset(),
    },
)
