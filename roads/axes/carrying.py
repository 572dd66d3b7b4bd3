"""Which edges of a new network are an edge of the old one: by the way they were cut from, and by where they lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .locate import AxisLine

# Ways are redrawn; but the other carriageway of the same road may lie 10 m beside, and is another way.
SAME_WAY_WITHIN_M = 20.0
OTHER_WAY_WITHIN_M = 6.0
_SHARE = 0.5
_SAMPLES = 21


@dataclass(frozen=True, slots=True)
class EdgeOfWay:
    """An edge, the way of the source that it was cut from (0: not known), and its line."""

    edge_no: int
    way_id: int
    line: AxisLine


def edges_alike(old: EdgeOfWay, candidates: Sequence[EdgeOfWay]) -> list[int]:
    """Numbers of the candidates that are the old edge, a piece of it, or hold it, ascending.

    Candidates of the same way count before others. Where ways were cut differently, an edge of which less than half
    lies on the old one, and that covers less than half of it, is not it.
    """
    same = [one for one in candidates if old.way_id and one.way_id == old.way_id]
    found = [one.edge_no for one in same if _alike(old.line, one.line, SAME_WAY_WITHIN_M)]
    if not found:
        found = [one.edge_no for one in candidates if _alike(old.line, one.line, OTHER_WAY_WITHIN_M)]
    return sorted(found)


def _alike(old: AxisLine, new: AxisLine, within_m: float) -> bool:
    metres, away = old.project_many(*new.points_at(np.linspace(0.0, new.length_m, _SAMPLES)))
    if abs(metres[-1] - metres[0]) < _SHARE * min(old.length_m, new.length_m):
        return False
    if (np.abs(away) <= within_m).mean() >= _SHARE:
        return True
    _metres, away = new.project_many(*old.points_at(np.linspace(0.0, old.length_m, _SAMPLES)))
    return bool((np.abs(away) <= within_m).mean() >= _SHARE)
