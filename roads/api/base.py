"""What the API views of this room share: the door, pages, GeoJSON, and reading what the address or body names."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.gis.geos import GEOSGeometry, Polygon
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from core.api.paging import page_of
from core.api.repeatable import IDEMPOTENCY_PARAMETER, answered
from core.errors import InvalidInput, NotFound
from core.geo.datum import place_check
from core.geo.srid import STORE_SRID
from roads.selectors import deployment_bounds
from stations.selectors import actor_for_request, organisations_visible_to, people_visible_to
from stations.types import Actor, DataClass, Verb

DECIMALS = 7

PAGE_PARAMETERS = [OpenApiParameter("limit", int), OpenApiParameter("offset", int)]
WRITE_PARAMETERS = [IDEMPOTENCY_PARAMETER]
BBOX_PARAMETER = OpenApiParameter("bbox", str, description="west,south,east,north (WGS-84)")


class RoadView(APIView):
    """Subclasses declare `data_class` and `verbs`; the door (`PolicyPermission`) refuses what does not."""

    data_class: ClassVar[DataClass]
    verbs: ClassVar[dict[str, Verb]] = {}
    public: ClassVar[bool] = False
    published: ClassVar[bool] = True

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return actor_for_request(self.request)

    def checked(self, serializer_class: type[BaseSerializer]) -> dict[str, Any]:
        """The checked body. Raises DRF's ValidationError (400, fields named)."""
        body = serializer_class(data=self.request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def written(self, work: Callable[[], Any], *, status: int = 201) -> Response:
        """Answer with what `work` gives; once for an `Idempotency-Key`, then 200 with the first answer."""
        actor = self.actor
        client = f"user:{actor.user_id}" if actor.user_id is not None else f"{actor.kind}:{actor.name}"
        return answered(self.request, client, work, status=status)

    def page(self, rows: QuerySet[Any], shape: Callable[[Any], dict[str, Any]]) -> Response:
        """`{"count", "limit", "offset", "results"}`."""
        count, limit, offset, page = self._page(rows)
        return Response({"count": count, "limit": limit, "offset": offset, "results": [shape(row) for row in page]})

    def features(self, rows: QuerySet[Any], shape: Callable[[list[Any]], list[dict[str, Any]]]) -> Response:
        """A page as GeoJSON; `shape` makes all features of the page at once."""
        count, limit, offset, page = self._page(rows)
        return Response(
            {"type": "FeatureCollection", "count": count, "limit": limit, "offset": offset, "features": shape(page)}
        )

    def _page(self, rows: QuerySet[Any]) -> tuple[int, int, int, list[Any]]:
        limit, offset = page_of(self.request)
        return rows.count(), limit, offset, list(rows[offset : offset + limit])


def feature(uid: Any, geometry: Any, properties: dict[str, Any]) -> dict[str, Any]:
    """A GeoJSON feature of a GEOS geometry or of a (lon, lat) pair in WGS-84 degrees."""
    shape: dict[str, Any] | None
    if isinstance(geometry, tuple):
        shape = {"type": "Point", "coordinates": [round(geometry[0], DECIMALS), round(geometry[1], DECIMALS)]}
    else:
        shape = None if geometry is None else {"type": geometry.geom_type, "coordinates": _rounded(geometry.coords)}
    return {"type": "Feature", "id": str(uid), "geometry": shape, "properties": properties}


def _rounded(part: Any) -> Any:
    """Coordinates to a centimetre, as lists."""
    return [_rounded(each) for each in part] if isinstance(part, tuple) else round(part, DECIMALS)


def place_of(request: Request) -> tuple[float, float]:
    """`?lon=&lat=&datum=` as WGS-84 degrees. Raises InvalidInput: missing datum, swapped, out of range."""
    named = request.query_params
    return place_check(named.get("lon"), named.get("lat"), named.get("datum"), deployment_bounds())


def moment_of(request: Request, name: str) -> datetime | None:
    """`?at=2026-11-21T08:00:00+08:00`, or None. Raises InvalidInput, also without an offset."""
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        # An unescaped plus sign of the offset arrives as a space.
        moment = parse_datetime(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidInput(_("时间无效或缺少时区"), field=name, value=text, cure="2026-11-21T08:00:00+08:00")
    return moment


def frame_of(request: Request) -> Polygon | None:
    """`?bbox=west,south,east,north` in WGS-84 degrees, or None. Raises InvalidInput."""
    text = request.query_params.get("bbox")
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InvalidInput(_("范围应为四个数"), field="bbox", value=text, cure="west,south,east,north") from error
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise InvalidInput(_("范围无效"), field="bbox", value=text, cure="west,south,east,north")
    polygon = Polygon.from_bbox((west, south, east, north))
    polygon.srid = STORE_SRID
    return polygon


def organisation_of(actor: Actor, uid: Any) -> Any:
    """The organisation that a body names. Raises InvalidInput when the actor does not know it."""
    found = organisations_visible_to(actor).filter(uid=uid).first()
    if found is None:
        raise InvalidInput(_("没有这个机构"), field="organisation", value=str(uid), cure=_("请从您可见的机构中选择"))
    return found


def organisation_within(actor: Actor, path_field: str, code: str) -> dict[str, str]:
    """`?organisation=CODE` as a filter for it and everything below. Raises NotFound."""
    path = organisations_visible_to(actor).filter(code=code).values_list("path", flat=True).first()
    if path is None:
        raise NotFound(_("没有这个机构"), field="organisation", value=code)
    return {f"{path_field}__startswith": path}


def person_of(actor: Actor, uid: Any, field: str = "person") -> Any:
    """The person that a body names. Raises InvalidInput for one the actor may not see."""
    found = people_visible_to(actor).filter(uid=uid).first()
    if found is None:
        raise InvalidInput(_("没有这个人员"), field=field, value=str(uid), cure=_("请从您可见的在职人员中选择"))
    return found


def area_of(shape: Any) -> GEOSGeometry | None:
    """A GeoJSON (Multi)Polygon of a body as a valid multi-polygon, or None. Raises InvalidInput."""
    from django.contrib.gis.gdal import GDALException
    from django.contrib.gis.geos import GEOSException, MultiPolygon

    if shape is None:
        return None
    try:
        geometry = GEOSGeometry(json.dumps(shape), srid=STORE_SRID)
    except (GEOSException, GDALException, ValueError, TypeError) as error:
        raise InvalidInput(
            _("范围不是有效的 GeoJSON 面"), field="area", cure=_("请提供不自交的面（Polygon 或 MultiPolygon，WGS-84）")
        ) from error
    area = MultiPolygon(geometry, srid=STORE_SRID) if isinstance(geometry, Polygon) else geometry
    if not isinstance(area, MultiPolygon) or area.empty:
        raise InvalidInput(
            _("范围应为面"),
            field="area",
            value=geometry.geom_type,
            cure=_("请提供不自交的面（Polygon 或 MultiPolygon，WGS-84）"),
        )
    if not area.valid:
        raise InvalidInput(
            _("范围的图形无效"),
            field="area",
            value=area.valid_reason,
            cure=_("请提供不自交的面（Polygon 或 MultiPolygon，WGS-84）"),
        )
    return area
