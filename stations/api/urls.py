"""Addresses of this room under /api/v1/."""

from __future__ import annotations

from django.urls import path

from stations.api import devices, jobs, organisations, people, places

urlpatterns = [
    path("organisations/", organisations.OrganisationCollection.as_view(), name="api-organisations"),
    path("organisations/<uuid:uid>/", organisations.OrganisationItem.as_view(), name="api-organisation"),
    path("organisations/<uuid:uid>/move/", organisations.OrganisationMove.as_view(), name="api-organisation-move"),
    path("stations/", places.StationCollection.as_view(), name="api-stations"),
    path("stations/<uuid:uid>/", places.StationItem.as_view(), name="api-station"),
    path("checkpoints/", places.CheckpointCollection.as_view(), name="api-checkpoints"),
    path("checkpoints/<uuid:uid>/", places.CheckpointItem.as_view(), name="api-checkpoint"),
    path("cameras/", places.CameraCollection.as_view(), name="api-cameras"),
    path("cameras/<uuid:uid>/", places.CameraItem.as_view(), name="api-camera"),
    path("devices/", devices.DeviceCollection.as_view(), name="api-devices"),
    path("devices/<uuid:uid>/", devices.DeviceItem.as_view(), name="api-device"),
    path("devices/<uuid:uid>/lock/", devices.DeviceLock.as_view(), name="api-device-lock"),
    path("devices/<uuid:uid>/unlock/", devices.DeviceUnlock.as_view(), name="api-device-unlock"),
    path("devices/<uuid:uid>/token/", devices.DeviceToken.as_view(), name="api-device-token"),
    path("devices/<uuid:uid>/bind/", devices.DeviceBind.as_view(), name="api-device-bind"),
    path("people/", people.PersonCollection.as_view(), name="api-people"),
    path("people/<uuid:uid>/", people.PersonItem.as_view(), name="api-person"),
    path("role-grants/", people.RoleGrantCollection.as_view(), name="api-role-grants"),
    path("role-grants/<int:grant_id>/revoke/", people.RoleGrantRevoke.as_view(), name="api-role-grant-revoke"),
    path("jobs/", jobs.JobCollection.as_view(), name="api-jobs"),
    path("jobs/kinds/", jobs.JobKinds.as_view(), name="api-job-kinds"),
    path("jobs/<uuid:uid>/", jobs.JobItem.as_view(), name="api-job"),
    path("jobs/<uuid:uid>/errors/", jobs.JobErrors.as_view(), name="api-job-errors"),
    path("jobs/<uuid:uid>/cancel/", jobs.JobCancel.as_view(), name="api-job-cancel"),
    path("jobs/<uuid:uid>/repeat/", jobs.JobRepeat.as_view(), name="api-job-repeat"),
    path("jobs/<uuid:uid>/undo/", jobs.JobUndo.as_view(), name="api-job-undo"),
]
