"""`/stations/`: service and persuasion stations by kind and district; each with services, hours, the way there.

Published stations and duty contacts only; nobody of a station's people is named (invariant 11).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock
from core.errors import InvalidInput, LuzhangError, NotFound
from core.geo.datum import place_check
from maps.doors.public_page import absolute, in_asked_language, public_page
from roads.selectors import deployment_bounds, place_locate, way_between
from stations.selectors import days_counted, districts_of, opening_at, stations_visible_to
from stations.types import PUBLIC_ACTOR

KINDS = ("service", "police_station", "settlement", "post", "persuasion")
MOST_SHOWN = 1000
MINUTE_S, KM_M = 60, 1000
ARROWS = {
    "depart": "↑", "continue": "↑", "slight_left": "↖", "left": "←", "sharp_left": "↙", "slight_right": "↗",
    "right": "→", "sharp_right": "↘", "turn_round": "↶", "roundabout": "⟳", "arrive": "◉",
}  # fmt: skip


@require_safe
@in_asked_language
def stations(request: HttpRequest) -> HttpResponse:
    """All published stations, or those of a kind (`?kind=`) or district (`?district=` organisation code)."""
    kind, district = request.GET.get("kind", ""), request.GET.get("district", "")
    rows = stations_visible_to(PUBLIC_ACTOR).exclude(kind="command").prefetch_related("services")
    kinds = [(value, name) for value, name in rows.model.Kind.choices if value in KINDS]
    districts = districts_of([row.organisation.path or "" for row in rows])
    error: LuzhangError | None = None
    if kind and kind not in KINDS:
        error = InvalidInput(_("没有这类站点"), field="kind", value=kind, cure=_("请从列表中选择类别"))
    elif district and district not in {each.code for each in districts.values()}:
        error = InvalidInput(_("没有这个机构"), field="district", value=district, cure=_("请从列表中选择地区"))
    if error is not None:
        rows = rows.none()
    if kind:
        rows = rows.filter(kind=kind)
    if district and error is None:
        rows = rows.filter(
            organisation__path__startswith=next(p for p, each in districts.items() if each.code == district)
        )
    now = timezone.localtime(clock.now())
    days = days_counted(now.date())
    found = [_row(row, now, districts, days) for row in rows.order_by("kind", "code")[:MOST_SHOWN]]
    found.sort(key=lambda row: row["district"])
    groups = [(name, list(each)) for name, each in groupby(found, key=lambda row: row["district"])]
    asked = {name: value for name, value in (("kind", kind), ("district", district)) if value}
    return public_page(
        request,
        "maps/public/stations.html",
        status=error.status if error is not None else 200,
        found_by=urlencode(asked),
        groups=groups,
        count=len(found),
        kinds=kinds,
        districts=sorted((each.code, each.name) for each in districts.values()),
        kind=kind,
        district=district,
        error=error,
        page={"marks": [[row["lon"], row["lat"], row["name"], row["href"]] for row in found]},
    )


@require_safe
@in_asked_language
def station(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One station; with `?lon=&lat=&datum=` the way there from that place, in words."""
    row = stations_visible_to(PUBLIC_ACTOR).prefetch_related("services").filter(uid=uid).first()
    if row is None or row.kind == "command":
        raise NotFound(_("没有这个站点"), field="station", value=str(uid), cure=_("请从站点列表中选择"))
    moment = clock.now()
    found: dict[str, Any] = {}
    status = 200
    asked = {name: request.GET[name] for name in ("lon", "lat", "datum") if name in request.GET}
    if asked:
        try:
            found = _way(request, row, moment)
        except LuzhangError as error:
            found, status = {"error": error}, error.status
    local = timezone.localtime(moment)
    shown = _row(row, local, districts_of([row.organisation.path or ""]), days_counted(local.date()))
    return public_page(
        request, "maps/public/station.html", status=status, found_by=urlencode(asked), station=shown,
        place=place_locate(row.geom.x, row.geom.y, at=moment), structured=_structured(row, shown, request),
        page={"marks": [[row.geom.x, row.geom.y]], "line": found.pop("line", None)}, **found,
    )  # fmt: skip


def _row(row: Any, now: Any, districts: dict[str, Any], days: Mapping[date, int]) -> dict[str, Any]:
    path = row.organisation.path or ""
    district = next((each.name for above, each in districts.items() if path.startswith(above)), row.organisation.name)
    return {
        "uid": row.uid,
        "href": f"/stations/{row.uid}/",
        "name": row.name,
        "kind": row.kind,
        "kind_name": row.get_kind_display(),
        "district": district,
        "address": row.address,
        "duty_phone": row.duty_phone,
        "hours": row.opening_hours.get("text", ""),
        "opening": opening_at(row.opening_hours, now, days),
        "services": sorted((each.service_class, each.name) for each in row.services.all()),
        "generated": row.generated,
        "lon": round(row.geom.x, 6),
        "lat": round(row.geom.y, 6),
    }


def _way(request: HttpRequest, row: Any, moment: Any) -> dict[str, Any]:
    named = request.GET
    start = place_check(named.get("lon"), named.get("lat"), named.get("datum"), bounds=deployment_bounds())
    way = way_between(start, (row.geom.x, row.geom.y), moment)
    if way is None:
        return {"no_way": True}
    legs = [
        {
            "arrow": ARROWS[leg.kind.value],
            "words": _leg_words(leg),
            "length": _length_words(leg.length_m) if leg.length_m >= 1 else "",
        }
        for leg in way.legs
    ]
    return {
        "legs": legs,
        "way_length": _length_words(way.road_m),
        "way_minutes": max(1, round(way.drive_s / MINUTE_S)),
        "way_closures": way.closures,
        "line": [[[round(lon, 5), round(lat, 5)] for lon, lat in way.line]],
    }


def _leg_words(leg: Any) -> str:
    road = (
        leg.name if leg.ref and leg.name.startswith(leg.ref) else " ".join(each for each in (leg.ref, leg.name) if each)
    )
    move = {
        "depart": _("出发"),
        "continue": _("继续"),
        "slight_left": _("稍向左"),
        "left": _("左转"),
        "sharp_left": _("急左转"),
        "slight_right": _("稍向右"),
        "right": _("右转"),
        "sharp_right": _("急右转"),
        "turn_round": _("掉头"),
        "roundabout": _("进入环岛"),
        "arrive": _("到达"),
    }[leg.kind.value]
    if not road or leg.kind.value == "arrive":
        return move
    return _("%(move)s，沿%(road)s") % {"move": move, "road": road}


def _length_words(length_m: float) -> str:
    if length_m < KM_M:
        return _("%(n)s 米") % {"n": int(max(10, round(length_m, -1)))}
    return _("%(n)s 公里") % {"n": f"{length_m / KM_M:.1f}"}


def _structured(row: Any, shown: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
    """A station as structured data (schema.org)."""
    data = {
        "@context": "https://schema.org",
        "@type": "PoliceStation" if row.kind in ("service", "police_station", "post") else "GovernmentOffice",
        "name": row.name,
        "identifier": row.code,
        "url": absolute(request, request.path),
        "telephone": row.duty_phone or None,
        "address": row.address or None,
        "openingHours": shown["hours"] or None,
        "geo": {"@type": "GeoCoordinates", "latitude": shown["lat"], "longitude": shown["lon"]},
    }
    return {name: value for name, value in data.items() if value is not None}
