"""A small chart of two years by month, drawn on the server: bars in an SVG; a table beside it says the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

HEIGHT, TOP, STEP, WIDE = 96.0, 8.0, 40.0, 15.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar in units of the drawing."""

    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Month:
    """One month: both bars (None where nothing was counted), and the figures of the table."""

    number: int
    label_x: float
    this: Bar | None
    last: Bar | None
    pair: Any
    running: bool


def months_of(trend: Any) -> list[Month]:
    """The months of a trend as bars of one scale."""
    values = [value for _month, pair in trend.months for value in (pair.this, pair.last) if value is not None]
    scale = (HEIGHT - TOP) / max([1, *values])
    return [
        Month(
            number=month,
            label_x=(month - 1) * STEP + STEP / 2,
            last=_bar(pair.last, (month - 1) * STEP + 4, scale),
            this=_bar(pair.this, (month - 1) * STEP + 4 + WIDE + 1, scale),
            pair=pair,
            running=month == trend.last.month,
        )
        for month, pair in trend.months
    ]


def _bar(value: int | None, x: float, scale: float) -> Bar | None:
    if value is None:
        return None
    height = round(value * scale, 1)
    return Bar(x, round(HEIGHT - height, 1), height)
