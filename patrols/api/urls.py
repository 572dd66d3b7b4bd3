"""Addresses of this room under /api/v1/."""

from __future__ import annotations

from django.urls import path

from patrols.api import plans, tours, tracks, units

urlpatterns = [
    path("patrols/units/", units.UnitsOnDutyApi.as_view(), name="patrol-units"),
    path("patrols/call-signs/", units.UnitListApi.as_view(), name="patrol-call-signs"),
    path("patrols/duty/", units.DutyApi.as_view(), name="patrol-duty"),
    path("patrols/tours/", tours.TourCollection.as_view(), name="patrol-tours"),
    path("patrols/tours/<uuid:uid>/", tours.TourItem.as_view(), name="patrol-tour"),
    path("patrols/tours/<uuid:uid>/open/", tours.TourOpen.as_view(), name="patrol-tour-open"),
    path("patrols/tours/<uuid:uid>/close/", tours.TourClose.as_view(), name="patrol-tour-close"),
    path("patrols/tours/<uuid:uid>/cancel/", tours.TourCancel.as_view(), name="patrol-tour-cancel"),
    path("patrols/tours/<uuid:uid>/exercise/", tours.TourExercise.as_view(), name="patrol-tour-exercise"),
    path("patrols/tours/<uuid:uid>/break-start/", tours.TourBreakStart.as_view(), name="patrol-tour-break-start"),
    path("patrols/tours/<uuid:uid>/break-end/", tours.TourBreakEnd.as_view(), name="patrol-tour-break-end"),
    path("patrols/tours/<uuid:uid>/members/join/", tours.TourMemberJoin.as_view(), name="patrol-tour-member-join"),
    path("patrols/tours/<uuid:uid>/members/leave/", tours.TourMemberLeave.as_view(), name="patrol-tour-member-leave"),
    path("patrols/tours/<uuid:uid>/track/", tracks.TourTrack.as_view(), name="patrol-tour-track"),
    path("patrols/tasks/", plans.TaskCollection.as_view(), name="patrol-tasks"),
    path("patrols/tasks/<uuid:uid>/done/", plans.TaskDone.as_view(), name="patrol-task-done"),
    path("patrols/shifts/", plans.ShiftCollection.as_view(), name="patrol-shifts"),
    path("patrols/requirements/", plans.RequirementCollection.as_view(), name="patrol-requirements"),
    path("patrols/coverage-holes/", units.CoverageHolesApi.as_view(), name="patrol-coverage-holes"),
    path("patrols/gaps/", plans.GapList.as_view(), name="patrol-gaps"),
]
