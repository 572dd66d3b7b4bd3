"""How long each step of the loop may take, as data. Running the clocks is the business of incidents.services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# Issue "the main job": not received by the device in 5 s -> next channel; not signed for in time -> next unit.
RECEIPT_S = 5.0
SIGN_FOR_S: Mapping[str, float] = MappingProxyType({"red": 20.0, "yellow": 30.0, "blue": 60.0})

# A recall must be seen by the unit within this time, else the desk is told to call by radio.
RECALL_SEEN_S = 5.0

# Reported without review for so long: the head's list (domain.md §3.15 leaves the number open: ours).
REVIEW_S = 4 * 3600.0

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


@dataclass(frozen=True, slots=True)
class SignTimers:
    """Seconds from offering to receipt by the device, and to the unit's signature."""

    receipt_s: float
    sign_for_s: float


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """One rung of the ladder: when `trigger` is late by `after_s`, do `action`.

    Triggers: 'receipt', 'sign_for', 'recall_seen', 'arrive', 'review', 'close'. Actions: 'next_channel' (page →
    terminal → gateway → card "call by radio"), 'next_unit', 'radio_card', 'press_chief' (督办: the lowest level of the
    chain that answers, then one level up after each level's own time), 'head_list'.
    """

    trigger: str
    after_s: float
    action: str


def deadlines_for(grade: str, *, town: bool = True, zone: str | None = None) -> DeadlineSet:
    """Deadlines of an incident by grade and zone ('town', 'suburb', 'village'; `town=False` alone means suburb).

    Raises KeyError for an unknown grade or zone.
    """
    return DeadlineSet(ARRIVE_S[zone or ("town" if town else "suburb")][grade], CLOSE_S[grade])


def sign_timers_for(grade: str) -> SignTimers:
    """The two clocks of an offer by the grade of its incident. Raises KeyError for an unknown grade."""
    return SignTimers(RECEIPT_S, SIGN_FOR_S[grade])


def escalation_ladder(grade: str, *, town: bool = True, zone: str | None = None) -> tuple[EscalationStep, ...]:
    """Everything that happens by itself when nobody acts on an incident of this grade, in the order of the loop."""
    limits = deadlines_for(grade, town=town, zone=zone)
    return (
        EscalationStep("receipt", RECEIPT_S, "next_channel"),
        EscalationStep("sign_for", SIGN_FOR_S[grade], "next_unit"),
        EscalationStep("recall_seen", RECALL_SEEN_S, "radio_card"),
        EscalationStep("arrive", limits.arrive_s, "press_chief"),
        EscalationStep("review", REVIEW_S, "head_list"),
        EscalationStep("close", limits.close_s, "press_chief"),
    )
