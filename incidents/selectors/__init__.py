"""Readers of the incidents room."""

from incidents.selectors.broadcasts import (
    broadcast_detail,
    broadcast_details,
    broadcasts_for_crew,
    broadcasts_visible_to,
)
from incidents.selectors.crew_log import crew_acts
from incidents.selectors.desk_sheet import desk_sheet, press_summary
from incidents.selectors.details import assignment_detail, incident_detail
from incidents.selectors.district_overview import (
    district_overview,
    month_signatures_of,
    open_on_segments,
    received_on_segments,
    worst_segments,
)
from incidents.selectors.duplicates import duplicates_near
from incidents.selectors.families import parents_possible
from incidents.selectors.handovers import handover_detail, handover_summary, handovers_visible_to
from incidents.selectors.inspected import incidents_of_inspections
from incidents.selectors.kinds import KindChoice, incident_kinds, kind_names
from incidents.selectors.marks import mark_summary, marks_visible_to
from incidents.selectors.pictures import picture_summary, pictures_visible_to
from incidents.selectors.pressed import lower_chief_of
from incidents.selectors.replaying import incidents_between
from incidents.selectors.summaries import assignment_summary, backup_summary, incident_summary
from incidents.selectors.tasks import TaskKindChoice, incident_task_kinds, incident_tasks
from incidents.selectors.transfers import (
    status_return_summary,
    status_returns_failed_to,
    status_returns_visible_to,
    transfer_summary,
)
from incidents.selectors.trend import counted_since, segment_counts, segment_trend
from incidents.selectors.visible import (
    assignments_visible_to,
    backups_standing_to,
    backups_visible_to,
    incidents_visible_to,
    recalls_unseen_by,
    supervisions_for,
    supervisions_open_to,
)

__all__ = [
    "KindChoice",
    "TaskKindChoice",
    "assignment_detail",
    "assignment_summary",
    "assignments_visible_to",
    "backup_summary",
    "backups_standing_to",
    "backups_visible_to",
    "broadcast_detail",
    "broadcast_details",
    "broadcasts_for_crew",
    "broadcasts_visible_to",
    "counted_since",
    "crew_acts",
    "desk_sheet",
    "district_overview",
    "duplicates_near",
    "handover_detail",
    "handover_summary",
    "handovers_visible_to",
    "incident_detail",
    "incident_kinds",
    "incident_summary",
    "incident_task_kinds",
    "incident_tasks",
    "incidents_between",
    "incidents_of_inspections",
    "incidents_visible_to",
    "kind_names",
    "lower_chief_of",
    "mark_summary",
    "marks_visible_to",
    "month_signatures_of",
    "open_on_segments",
    "parents_possible",
    "picture_summary",
    "pictures_visible_to",
    "press_summary",
    "recalls_unseen_by",
    "received_on_segments",
    "segment_counts",
    "segment_trend",
    "status_return_summary",
    "status_returns_failed_to",
    "status_returns_visible_to",
    "supervisions_for",
    "supervisions_open_to",
    "transfer_summary",
    "worst_segments",
]
