"""What the map of `/command/` asks for besides the picture of now: who is around a point, and outlines of districts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock
from core.errors import InvalidInput, LuzhangError, NotFound
from core.geo.datum import place_check
from incidents.services import units_around
from maps.doors.snapshot import json_answer
from patrols.selectors import tours_on_duty
from roads.selectors import deployment_bounds
from stations.selectors import actor_for_request, districts_outlined
from stations.services import page_access
from stations.types import Actor, DataClass, Verb

DEFAULT_COUNT, MOST = 15, 50


@require_safe
@page_access(Verb.VIEW, DataClass.POSITION)
def around(request: HttpRequest) -> HttpResponse:
    """`/command/around/?lon=&lat=` (WGS-84) or `?tour=` (its number): units in order of their time by road, now."""
    actor = actor_for_request(request)
    try:
        lon, lat, tour_id = _middle(request, actor)
        rows = units_around(actor=actor, lon=lon, lat=lat, k=_count(request), leave_out=tour_id)
    except LuzhangError as error:
        return json_answer(error.as_dict(), status=error.status)
    return json_answer({"at": clock.now(), "lon": lon, "lat": lat, "tour_id": tour_id, "units": rows})


def _middle(request: HttpRequest, actor: Actor) -> tuple[float, float, int | None]:
    """The point asked about; the place of a unit where one is named."""
    if "tour" not in request.GET:
        given = request.GET
        place = place_check(given.get("lon"), given.get("lat"), given.get("datum", "wgs84"), deployment_bounds())
        return (*place, None)
    wanted = request.GET["tour"]
    at = clock.now()
    tour = next((row for row in tours_on_duty(actor=actor, at=at) if str(row.tour_id) == wanted), None)
    if tour is None:
        raise NotFound(_("没有这个在岗单元"), field="tour", value=wanted[:40])
    has_fix = tour.lon is not None and tour.lat is not None
    lon, lat = (tour.lon, tour.lat) if has_fix else (tour.post_lon, tour.post_lat)
    if lon is None or lat is None:
        raise InvalidInput(_("该单元没有位置"), field="tour", value=wanted[:40], cure=_("改用地图点选，或等待其定位"))
    return lon, lat, tour.tour_id


def _count(request: HttpRequest) -> int:
    text = request.GET.get("k", str(DEFAULT_COUNT))
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise InvalidInput(
            _("单元数量超出范围"), field="k", value=text[:40], cure=_("1 到 %(most)s 之间的整数") % {"most": MOST}
        )
    return int(text)


@require_safe
@page_access(Verb.VIEW, DataClass.INCIDENT)
def districts(request: HttpRequest) -> HttpResponse:
    """`/command/districts/`: outlines of the districts that the reader may see, GeoJSON (WGS-84)."""
    features = [
        {"type": "Feature", "id": row.uid, "geometry": row.geometry, "properties": {"name": row.name}}
        for row in districts_outlined(actor_for_request(request))
    ]
    return json_answer({"type": "FeatureCollection", "features": features})
