"""The lifecycle of a notice board 公示牌 as data."""

from __future__ import annotations

from enum import StrEnum

from core.messages import gettext_noop
from core.transitions import Lifecycle


class BoardState(StrEnum):
    """States of the board at one place. Its number stays while it is printed again."""

    DUE = "due"
    ISSUED = "issued"
    POSTED = "posted"
    OUT_OF_DATE = "out_of_date"
    REPLACED = "replaced"
    REMOVED = "removed"

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Value and Chinese name, marked for translation (`core.db.choices`, `core.messages.spoken`)."""
        return [(state.value, _BOARD_LABELS[state]) for state in cls]

    @property
    def label(self) -> str:
        """The Chinese name, marked for translation (`core.messages.spoken`)."""
        return _BOARD_LABELS[self]


_BOARD_LABELS = {
    BoardState.DUE: gettext_noop("待印发"),
    BoardState.ISSUED: gettext_noop("已印发"),
    BoardState.POSTED: gettext_noop("已张贴"),
    BoardState.OUT_OF_DATE: gettext_noop("需重印"),
    BoardState.REPLACED: gettext_noop("已更换"),
    BoardState.REMOVED: gettext_noop("已撤除"),
}

# What is printed may fall behind and, when a change is taken back, be right again. A board that hangs is printed anew
# under its number; one that another board takes over from, or that is taken down, is over.
BOARD_LIFECYCLE: Lifecycle[BoardState] = Lifecycle(
    "board",
    BoardState.DUE,
    {
        BoardState.DUE: frozenset({BoardState.ISSUED, BoardState.REMOVED}),
        BoardState.ISSUED: frozenset(
            {BoardState.POSTED, BoardState.OUT_OF_DATE, BoardState.REPLACED, BoardState.REMOVED}
        ),
        BoardState.POSTED: frozenset({BoardState.OUT_OF_DATE, BoardState.REPLACED, BoardState.REMOVED}),
        BoardState.OUT_OF_DATE: frozenset(
            {BoardState.ISSUED, BoardState.POSTED, BoardState.REPLACED, BoardState.REMOVED}
        ),
        BoardState.REPLACED: frozenset(),
        BoardState.REMOVED: frozenset(),
    },
)

# What a passer-by may have before their eyes.
PRINTED: frozenset[BoardState] = frozenset({BoardState.ISSUED, BoardState.POSTED, BoardState.OUT_OF_DATE})
LIVE: frozenset[BoardState] = PRINTED | {BoardState.DUE}
