"""Readers of the recognition room. Lists start from what the actor may see."""

from recognition.selectors.facts import alarm_facts, sighting_facts
from recognition.selectors.lists import (
    alarm_summary,
    alarms_visible_to,
    masked,
    senders_visible_to,
    standings_visible_to,
    watch_summary,
    watch_visible_to,
)

__all__ = [
    "alarm_facts",
    "alarm_summary",
    "alarms_visible_to",
    "masked",
    "senders_visible_to",
    "sighting_facts",
    "standings_visible_to",
    "watch_summary",
    "watch_visible_to",
]
