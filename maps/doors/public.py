"""`/`: who answers for the road I stand on. Server-rendered: it works without scripts. Published data only."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock
from core.errors import InvalidInput, LuzhangError, NotFound
from core.geo.datum import place_check
from maps.doors.public_page import absolute, in_asked_language, public_page
from maps.doors.segments import answering_now, segment_facts, segment_structured
from maps.doors.shapes import line_of
from roads.selectors import (
    axes_by_weight,
    axis_by_uid,
    chains_at,
    deployment_bounds,
    directory_search,
    heirs_of,
    place_locate,
    points_of_chainage,
    public_chain,
    public_chains,
    segment_by_uid,
    segment_ends,
    segments_visible_to,
)
from roads.types import PlaceOnRoad
from stations.selectors import contacts_of, stations_named
from stations.types import PUBLIC_ACTOR

# What the page begins with, for who would rather choose than type.
MAIN_ROADS = 12
MAIN_ROAD_M = 1000.0
_CHAINAGE = re.compile(r"[kK]\s*\d")
_COORDINATES = re.compile(r"(?:([a-zA-Z]+\d+)[\s:：]+)?(-?\d{1,3}\.\d+)\s*[,，\s]\s*(-?\d{1,3}\.\d+)")


@require_safe
@in_asked_language
def home(request: HttpRequest) -> HttpResponse:
    """Search (`?q=`), or a place (`?lon=&lat=&datum=`)."""
    text = request.GET.get("q", "").strip()
    found: dict[str, Any] = {"query": text}
    status = 200
    try:
        if "lon" in request.GET or "lat" in request.GET:
            found |= _standing(_place(request))
        elif text:
            found |= _searched(text)
        else:
            found["roads"] = _main_roads()
    except LuzhangError as error:
        found["error"], status = error, error.status
    marks = found.pop("marks", [])
    asked = {name: request.GET[name] for name in ("q", "lon", "lat", "datum") if name in request.GET}
    return public_page(
        request, "maps/public/home.html", status=status, found_by=urlencode(asked),
        page={"marks": marks, "picking": True}, **found,
    )  # fmt: skip


def _main_roads() -> list[dict[str, Any]]:
    """The weightiest roads, by number and name."""
    axes = axes_by_weight(at_least_m=MAIN_ROAD_M, limit=MAIN_ROADS)
    return [{"uid": axis.uid, "code": axis.code, "name": axis.name, "km": axis.length_m / 1000} for axis in axes]


def _place(request: HttpRequest) -> PlaceOnRoad:
    named = request.GET
    lon, lat = place_check(named.get("lon"), named.get("lat"), named.get("datum"), bounds=deployment_bounds())
    return place_locate(lon, lat, at=clock.now())


def _standing(place: PlaceOnRoad) -> dict[str, Any]:
    """The place in words, its segment with the chain, and the neighbour within the border's reach."""
    contacts = contacts_of(segment.organisation_path for segment in place.segments)
    segments = [
        {
            "uid": segment.segment_uid,
            "name": segment.name,
            "code": segment.code,
            "is_border": segment.is_border,
            "chain": (chain := public_chain(segment.chain)),
            "answering": answering_now(chain, contacts[segment.organisation_path]),
        }
        for segment in place.segments
    ]
    return {"place": place, "segments": segments, "marks": [[place.lon, place.lat]]}


def _searched(text: str) -> dict[str, Any]:
    """A chainage or coordinates stand for a place; anything else is looked up in the directory."""
    if match := _COORDINATES.fullmatch(text):
        return _coordinates(text, *match.groups())
    if _CHAINAGE.search(text):
        try:
            points = points_of_chainage(text)
        except (InvalidInput, NotFound) as error:
            return {"error": error, "results": []}
        if len(points) == 1:
            return _standing(place_locate(points[0].lon, points[0].lat, at=clock.now()))
        results = [
            {"kind": "place", "name": point.text, "lon": f"{point.lon:.6f}", "lat": f"{point.lat:.6f}", "detail": ""}
            for point in points
        ]
        return {"results": results, "marks": [[point.lon, point.lat] for point in points]}
    found = directory_search(text)
    kinds = _place_kinds()
    results = [
        {
            **entry.as_json(),
            "detail": kinds.get(entry.detail, entry.detail) if entry.kind == "place" else entry.detail,
            "lon": f"{entry.lon:.6f}",
            "lat": f"{entry.lat:.6f}",
        }
        for entry in found
    ]
    marks = [[entry.lon, entry.lat] for entry in found]
    for station in stations_named(text):
        results.append(
            {"kind": "station", "uid": str(station.uid), "name": station.name, "detail": station.get_kind_display()}
        )
        marks.append([station.geom.x, station.geom.y])
    return {"results": results, "marks": marks}


def _place_kinds() -> dict[str, str]:
    """Kinds of places of the gazetteer in words; a county's own kinds stand as they are."""
    return {
        "bus_station": _("车站"),
        "school": _("学校"),
        "hospital": _("医院"),
        "market": _("集市"),
        "government": _("政府机关"),
        "village": _("村庄"),
        "bridge": _("桥梁"),
        "interchange": _("互通立交"),
    }


def _coordinates(text: str, datum: str | None, lon: str, lat: str) -> dict[str, Any]:
    """Typed coordinates are a place, once it is said in which datum they are."""
    if datum is None:
        raise InvalidInput(
            _("坐标请写明坐标系"), field="q", value=text, cure=_("例如 wgs84 110.4746,19.2584（经度在前），或点地图"),
        )  # fmt: skip
    place = place_check(lon, lat, datum.lower(), bounds=deployment_bounds())
    return _standing(place_locate(*place, at=clock.now()))


@require_safe
@in_asked_language
def road(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One road: its segments in order, with who answers first."""
    axis = axis_by_uid(uid)
    now = clock.now()
    segments = list(segments_visible_to(PUBLIC_ACTOR, now).filter(axis=axis).order_by("from_m", "id")[:500])
    chains = public_chains(chains_at([segment.pk for segment in segments], now))
    ends = segment_ends(segments)
    rows = [
        {
            "uid": segment.uid,
            "name": segment.name,
            "from": ends.get(segment.pk, ("", ""))[0],
            "to": ends.get(segment.pk, ("", ""))[1],
            "chiefs": chains.get(segment.pk, [])[-2:],
        }
        for segment in segments
    ]
    return public_page(request, "maps/public/road.html", axis=axis, rows=rows, page={"line": line_of(axis.geom)})


@require_safe
@in_asked_language
def segment_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One segment: where it is, its chain of chiefs with duty contacts, what is closed on it."""
    segment = segment_by_uid(uid)
    facts = segment_facts(segment, clock.now())
    return public_page(
        request,
        "maps/public/segment.html",
        heirs=[] if facts["in_force"] else heirs_of(segment),
        structured=segment_structured(facts, absolute(request, request.path), segment.organisation.name),
        page={"line": facts["line"]},
        **facts,
    )
