"""Readers of the incidents room."""

from incidents.selectors.details import assignment_detail, incident_detail
from incidents.selectors.duplicates import duplicates_near
from incidents.selectors.kinds import KindChoice, incident_kinds
from incidents.selectors.pictures import picture_summary, pictures_visible_to
from incidents.selectors.summaries import assignment_summary, incident_summary
from incidents.selectors.visible import (
    assignments_visible_to,
    incidents_visible_to,
    recalls_unseen_by,
    supervisions_for,
)

__all__ = [
    "KindChoice",
    "assignment_detail",
    "assignment_summary",
    "assignments_visible_to",
    "duplicates_near",
    "incident_detail",
    "incident_kinds",
    "incident_summary",
    "incidents_visible_to",
    "picture_summary",
    "pictures_visible_to",
    "recalls_unseen_by",
    "supervisions_for",
]
