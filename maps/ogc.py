"""`/ogc/`: OGC API – Features 1.0 (core, GeoJSON, OpenAPI 3.0) over the layers of the house, WGS-84 (CRS84) throughout.

Public collections need no sign-in; others appear only to whoever may view them. The rows of a collection are those of
the map layer of the same name, unmerged, with the same visibility: one declaration, two doors.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.errors import InvalidInput, LuzhangError, NotFound
from core.geo.layer import PLAIN_ROWS, Layer
from core.geo.srid import STORE_SRID
from core.jsontext import dumps
from maps.access import layer_actor, layer_shown, machine_actor
from maps.doors.context import map_bounds
from maps.layers import LAYERS
from maps.ogc_openapi import document

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CONFORMANCE = tuple(
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{part}" for part in ("core", "geojson", "oas30")
)
GEOJSON = "application/geo+json"
JSON = "application/json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
DEFAULT_LIMIT, MAX_LIMIT = 100, 10_000
KNOWN_PARAMETERS = frozenset({"bbox", "datetime", "limit", "offset", "f"})

_BOUNDS = f"ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, {STORE_SRID})"
_COUNT_SQL = "SELECT count(*) FROM ({rows}) AS rows WHERE rows.geom && {bounds}"
_SELECT_SQL = "SELECT rows.id, ST_AsGeoJSON(rows.geom, 7)::json{columns} FROM ({rows}) AS rows"
_PAGE_SQL = " WHERE rows.geom && {bounds} ORDER BY rows.id LIMIT %(page_limit)s OFFSET %(page_offset)s"
_ONE_SQL = " WHERE rows.id = %(feature_id)s"
_WORLD = {"west": -180.0, "south": -90.0, "east": 180.0, "north": 90.0}

View = Callable[..., HttpResponse]


def _answered(view: View) -> View:
    """Typed errors become their JSON answer."""

    @require_safe
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except LuzhangError as error:
            response = JsonResponse(error.as_dict(), status=error.status)
        response["Access-Control-Allow-Origin"] = "*"
        response["Cache-Control"] = "private, no-store"
        return response

    return wrapped


def _link(request: HttpRequest, rel: str, path: str, kind: str = JSON, title: str = "") -> dict[str, str]:
    link = {"rel": rel, "type": kind, "href": request.build_absolute_uri(path)}
    return {**link, "title": title} if title else link


def _json(content: Any, kind: str = JSON) -> HttpResponse:
    return HttpResponse(dumps(content), content_type=kind)


def _layer(name: str) -> Layer:
    layer = LAYERS.get(name)
    if layer is None:
        raise NotFound(_("没有这个数据集"), field="collection", value=name, cure="、".join(LAYERS))
    return layer


@_answered
def landing(request: HttpRequest) -> HttpResponse:
    """`/ogc/`"""
    return _json(
        {
            "title": "路长 OGC API – Features",
            "description": "道路、责任路段、站点；登录后另有卡口、单元、警情",
            "links": [
                _link(request, "self", reverse("ogc")),
                _link(request, "service-desc", reverse("ogc-api"), OPENAPI),
                _link(request, "conformance", reverse("ogc-conformance")),
                _link(request, "data", reverse("ogc-collections")),
            ],
        }
    )


@_answered
def conformance(request: HttpRequest) -> HttpResponse:
    """`/ogc/conformance`"""
    return _json({"conformsTo": CONFORMANCE})


@_answered
def api(request: HttpRequest) -> HttpResponse:
    """`/ogc/api`: the OpenAPI description."""
    return _json(document(request.build_absolute_uri(reverse("ogc")).rstrip("/"), tuple(LAYERS)), OPENAPI)


@_answered
def collections(request: HttpRequest) -> HttpResponse:
    """`/ogc/collections`: those that this reader may open."""
    actor = machine_actor(request)
    shown = [_collection(request, layer) for layer in LAYERS.values() if layer_shown(actor, layer)]
    return _json({"links": [_link(request, "self", reverse("ogc-collections"))], "collections": shown})


@_answered
def collection(request: HttpRequest, name: str) -> HttpResponse:
    """`/ogc/collections/{name}`"""
    layer = _layer(name)
    layer_actor(request, layer)
    return _json(_collection(request, layer))


def _collection(request: HttpRequest, layer: Layer) -> dict[str, Any]:
    here, items = reverse("ogc-collection", args=[layer.name]), reverse("ogc-items", args=[layer.name])
    return {
        "id": layer.name,
        "title": layer.title,
        "itemType": "feature",
        "crs": [CRS84],
        "extent": {"spatial": {"bbox": [map_bounds()], "crs": CRS84}},
        "links": [_link(request, "self", here), _link(request, "items", items, GEOJSON, layer.title)],
    }


@_answered
def items(request: HttpRequest, name: str) -> HttpResponse:
    """`/ogc/collections/{name}/items?bbox=&limit=&offset=&datetime=`

    No layer has a time of its own, so that a valid `datetime` excludes nothing (requirement 26 of the standard).
    """
    layer = _layer(name)
    actor = layer_actor(request, layer)
    _parameters_check(request.GET)
    bounds = _bbox(request.GET.get("bbox"))
    limit = min(_whole(request.GET, "limit", DEFAULT_LIMIT, least=1), MAX_LIMIT)
    offset = _whole(request.GET, "offset", 0, least=0)
    sql, values = _rows(layer, actor, bounds)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_SQL.format(rows=sql, bounds=_BOUNDS), values)
        (matched,) = cursor.fetchone()
        page = _select(layer, sql) + _PAGE_SQL.format(bounds=_BOUNDS)
        cursor.execute(page, {**values, "page_limit": limit, "page_offset": offset})
        features = [_feature(layer, row) for row in cursor.fetchall()]
    links = [
        {"rel": "self", "type": GEOJSON, "href": request.build_absolute_uri()},
        _link(request, "collection", reverse("ogc-collection", args=[layer.name])),
    ]
    for rel, at in (("next", offset + limit), ("prev", max(0, offset - limit))):
        if (rel == "next" and at < matched) or (rel == "prev" and offset > 0):
            query = request.GET.copy()
            query["offset"], query["limit"] = str(at), str(limit)
            links.append(_link(request, rel, f"{request.path}?{query.urlencode()}", GEOJSON))
    return _json(
        {
            "type": "FeatureCollection",
            "features": features,
            "numberMatched": matched,
            "numberReturned": len(features),
            "links": links,
        },
        GEOJSON,
    )


@_answered
def item(request: HttpRequest, name: str, feature_id: str) -> HttpResponse:
    """`/ogc/collections/{name}/items/{id}`"""
    layer = _layer(name)
    sql, values = _rows(layer, layer_actor(request, layer), _WORLD)
    with connection.cursor() as cursor:
        cursor.execute(_select(layer, sql) + _ONE_SQL, {**values, "feature_id": feature_id})
        row = cursor.fetchone()
    if row is None:
        raise NotFound(_("没有这个要素"), field="id", value=feature_id)
    links = [
        {"rel": "self", "type": GEOJSON, "href": request.build_absolute_uri()},
        _link(request, "collection", reverse("ogc-collection", args=[layer.name])),
    ]
    return _json({**_feature(layer, row), "links": links}, GEOJSON)


def _rows(layer: Layer, actor: Any, bounds: dict[str, float]) -> tuple[str, dict[str, Any]]:
    sql, parameters = layer.rows_sql(actor, PLAIN_ROWS)
    return sql.format(bounds=_BOUNDS), {**parameters, **bounds}


def _columns(layer: Layer) -> list[str]:
    return [name for name in layer.properties if name != "id"]


def _select(layer: Layer, sql: str) -> str:
    columns = "".join(f', rows."{name}"' for name in _columns(layer))
    return _SELECT_SQL.format(columns=columns, rows=sql)


def _feature(layer: Layer, row: tuple[Any, ...]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": row[0],
        "geometry": row[1],
        "properties": dict(zip(_columns(layer), row[2:], strict=True)),
    }


def _parameters_check(query: QueryDict) -> None:
    unknown = sorted(set(query) - KNOWN_PARAMETERS)
    if unknown:
        cure = "、".join(sorted(KNOWN_PARAMETERS))
        raise InvalidInput(_("未知的参数"), field=unknown[0], value=query[unknown[0]], cure=cure)
    for part in query.get("datetime", "").split("/") if query.get("datetime") else []:
        if part not in ("", ".."):
            try:
                datetime.fromisoformat(part)
            except ValueError as error:
                raise InvalidInput(
                    _("时间格式不对"),
                    field="datetime",
                    value=part,
                    cure=_("2026-11-21T08:00:00Z 或 ../2026-11-21T08:00:00Z"),
                ) from error


def _bbox(text: str | None) -> dict[str, float]:
    if text is None:
        return _WORLD
    cure = _("bbox=110.3,19.1,110.6,19.4（经度在前）")
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise InvalidInput(_("bbox 应为四个或六个数字"), field="bbox", value=text, cure=cure) from error
    if len(numbers) == 6:
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    if len(numbers) != 4 or not all(-1e9 < number < 1e9 for number in numbers):
        raise InvalidInput(_("bbox 应为四个或六个数字"), field="bbox", value=text, cure=cure)
    west, south, east, north = numbers
    if west > east or south > north:
        raise InvalidInput(_("bbox 的下限大于上限"), field="bbox", value=text, cure=cure)
    return {"west": west, "south": south, "east": east, "north": north}


def _whole(query: QueryDict, name: str, default: int, *, least: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not text.isdecimal() or int(text) < least:
        raise InvalidInput(
            _("%(name)s 应为不小于 %(least)s 的整数") % {"name": name, "least": least},
            field=name,
            value=text,
            cure=_("请改用该范围内的整数"),
        )
    return int(text)
