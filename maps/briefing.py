"""One incident as a single HTML file with a folium map that opens without any network.

folium writes addresses of outside servers into its page. Here every script and style sheet is replaced by the vendored
file itself; what the map does not need (fonts, icon sets) is dropped, and jQuery, which folium uses for two lines of
popups only, is replaced by one function of ours.
"""

from __future__ import annotations

import base64
import html
import mimetypes
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import folium
from django.contrib.gis.geos import Polygon
from django.contrib.staticfiles import finders
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Unavailable
from core.geo.layer import PLAIN_ROWS
from core.geo.srid import STORE_SRID
from maps.layers import layer_named
from stations.types import PUBLIC_ACTOR

MARGIN_DEG = 0.02
MOST_ROADS = 4000
_ROADS_SQL = """
    SELECT rows.name, rows.road_class, ST_AsGeoJSON(rows.geom, 5)::json FROM ({rows}) AS rows
     ORDER BY rows.road_class DESC, rows.id LIMIT %(most)s
"""
_GRADE_COLOURS = {"red": "#c8261c", "yellow": "#e0a009", "blue": "#1f5fbf"}
_KEPT = {"leaflet.js": "vendor/leaflet/leaflet.js", "leaflet.css": "vendor/leaflet/leaflet.css"}
_JQUERY = (
    "window.$=window.jQuery=function(h){var t=document.createElement('template');"
    "t.innerHTML=String(h).trim();return [t.content.firstElementChild];};"
)
_SCRIPT = re.compile(r'<script src="https?://[^"]*?/([^"/]+)"></script>')
_SHEET = re.compile(r'<link rel="stylesheet" href="https?://[^"]*?/([^"/]+)"\s*/?>')
_INLINE = re.compile(r"<script>.*?</script>", re.DOTALL)
_CSS_URL = re.compile(r"url\(([^)]+)\)")
_OUTSIDE = re.compile(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//|url\(\s*["']?(?:https?:)?//""")


def briefing_html(incident: Any) -> str:
    """The file. Raises Unavailable when a vendored library is missing."""
    place = folium.Map(
        location=[incident.geom.y, incident.geom.x],
        zoom_start=15,
        tiles=None,
        control_scale=True,
        prefer_canvas=True,
        attribution_control=False,
    )
    _roads_add(place, incident)
    for assignment in incident.assignments.select_related("unit").order_by("id"):
        if assignment.route is not None:
            line = [(lat, lon) for lon, lat in assignment.route.coords]
            folium.PolyLine(line, color="#0b6e78", weight=6, tooltip=assignment.unit.call_sign).add_to(place)
    folium.CircleMarker(
        [incident.geom.y, incident.geom.x],
        radius=11,
        color="#ffffff",
        weight=3,
        fill=True,
        fill_opacity=1,
        fill_color=_GRADE_COLOURS.get(incident.grade, "#5d6876"),
        tooltip=html.escape(incident.title),
    ).add_to(place)
    figure: Any = place.get_root()
    figure.html.add_child(folium.Element(_words(incident)))
    return offline(figure.render())


def offline(page: str) -> str:
    """A page of folium with everything it loads written into it. Raises Unavailable if an outside address is left."""
    page = _SCRIPT.sub(lambda found: _script(found.group(1)), page)
    page = _SHEET.sub(lambda found: _sheet(found.group(1)), page)
    # Inside the libraries addresses are words of theirs (an attribution we do not show): nothing is loaded from them.
    if _OUTSIDE.search(_INLINE.sub("", page)):
        raise Unavailable(_("简报中仍有外部地址，不能离线打开"), code="briefing_not_offline")
    return page


def _script(name: str) -> str:
    if name.startswith("jquery"):
        return f"<script>{_JQUERY}</script>"
    return f"<script>{_vendored(_KEPT[name])}</script>" if name in _KEPT else ""


def _sheet(name: str) -> str:
    return f"<style>{_with_pictures(_KEPT[name])}</style>" if name in _KEPT else ""


def _path(name: str) -> Path:
    found = finders.find(name)
    if not isinstance(found, str):
        raise Unavailable(_("缺少前端库文件"), code="vendor_missing", field="file", value=name, cure="./run setup")
    return Path(found)


@lru_cache(maxsize=4)
def _vendored(name: str) -> str:
    # A closing tag inside a string of the library would end our script element.
    return re.sub(r"</(script)", r"<\\/\1", _path(name).read_text(encoding="utf-8"), flags=re.IGNORECASE)


@lru_cache(maxsize=4)
def _with_pictures(name: str) -> str:
    """A style sheet with its pictures as data."""
    path = _path(name)

    def picture(found: re.Match[str]) -> str:
        file = path.parent / found.group(1).strip("\"'")
        if not file.is_file():
            return found.group(0)
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return f"url(data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()})"

    return _CSS_URL.sub(picture, path.read_text(encoding="utf-8"))


def _roads_add(place: folium.Map, incident: Any) -> None:
    """The roads around the incident and its routes: the file carries its own base map."""
    west, south, east, north = incident.geom.extent
    for assignment in incident.assignments.all():
        if assignment.route is not None:
            bounds = assignment.route.extent
            west, south = min(west, bounds[0]), min(south, bounds[1])
            east, north = max(east, bounds[2]), max(north, bounds[3])
    frame = Polygon.from_bbox((west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG))
    sql, values = layer_named("roads").rows_sql(PUBLIC_ACTOR, PLAIN_ROWS)
    with connection.cursor() as cursor:
        bounded = sql.format(bounds=f"ST_GeomFromText(%(frame)s, {STORE_SRID})")
        cursor.execute(_ROADS_SQL.format(rows=bounded), {**values, "frame": frame.wkt, "most": MOST_ROADS})
        rows = cursor.fetchall()
    if not rows:
        return
    features = [
        {"type": "Feature", "properties": {"name": name, "road_class": kind}, "geometry": shape}
        for name, kind, shape in rows
    ]
    folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        style_function=_road_style,
        tooltip=folium.GeoJsonTooltip(["name"], labels=False),
    ).add_to(place)


def _road_style(feature: dict[str, Any]) -> dict[str, Any]:
    kind = feature["properties"]["road_class"]
    if kind <= 2:
        return {"color": "#f0a648", "weight": 5}
    return {"color": "#d9b54a", "weight": 4} if kind <= 6 else {"color": "#9aa3ad", "weight": 2}


def _words(incident: Any) -> str:
    """The facts in a box; no reporter, no plate."""
    units = "、".join(row.unit.call_sign for row in incident.assignments.select_related("unit").order_by("id"))
    chiefs = "、".join(
        f"{chief.get('level_name', '')} {chief.get('acting_name') or chief.get('name', '')}"
        for chief in incident.chain
        if "border" not in chief
    )
    rows = [
        (_("警情"), incident.number),
        (_("地点"), incident.chainage_text or incident.place_text),
        (_("接警"), f"{timezone.localtime(incident.received_at):%Y-%m-%d %H:%M:%S}"),
        (_("单元"), units),
        (_("路长"), chiefs),
    ]
    items = "".join(f"<p>{html.escape(name)}：{html.escape(value)}</p>" for name, value in rows if value)
    style = (
        "position:fixed;top:12px;right:12px;z-index:1000;max-width:22rem;padding:12px 16px;background:#fff;"
        "border-radius:8px;box-shadow:0 4px 16px rgb(0 0 0/.2);font:14px/1.5 sans-serif"
    )
    title = f'<h1 style="margin:0 0 6px;font-size:18px">{html.escape(incident.title)}</h1>'
    return f'<div style="{style}">{title}{items}</div>'
