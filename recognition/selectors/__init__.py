"""Readers of the recognition room. Lists start from what the actor may see."""

from recognition.selectors.lists import (
    alarm_summary,
    alarms_visible_to,
    masked,
    standings_visible_to,
    watch_summary,
    watch_visible_to,
)

__all__ = [
    "alarm_summary",
    "alarms_visible_to",
    "masked",
    "standings_visible_to",
    "watch_summary",
    "watch_visible_to",
]
