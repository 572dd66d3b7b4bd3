"""Where words find room on a small map: first come, first placed, nothing on top of anything."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

_WIDE = 1.0
_NARROW = 0.58
_LINE = 1.25

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Label:
    """Words whose line runs through (x, y); `anchor` as SVG says it; turned clockwise about that point."""

    text: str
    x: float
    y: float
    size: float
    anchor: str = "start"
    turn_deg: float = 0.0


def width_of(text: str, size: float) -> float:
    """About how wide a text is: Chinese characters are squares, letters and figures a good half."""
    return size * sum(_WIDE if ord(each) > 0x2E7F else _NARROW for each in text)


@dataclass(slots=True)
class Labels:
    """What is taken on a paper of a width and height."""

    width: float
    height: float
    taken: list[Box] = field(default_factory=list)

    def block(self, x: float, y: float, radius: float) -> None:
        """A mark stands there."""
        self.taken.append((x - radius, y - radius, x + radius, y + radius))

    def point(
        self, x: float, y: float, text: str, size: float, *, gap: float, sides: tuple[str, ...] = ("e", "w", "n", "s")
    ) -> Label | None:
        """Words beside a mark: to the right, else left, above, below (`middle`: on it); None where all is taken."""
        wide = width_of(text, size)
        for side in sides:
            anchor, left, centre_y = {
                "e": ("start", x + gap, y),
                "w": ("end", x - gap - wide, y),
                "n": ("middle", x - wide / 2, y - gap - size * 0.55),
                "s": ("middle", x - wide / 2, y + gap + size * 0.55),
                "middle": ("middle", x - wide / 2, y),
            }[side]
            if self._claim((left, centre_y - size * _LINE / 2, left + wide, centre_y + size * _LINE / 2)):
                at = {"start": left, "end": left + wide, "middle": left + wide / 2}[anchor]
                return Label(text, at, centre_y, size, anchor)
        return None

    def along(self, x: float, y: float, turn_deg: float, text: str, size: float) -> Label | None:
        """Words along a line through (x, y)."""
        half, high = width_of(text, size) / 2, size * _LINE / 2
        cos, sin = abs(math.cos(math.radians(turn_deg))), abs(math.sin(math.radians(turn_deg)))
        reach_x, reach_y = half * cos + high * sin, half * sin + high * cos
        if self._claim((x - reach_x, y - reach_y, x + reach_x, y + reach_y)):
            return Label(text, x, y, size, "middle", turn_deg)
        return None

    def _claim(self, box: Box) -> bool:
        west, north, east, south = box
        if west < 2 or north < 2 or east > self.width - 2 or south > self.height - 2:
            return False
        if any(west < e and east > w and north < s and south > n for w, n, e, s in self.taken):
            return False
        self.taken.append(box)
        return True
