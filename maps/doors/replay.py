"""`/command/?replay=…`: a past hour on the map, which says that it is past; its data, asked for with a reason."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import InvalidInput, LuzhangError
from incidents.selectors import incident_kinds, incidents_between
from maps.doors.context import page_context
from maps.doors.snapshot import json_answer
from patrols.services import ReplayTrack, tracks_replay
from stations.selectors import actor_for_request
from stations.services import page_access, require
from stations.types import Actor, DataClass, Verb

# A place within a metre; the way from one sample to the next as small whole numbers is a third of the bytes.
PER_DEGREE = 100_000
REASON_MOST = 200
SPEEDS = (1, 2, 5, 10, 20)


def map_rights(actor: Actor) -> dict[str, bool]:
    """Which parts of the map of `/command/` are drawn at all; the services and selectors decide."""
    return {
        "position": actor.may(Verb.VIEW, DataClass.POSITION),
        "track": actor.may(Verb.VIEW, DataClass.TRACK),
        "checkpoint": actor.may(Verb.VIEW, DataClass.CHECKPOINT),
        "camera": actor.may(Verb.VIEW, DataClass.CAMERA),
    }


def replay_page(request: HttpRequest) -> HttpResponse:
    """The page; whoever may open `/command/` may open it, and is told if tracks are not theirs to see."""
    actor = actor_for_request(request)
    page = {"kinds": [asdict(kind) for kind in incident_kinds()], "may": map_rights(actor)}
    return render(request, "maps/replay.html", page_context(request, "command", page=page, speeds=SPEEDS))


@require_POST
@page_access(Verb.VIEW, DataClass.TRACK)
def replay(request: HttpRequest) -> HttpResponse:
    """`/command/replay/` with `{"from", "to", "reason"}`: tracks and incidents of a window of at most six hours."""
    actor = actor_for_request(request)
    try:
        require(actor, Verb.VIEW, DataClass.TRACK)
        body = _body(request)
        since, until = _moment(body, "from"), _moment(body, "to")
        reason = str(body.get("reason") or "")[:REASON_MOST]
        found = tracks_replay(actor=actor, since=since, until=until, reason=reason)
    except LuzhangError as error:
        return json_answer(error.as_dict(), status=error.status)
    return json_answer(
        {
            "from": found.since,
            "to": found.until,
            "step_s": found.step_s,
            "per_degree": PER_DEGREE,
            "tracks": [track_json(track) for track in found.tracks],
            "incidents": incidents_between(actor, found.since, found.until),
        }
    )


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise InvalidInput(_("请求内容不是 JSON"), field="body", cure='{"from": "…", "to": "…", "reason": "…"}')
    return body


def _moment(body: dict[str, Any], name: str) -> datetime:
    text = str(body.get(name) or "")
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidInput(_("时间无效或缺少时区"), field=name, value=text[:40], cure="2026-11-21T08:00:00+08:00")
    return moment


def track_json(track: ReplayTrack) -> dict[str, Any]:
    """A track as differences from sample to sample: `t` whole seconds, `x`, `y` in 1/`per_degree` degrees; `v` speeds
    in 0.1 m/s, null where none was reported.
    """
    times, eastings, northings = [], [], []
    last = (0, 0, 0)
    for at_s, lon, lat, _speed in track.samples:
        now = (round(at_s), round(lon * PER_DEGREE), round(lat * PER_DEGREE))
        times.append(now[0] - last[0])
        eastings.append(now[1] - last[1])
        northings.append(now[2] - last[2])
        last = now
    return {
        "tour_id": track.tour_id,
        "tour": track.tour_uid,
        "call_sign": track.call_sign,
        "kind": track.kind,
        "agency": track.agency,
        "has_mock": track.has_mock,
        "t": times,
        "x": eastings,
        "y": northings,
        "v": [None if speed is None else round(speed * 10) for *_place, speed in track.samples],
        "stops": [
            {"from_s": round(stop.since_s), "to_s": round(stop.until_s), "lon": stop.lon, "lat": stop.lat}
            for stop in track.stops
        ],
    }
