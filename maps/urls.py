"""Addresses of the pages, tiles, OGC API and health checks."""

from __future__ import annotations

from django.urls import path

from maps import health, ogc, tiles
from maps.doors import (
    boards,
    chief,
    command,
    duty,
    jobs,
    posts,
    public,
    session,
    sitemap,
    snapshot,
    stations,
    styleguide,
    words,
)

urlpatterns = [
    path("", public.home, name="home"),
    path("roads/<uuid:uid>/", public.road, name="road-page"),
    path("segments/<uuid:uid>/", public.segment_page, name="segment-page"),
    path("b/<str:number>/", boards.board_page, name="board-page"),
    path("boards/", boards.boards, name="boards"),
    path("chief/", chief.chief, name="chief"),
    path("chief/districts/", chief.chief_districts, name="chief-districts"),
    path("chief/segments/<uuid:uid>/", chief.chief_segment, name="chief-segment"),
    path("command/", command.command, name="command"),
    path("command/snapshot/", snapshot.command_snapshot, name="command-snapshot"),
    path("command/briefing/<uuid:uid>/", command.briefing, name="command-briefing"),
    path("duty/", duty.duty, name="duty"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("posts.json", posts.posts, name="posts"),
    path("session.json", session.session, name="session"),
    path("signed-in/", session.signed_in, name="signed-in"),
    path("robots.txt", sitemap.robots, name="robots"),
    path("sitemap.xml", sitemap.index, name="sitemap"),
    path("sitemap-<str:section>-<int:number>.xml", sitemap.part, name="sitemap-part"),
    path("stations/", stations.stations, name="stations-page"),
    path("stations/<uuid:uid>/", stations.station, name="station-page"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("words/<str:language>.json", words.words, name="words"),
    path("tiles/<str:layer>/<int:z>/<int:x>/<int:y>.mvt", tiles.tile, name="tile"),
    path("ogc/", ogc.landing, name="ogc"),
    path("ogc/api", ogc.api, name="ogc-api"),
    path("ogc/conformance", ogc.conformance, name="ogc-conformance"),
    path("ogc/collections", ogc.collections, name="ogc-collections"),
    path("ogc/collections/<str:name>", ogc.collection, name="ogc-collection"),
    path("ogc/collections/<str:name>/items", ogc.items, name="ogc-items"),
    path("ogc/collections/<str:name>/items/<str:feature_id>", ogc.item, name="ogc-item"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics_page, name="metrics"),
]
