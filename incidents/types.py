"""Plain data of the incidents room that upper rooms may use. Django-free."""

from __future__ import annotations

from incidents.catalogue.backup import BACKUP_REASONS
from incidents.states import HOLDING, SETTLED, STANDING, AssignmentState, Grade, IncidentState

__all__ = [
    "BACKUP_REASONS",
    "HOLDING",
    "SETTLED",
    "STANDING",
    "TAKEN_OVER",
    "AssignmentState",
    "Grade",
    "IncidentState",
]

# Whose key a case has that another system saw through (`services.past_cases`).
TAKEN_OVER = "taken_over"
