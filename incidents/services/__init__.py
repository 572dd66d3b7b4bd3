"""The only writers of the incidents room."""

from incidents.services.assigning import incident_assign
from incidents.services.backing import assignment_backup_ask, backup_answer, backup_take
from incidents.services.bordering import incident_own
from incidents.services.broadcasting import (
    BroadcastArea,
    broadcast_make,
    broadcast_seen,
    broadcast_withdraw,
)
from incidents.services.calls import caller_cases, incident_report_add, recording_add, recording_lookup
from incidents.services.catalogue import catalogue_restore
from incidents.services.desk import (
    incident_close,
    incident_mark_false,
    incident_reopen,
    incident_resume,
    incident_return,
    incident_review,
    incident_take_back,
    incident_transfer,
    incident_wait,
)
from incidents.services.dispatching import incident_dispatch, queue_solve, queue_sweep
from incidents.services.families import incident_attach, incident_conclude, incident_detach
from incidents.services.grading import incident_regrade
from incidents.services.handing_over import handover_accept, handover_cancel, handover_make, handover_sign
from incidents.services.intake import IncidentReport, incident_receive
from incidents.services.lookups import incident_reporter_lookup
from incidents.services.marking import mark_add, mark_end
from incidents.services.meanwhile import incident_acting
from incidents.services.merging import incident_merge, incident_unmerge
from incidents.services.past import PastDay, past_incidents_put
from incidents.services.past_cases import PastCase, PastCrew, PastMove, PastPress, past_cases_put
from incidents.services.picturing import incident_picture_add
from incidents.services.places import place_resolve
from incidents.services.pressing import supervision_defer, supervision_hand_down
from incidents.services.progress import assignment_step
from incidents.services.proposing import assignment_answer, incident_propose, point_preview
from incidents.services.recalling import assignment_recall, assignment_recall_seen
from incidents.services.signing import month_sign
from incidents.services.status_returns import status_return_again, status_return_dismiss
from incidents.services.supervising import incident_supervise, supervision_settle
from incidents.services.surroundings import units_around
from incidents.services.tasking import incident_task_add, incident_task_step
from incidents.services.transfers import Transfer, transfer_receive
from incidents.services.wayfinding import assignment_way
from incidents.services.welfare import assignment_safe

__all__ = [
    "BroadcastArea",
    "IncidentReport",
    "PastCase",
    "PastCrew",
    "PastDay",
    "PastMove",
    "PastPress",
    "Transfer",
    "assignment_answer",
    "assignment_backup_ask",
    "assignment_recall",
    "assignment_recall_seen",
    "assignment_safe",
    "assignment_step",
    "assignment_way",
    "backup_answer",
    "backup_take",
    "broadcast_make",
    "broadcast_seen",
    "broadcast_withdraw",
    "caller_cases",
    "catalogue_restore",
    "handover_accept",
    "handover_cancel",
    "handover_make",
    "handover_sign",
    "incident_acting",
    "incident_assign",
    "incident_attach",
    "incident_close",
    "incident_conclude",
    "incident_detach",
    "incident_dispatch",
    "incident_mark_false",
    "incident_merge",
    "incident_own",
    "incident_picture_add",
    "incident_propose",
    "incident_receive",
    "incident_regrade",
    "incident_reopen",
    "incident_report_add",
    "incident_reporter_lookup",
    "incident_resume",
    "incident_return",
    "incident_review",
    "incident_supervise",
    "incident_take_back",
    "incident_task_add",
    "incident_task_step",
    "incident_transfer",
    "incident_unmerge",
    "incident_wait",
    "mark_add",
    "mark_end",
    "month_sign",
    "past_cases_put",
    "past_incidents_put",
    "place_resolve",
    "point_preview",
    "queue_solve",
    "queue_sweep",
    "recording_add",
    "recording_lookup",
    "status_return_again",
    "status_return_dismiss",
    "supervision_defer",
    "supervision_hand_down",
    "supervision_settle",
    "transfer_receive",
    "units_around",
]
