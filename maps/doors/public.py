"""`/`: who answers for the road I stand on. Server-rendered: it works without scripts. Published data only."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core import clock
from core.errors import InvalidInput, LuzhangError, NotFound
from core.geo.datum import place_check
from maps.doors.context import page_context
from roads.selectors import (
    axes_by_weight,
    axis_by_uid,
    chains_at,
    closures_of_segment,
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
from stations.types import PUBLIC_ACTOR

# What the page begins with, for who would rather choose than type.
MAIN_ROADS = 12
MAIN_ROAD_M = 1000.0
_CHAINAGE = re.compile(r"[kK]\s*\d")


@require_safe
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
    context = page_context(request, "public", page={"marks": marks, "picking": True}, **found)
    return render(request, "maps/public/home.html", context, status=status)


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
    segments = [
        {
            "uid": segment.segment_uid,
            "name": segment.name,
            "code": segment.code,
            "is_border": segment.is_border,
            "chain": public_chain(segment.chain),
        }
        for segment in place.segments
    ]
    return {"place": place, "segments": segments, "marks": [[place.lon, place.lat]]}


def _searched(text: str) -> dict[str, Any]:
    """A chainage stands for a place; anything else is looked up in the directory."""
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
    results = [{**entry.as_json(), "lon": f"{entry.lon:.6f}", "lat": f"{entry.lat:.6f}"} for entry in found]
    return {"results": results, "marks": [[entry.lon, entry.lat] for entry in found]}


@require_safe
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
    context = page_context(request, "public", axis=axis, rows=rows, page={"line": line_of(axis.geom)})
    return render(request, "maps/public/road.html", context)


@require_safe
def segment_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One segment: where it is, its chain of chiefs with duty contacts, what is closed on it."""
    segment = segment_by_uid(uid)
    now = clock.now()
    in_force = now in segment.valid
    chain = public_chain(chains_at([segment.pk], now).get(segment.pk, ())) if in_force else []
    start, end = segment_ends([segment]).get(segment.pk, ("", ""))
    context = page_context(
        request,
        "public",
        segment=segment,
        chain=chain,
        in_force=in_force,
        heirs=[] if in_force else heirs_of(segment),
        start=start,
        end=end,
        length_km=(segment.to_m - segment.from_m) / 1000 if segment.from_m is not None and segment.to_m else None,
        closures=closures_of_segment(segment) if in_force else [],
        page={"line": line_of(segment.geom or segment.area)},
    )
    return render(request, "maps/public/segment.html", context)


def line_of(shape: Any) -> Any:
    """Coordinates for the page's small map, thinned to what a screen can show."""
    if shape is None:
        return None
    return [
        [[round(x, 5), round(y, 5)] for x, y, *_rest in part]
        for part in _parts(shape.simplify(0.0002, preserve_topology=True))
    ]


def _parts(shape: Any) -> list[Any]:
    kind = shape.geom_type
    if kind == "LineString":
        return [shape.coords]
    if kind == "Polygon":
        return [shape.exterior_ring.coords]
    return [part for each in shape for part in _parts(each)]
