"""Addresses of this room under /api/v1/."""

from __future__ import annotations

from django.urls import path

from recognition.api import (
    alarms,
    cameras,
    passages,
    plates,
    register,
    rules,
    search,
    senders,
    sightings,
    watch,
    watch_import,
)

urlpatterns = [
    path("recognition/plates:read", plates.PlatesRead.as_view(), name="api-plates-read"),
    path("recognition/passages/", passages.PassagesApi.as_view(), name="recognition-passages"),
    path("recognition/passages/search/", search.PassageSearchApi.as_view(), name="recognition-passage-search"),
    path("recognition/passages/replay/", rules.ReplayApi.as_view(), name="recognition-passage-replay"),
    path("recognition/rules/", rules.RulesApi.as_view(), name="recognition-rules"),
    path("recognition/rules/<uuid:uid>/end/", rules.RuleEndApi.as_view(), name="recognition-rule-end"),
    path("recognition/vehicles/way/", search.VehicleWayApi.as_view(), name="recognition-vehicle-way"),
    path("recognition/cameras/", cameras.CamerasApi.as_view(), name="recognition-cameras"),
    path("recognition/cameras/<str:code>/", cameras.CameraApi.as_view(), name="recognition-camera"),
    path("recognition/figures/", cameras.FiguresApi.as_view(), name="recognition-figures"),
    path("recognition/senders/", senders.SendersApi.as_view(), name="recognition-senders"),
    path("recognition/sightings/", sightings.SightingsApi.as_view(), name="recognition-sightings"),
    path("recognition/stream/", passages.StreamApi.as_view(), name="recognition-stream"),
    path("recognition/vehicles/look/", register.VehicleLookApi.as_view(), name="recognition-vehicle-look"),
    path("recognition/watch/", watch.WatchListApi.as_view(), name="recognition-watch"),
    path("recognition/watch/import/", watch_import.WatchImportApi.as_view(), name="recognition-watch-import"),
    path("recognition/watch/<uuid:uid>/check/", watch.WatchCheckApi.as_view(), name="recognition-watch-check"),
    path("recognition/watch/<uuid:uid>/decide/", watch.WatchDecideApi.as_view(), name="recognition-watch-decide"),
    path("recognition/watch/<uuid:uid>/change/", watch.WatchChangeApi.as_view(), name="recognition-watch-change"),
    path("recognition/watch/<uuid:uid>/withdraw/", watch.WatchWithdrawApi.as_view(), name="recognition-watch-withdraw"),
    path("recognition/watch/<uuid:uid>/look/", watch.WatchLookApi.as_view(), name="recognition-watch-look"),
    path("recognition/alarms/", alarms.AlarmListApi.as_view(), name="recognition-alarms"),
    path("recognition/alarms/queue/", alarms.AlarmQueueApi.as_view(), name="recognition-alarm-queue"),
    path("recognition/alarms/false/", alarms.AlarmsFalseApi.as_view(), name="recognition-alarms-false"),
    path("recognition/pictures/<uuid:uid>/", alarms.PassagePictureApi.as_view(), name="recognition-picture"),
    path("recognition/alarms/<uuid:uid>/confirm/", alarms.AlarmConfirmApi.as_view(), name="recognition-alarm-confirm"),
    path("recognition/alarms/<uuid:uid>/hold/", alarms.AlarmHoldApi.as_view(), name="recognition-alarm-hold"),
    path("recognition/alarms/<uuid:uid>/false/", alarms.AlarmFalseApi.as_view(), name="recognition-alarm-false"),
    path("recognition/alarms/<uuid:uid>/report/", alarms.AlarmReportApi.as_view(), name="recognition-alarm-report"),
    path("recognition/alarms/<uuid:uid>/look/", alarms.AlarmLookApi.as_view(), name="recognition-alarm-look"),
]
