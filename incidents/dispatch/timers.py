"""How long an offer may wait for its device and its unit, as data. Running the clocks is the business of
incidents.services; deadlines of incidents are decision tables (incidents/catalogue).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# Issue "the main job": not received by the device in 5 s -> next channel; not signed for in time -> next unit.
RECEIPT_S = 5.0
SIGN_FOR_S: Mapping[str, float] = MappingProxyType({"red": 20.0, "yellow": 30.0, "blue": 60.0})

# A recall must be seen by the unit within this time, else the desk is told to call by radio.
RECALL_SEEN_S = 5.0


@dataclass(frozen=True, slots=True)
class SignTimers:
    """Seconds from offering to receipt by the device, and to the unit's signature."""

    receipt_s: float
    sign_for_s: float


def sign_timers_for(grade: str) -> SignTimers:
    """The two clocks of an offer by the grade of its incident. Raises KeyError for an unknown grade."""
    return SignTimers(RECEIPT_S, SIGN_FOR_S[grade])
