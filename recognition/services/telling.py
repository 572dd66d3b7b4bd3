"""Whose screens ring for an alarm: the roles that its category names, more of them the longer nobody answers."""

from __future__ import annotations

from collections.abc import Sequence

# Without a word of the category the desk is told: no alarm is for nobody.
DESK = "dispatcher"
HIGHER = "commander"


def told_of(told: Sequence[str], climbed: int) -> list[str]:
    """Codes of roles, sorted. From the first climb on commanders are among them."""
    roles = set(told) or {DESK}
    return sorted(roles | ({HIGHER} if climbed else set()))
