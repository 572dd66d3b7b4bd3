"""The deadlines that a new system starts with, written down beside the decision tables that give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# Arrival norms by zone: domain.md §3.15 (town 5 min, suburb 10 min, village "as fast as possible") and its stricter
# targets of §6 (3 min in town), which we ask of red ones. A village has no published norm; 20 min is ours.
ARRIVE_S: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "town": MappingProxyType({"red": 180.0, "yellow": 300.0, "blue": 300.0}),
        "suburb": MappingProxyType({"red": 600.0, "yellow": 600.0, "blue": 600.0}),
        "village": MappingProxyType({"red": 1200.0, "yellow": 1200.0, "blue": 1200.0}),
    }
)

# Closing has no published norm but "every alert closed with feedback, red ones reviewed every day" (domain.md §3.16)
CLOSE_S: Mapping[str, float] = MappingProxyType({"red": 24 * 3600.0, "yellow": 48 * 3600.0, "blue": 72 * 3600.0})


@dataclass(frozen=True, slots=True)
class DeadlineSet:
    """Seconds from intake to the first unit on scene, and to closing."""

    arrive_s: float
    close_s: float


def deadlines_for(grade: str, *, zone: str = "town") -> DeadlineSet:
    """Deadlines of an incident by grade and zone ('town', 'suburb', 'village'). Raises KeyError for others."""
    return DeadlineSet(ARRIVE_S[zone][grade], CLOSE_S[grade])
