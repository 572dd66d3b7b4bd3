"""Public look-ups: whose road is this, where is this kilometre, the directory, axes and networks."""

from __future__ import annotations

import math
import uuid

from django.db.models import Q
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.errors import InvalidInput, NotFound
from roads.api.base import BBOX_PARAMETER, PAGE_PARAMETERS, RoadView, feature, frame_of, moment_of, place_of
from roads.api.shapes import axis_feature, network_json, place_json
from roads.models import NetworkBuild, RoadAxis
from roads.selectors import axis_by_uid, current_build, directory_search, place_locate, points_of_chainage
from roads.selectors.directory import LIMIT
from stations.types import DataClass, Verb


class Where(RoadView):
    """Whose road is this."""

    data_class = DataClass.SEGMENT
    verbs = {"GET": Verb.VIEW}
    public = True

    @extend_schema(
        operation_id="roads_where",
        parameters=[
            OpenApiParameter("lon", float, required=True),
            OpenApiParameter("lat", float, required=True),
            OpenApiParameter("datum", str, required=True, enum=["wgs84", "gcj02", "bd09", "cgcs2000"]),
            OpenApiParameter("at", OpenApiTypes.DATETIME),
            OpenApiParameter("course_deg", float, description="0–360"),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Road, chainage, segment and the chain of chiefs with duty contacts; near a border both segments."""
        lon, lat = place_of(request)
        course = request.query_params.get("course_deg")
        try:
            course_deg = None if course in (None, "") else float(str(course)) % 360.0
            if course_deg is not None and not math.isfinite(course_deg):
                raise ValueError(course)
        except (ValueError, OverflowError) as error:
            raise InvalidInput(_("方向应为数字"), field="course_deg", value=course, cure="0–360") from error
        at = moment_of(request, "at") or clock.now()
        return Response(place_json(place_locate(lon, lat, at=at, course_deg=course_deg)))


class ChainagePoints(RoadView):
    """Where a chainage is."""

    data_class = DataClass.ROAD_NETWORK
    verbs = {"GET": Verb.VIEW}
    public = True

    @extend_schema(
        operation_id="roads_chainage",
        parameters=[OpenApiParameter("text", str, required=True, description="G98 K12+300 下行")],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """All places that carry this chainage, as GeoJSON points: a number may occur twice on a road."""
        points = points_of_chainage(request.query_params.get("text", ""))
        uids = dict(RoadAxis.objects.filter(pk__in=[p.axis_id for p in points]).values_list("pk", "uid"))
        return Response(
            {
                "type": "FeatureCollection",
                "features": [
                    feature(
                        number,
                        (point.lon, point.lat),
                        {
                            "axis": str(uids[point.axis_id]),
                            "axis_m": round(point.axis_m, 3),
                            "side": point.side,
                            "text": point.text,
                            "course_deg": None if point.course_deg is None else round(point.course_deg, 1),
                        },
                    )
                    for number, point in enumerate(points)
                ],
            }
        )


class Directory(RoadView):
    """The public directory."""

    data_class = DataClass.SEGMENT
    verbs = {"GET": Verb.VIEW}
    public = True

    @extend_schema(
        operation_id="roads_search",
        parameters=[OpenApiParameter("q", str, required=True), OpenApiParameter("limit", int)],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Roads, segments and places by name, code, pinyin or initials."""
        text = request.query_params.get("limit", str(LIMIT))
        if not text.isdecimal():
            raise InvalidInput(_("limit 应为整数"), field="limit", value=text, cure=_("如 limit=20"))
        found = directory_search(request.query_params.get("q", ""), limit=max(1, int(text)))
        return Response({"results": [entry.as_json() for entry in found]})


class AxisCollection(RoadView):
    """Road axes."""

    data_class = DataClass.ROAD_NETWORK
    verbs = {"GET": Verb.VIEW}
    public = True

    @extend_schema(
        operation_id="axes_list",
        parameters=[*PAGE_PARAMETERS, BBOX_PARAMETER, OpenApiParameter("q", str), OpenApiParameter("code", str)],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Road axes as GeoJSON."""
        rows = RoadAxis.objects.filter(is_active=True).order_by("code", "name", "part")
        if code := request.query_params.get("code"):
            rows = rows.filter(code__iexact=code)
        if text := request.query_params.get("q"):
            rows = rows.filter(Q(name__icontains=text) | Q(code__icontains=text))
        if (frame := frame_of(request)) is not None:
            rows = rows.filter(geom__bboverlaps=frame)
        return self.features(rows, lambda page: [axis_feature(axis, whole=False) for axis in page])


class AxisItem(RoadView):
    """One road axis."""

    data_class = DataClass.ROAD_NETWORK
    verbs = {"GET": Verb.VIEW}
    public = True

    @extend_schema(operation_id="axes_retrieve", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, uid: uuid.UUID) -> Response:
        """With its other carriageway and its posts."""
        return Response(axis_feature(axis_by_uid(uid), whole=True))


class NetworkCollection(RoadView):
    """Builds of the network."""

    data_class = DataClass.ROAD_NETWORK
    verbs = {"GET": Verb.VIEW}
    public = True

    @extend_schema(operation_id="networks_list", parameters=PAGE_PARAMETERS, responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Newest first."""
        report = self.actor.may(Verb.CHANGE, DataClass.ROAD_NETWORK)
        rows = NetworkBuild.objects.order_by("-created_at", "-pk")
        return self.page(rows, lambda build: network_json(build, report=report))


class NetworkCurrent(RoadView):
    """The network in force."""

    data_class = DataClass.ROAD_NETWORK
    verbs = {"GET": Verb.VIEW}
    public = True

    @extend_schema(operation_id="networks_current", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """404 before the first import."""
        build = current_build()
        if build is None:
            raise NotFound(_("还没有路网"), field="network", cure="./run manage import_roads")
        return Response(network_json(build, report=self.actor.may(Verb.CHANGE, DataClass.ROAD_NETWORK)))
