"""Readers of the recognition room. Lists start from what the actor may see."""

from recognition.selectors.desk import plate_kinds, watch_categories
from recognition.selectors.facts import alarm_facts, last_seen, sighting_facts
from recognition.selectors.lists import (
    alarm_summary,
    alarms_visible_to,
    masked,
    passage_rules_visible_to,
    senders_visible_to,
    standings_visible_to,
    watch_summary,
    watch_visible_to,
)
from recognition.selectors.timeliness import steps_of_alarms, steps_of_watch

__all__ = [
    "alarm_facts",
    "alarm_summary",
    "alarms_visible_to",
    "last_seen",
    "masked",
    "passage_rules_visible_to",
    "plate_kinds",
    "senders_visible_to",
    "sighting_facts",
    "standings_visible_to",
    "steps_of_alarms",
    "steps_of_watch",
    "watch_categories",
    "watch_summary",
    "watch_visible_to",
]
