"""The chain of chiefs upon whom an incident is pressed, as it was when it happened."""

from __future__ import annotations

from typing import Any

from incidents.models import Incident, Supervision


def chain_of(incident: Incident) -> list[dict[str, Any]]:
    """The chain as it was when the incident happened, lowest level first; borders are not pressed."""
    own = [chief for chief in incident.chain if "border" not in chief]
    return sorted(own, key=lambda chief: -int(chief["level"]))


def lower_chief_of(supervision: Supervision) -> dict[str, Any] | None:
    """The next lower level, to whom a press may be handed down; None below the lowest, and where nobody is pressed."""
    if supervision.level_rank is None:
        return None
    lower = [each for each in chain_of(supervision.incident) if int(each["level"]) > supervision.level_rank]
    return min(lower, key=lambda each: int(each["level"]), default=None)
