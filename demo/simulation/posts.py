"""Places as callers name them by the kilometre posts beside the road."""

from __future__ import annotations

from collections.abc import Iterable

from core import clock
from core.errors import LuzhangError
from roads.selectors import place_locate, points_of_chainage


def posts_named(places: Iterable[tuple[float, float]]) -> list[str]:
    """Chainages of points (WGS-84) that name one place only; the others a caller would be asked about."""
    named = []
    for lon, lat in places:
        text = place_locate(lon, lat, at=clock.now()).chainage_text
        if text and _is_plain(text):
            named.append(text)
    return named


def _is_plain(text: str) -> bool:
    try:
        return len(points_of_chainage(text)) == 1
    except LuzhangError:
        return False
