"""Addresses of the incidents API, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from incidents.api import (
    assignments,
    attachments,
    backups,
    broadcasts,
    casework,
    chiefs,
    crew,
    desk,
    handovers,
    incidents,
    interceptions,
    statistics,
    supervisions,
    tasks,
    transfers,
)

urlpatterns = [
    path("incidents/", incidents.IncidentListApi.as_view(), name="incident-list"),
    path("incidents/duplicates/", incidents.DuplicatesApi.as_view(), name="incident-duplicates"),
    path("incidents/similar/", casework.SimilarApi.as_view(), name="incident-similar"),
    path("incidents/<uuid:uid>/", incidents.IncidentDetailApi.as_view(), name="incident-detail"),
    path("incidents/<uuid:uid>/proposal/", incidents.ProposalApi.as_view(), name="incident-proposal"),
    path("incidents/<uuid:uid>/reporter/", incidents.ReporterApi.as_view(), name="incident-reporter"),
    path("incidents/<uuid:uid>/dispatch/", incidents.DispatchApi.as_view(), name="incident-dispatch"),
    path(
        "incidents/<uuid:uid>/attachments/", attachments.IncidentAttachmentsApi.as_view(), name="incident-attachments"
    ),
    path(
        "incidents/<uuid:uid>/attachments/<uuid:attachment>/",
        attachments.IncidentAttachmentApi.as_view(),
        name="incident-attachment",
    ),
    path("incidents/<uuid:uid>/interception/", interceptions.InterceptionApi.as_view(), name="incident-interception"),
    path("incidents/<uuid:uid>/own/", desk.IncidentOwnApi.as_view(), name="incident-own"),
    path("incidents/<uuid:uid>/reports/", casework.ReportsApi.as_view(), name="incident-reports"),
    path("incidents/<uuid:uid>/recordings/", casework.RecordingsApi.as_view(), name="incident-recordings"),
    path(
        "incidents/<uuid:uid>/recordings/<uuid:recording>/",
        casework.RecordingLookupApi.as_view(),
        name="incident-recording",
    ),
    path("incidents/<uuid:uid>/parents/", casework.ParentsApi.as_view(), name="incident-parents"),
    path("marks/", casework.MarksApi.as_view(), name="mark-list"),
    path("marks/<uuid:uid>/end/", casework.MarkEndApi.as_view(), name="mark-end"),
    path("transfers/", transfers.TransfersApi.as_view(), name="transfer-list"),
    path("status-returns/<uuid:uid>/again/", transfers.StatusReturnAgainApi.as_view(), name="status-return-again"),
    path(
        "status-returns/<uuid:uid>/dismiss/", transfers.StatusReturnDismissApi.as_view(), name="status-return-dismiss"
    ),
    path("incidents/<uuid:uid>/tasks/", tasks.IncidentTasksApi.as_view(), name="incident-tasks"),
    path(
        "incidents/<uuid:uid>/tasks/<uuid:task>/step/", tasks.IncidentTaskStepApi.as_view(), name="incident-task-step"
    ),
    *(
        path(f"incidents/<uuid:uid>/{action}/", view.as_view(), name=f"incident-{action}")
        for action, view in desk.DESK_ACTIONS.items()
    ),
    path("assignments/", assignments.AssignmentListApi.as_view(), name="assignment-list"),
    path("assignments/<uuid:uid>/", assignments.AssignmentDetailApi.as_view(), name="assignment-detail"),
    path("assignments/<uuid:uid>/steps/", assignments.AssignmentStepApi.as_view(), name="assignment-step"),
    path("assignments/<uuid:uid>/seen/", assignments.AssignmentSeenApi.as_view(), name="assignment-seen"),
    path("supervisions/", supervisions.SupervisionListApi.as_view(), name="supervision-list"),
    path("assignments/<uuid:uid>/safe/", assignments.AssignmentSafeApi.as_view(), name="assignment-safe"),
    path("broadcasts/", broadcasts.BroadcastListApi.as_view(), name="broadcast-list"),
    path("broadcasts/<uuid:uid>/seen/", broadcasts.BroadcastSeenApi.as_view(), name="broadcast-seen"),
    path("broadcasts/<uuid:uid>/withdraw/", broadcasts.BroadcastWithdrawApi.as_view(), name="broadcast-withdraw"),
    path("handovers/", handovers.HandoverListApi.as_view(), name="handover-list"),
    path("handovers/<uuid:uid>/", handovers.HandoverDetailApi.as_view(), name="handover-detail"),
    path("handovers/<uuid:uid>/sign/", handovers.HandoverSignApi.as_view(), name="handover-sign"),
    path("handovers/<uuid:uid>/accept/", handovers.HandoverAcceptApi.as_view(), name="handover-accept"),
    path("handovers/<uuid:uid>/cancel/", handovers.HandoverCancelApi.as_view(), name="handover-cancel"),
    path("assignments/<uuid:uid>/backup/", crew.AssignmentBackupApi.as_view(), name="assignment-backup"),
    path("backups/<uuid:uid>/take/", backups.BackupTakeApi.as_view(), name="backup-take"),
    path("backups/<uuid:uid>/answer/", backups.BackupAnswerApi.as_view(), name="backup-answer"),
    path("assignments/<uuid:uid>/way/", crew.AssignmentWayApi.as_view(), name="assignment-way"),
    path(
        "supervisions/<int:supervision_id>/settle/",
        supervisions.SupervisionSettleApi.as_view(),
        name="supervision-settle",
    ),
    path(
        "supervisions/<int:supervision_id>/defer/", supervisions.SupervisionDeferApi.as_view(), name="supervision-defer"
    ),
    path(
        "supervisions/<int:supervision_id>/hand-down/",
        supervisions.SupervisionHandDownApi.as_view(),
        name="supervision-hand-down",
    ),
    path("statistics/segments/", chiefs.SegmentTrendApi.as_view(), name="statistics-segments"),
    path("months/sign/", chiefs.MonthSignApi.as_view(), name="month-sign"),
    path("statistics/timeliness/", statistics.TimelinessApi.as_view(), name="statistics-timeliness"),
    path("statistics/incidents/", statistics.IncidentFiguresApi.as_view(), name="statistics-incidents"),
]
