"""/api/v1/stations/, /api/v1/checkpoints/, /api/v1/cameras/: GeoJSON in WGS-84."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, GEOSGeometry
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import InvalidInput
from core.geo.srid import STORE_SRID
from stations.api.base import FEATURES_SCHEMA, PolicyView, geojson_feature, organisation_of
from stations.api.filters import CameraFilter, CheckpointFilter, StationFilter
from stations.models import Camera, Checkpoint, Station, StationService
from stations.selectors import cameras_visible_to, checkpoints_visible_to, stations_visible_to
from stations.services import (
    camera_change,
    camera_create,
    checkpoint_change,
    checkpoint_create,
    place_point,
    station_change,
    station_create,
)
from stations.types import Actor, DataClass, Verb


class PlaceIn(serializers.Serializer):
    """A place: lon, lat in degrees of the named datum."""

    organisation = serializers.UUIDField()
    code = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=100)
    lon = serializers.FloatField()
    lat = serializers.FloatField()
    datum = serializers.CharField(max_length=10)


class _StationFields(serializers.Serializer):
    address = serializers.CharField(max_length=200, required=False, allow_blank=True)
    duty_phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    opening_hours = serializers.DictField(required=False)
    services = serializers.ListField(child=serializers.CharField(max_length=30), required=False)
    service_area = serializers.DictField(required=False, allow_null=True)
    is_public = serializers.BooleanField(required=False)


class StationIn(PlaceIn, _StationFields):
    """A new station; `services` are codes, `service_area` is a GeoJSON (Multi)Polygon in WGS-84."""

    kind = serializers.ChoiceField(Station.Kind.choices)


class _Moved(serializers.Serializer):
    name = serializers.CharField(max_length=100, required=False)
    lon = serializers.FloatField(required=False)
    lat = serializers.FloatField(required=False)
    datum = serializers.CharField(max_length=10, required=False)


class StationPatch(_Moved, _StationFields):
    """What may change of a station."""

    kind = serializers.ChoiceField(Station.Kind.choices, required=False)
    is_active = serializers.BooleanField(required=False)


class _Facing(serializers.Serializer):
    heading_deg = serializers.FloatField(min_value=0, required=False, allow_null=True)
    lanes = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False)
    ring = serializers.IntegerField(min_value=1, max_value=6, required=False)


class CheckpointIn(PlaceIn, _Facing):
    """A new checkpoint."""

    owner = serializers.CharField(max_length=60, required=False, allow_blank=True)


class CheckpointPatch(_Moved, _Facing):
    """What may change of a checkpoint."""

    owner = serializers.CharField(max_length=60, required=False, allow_blank=True)
    state = serializers.ChoiceField(Checkpoint.State.choices, required=False)


class CameraIn(PlaceIn, _Facing):
    """A new camera; `checkpoint` is a uid."""

    checkpoint = serializers.UUIDField(required=False, allow_null=True)
    is_private = serializers.BooleanField(required=False)


class CameraPatch(_Moved, _Facing):
    """What may change of a camera."""

    is_private = serializers.BooleanField(required=False)


def station_feature(row: Station, actor: Actor) -> dict[str, Any]:
    """A station as GeoJSON: the published fields, and the inner ones only within the actor's own scope."""
    properties = {
        "kind": row.kind,
        "kind_name": row.get_kind_display(),
        "code": row.code,
        "name": row.name,
        "address": row.address,
        "duty_phone": row.duty_phone,
        "opening_hours": row.opening_hours,
        "services": [{"code": each.code, "name": each.name} for each in row.services.all()],
        "generated": row.generated,
    }
    if actor.may(Verb.VIEW, DataClass.STATION, row.organisation.path or ""):
        properties |= {
            "organisation": str(row.organisation.uid),
            "organisation_name": row.organisation.name,
            "is_public": row.is_public,
            "is_active": row.is_active,
            "service_area": json.loads(row.service_area.geojson) if row.service_area else None,
        }
    return geojson_feature(row, properties)


def checkpoint_feature(row: Checkpoint) -> dict[str, Any]:
    """A checkpoint as GeoJSON."""
    names = ("code", "name", "heading_deg", "lanes", "ring", "owner", "state", "generated")
    properties = {name: getattr(row, name) for name in names}
    return geojson_feature(row, {**properties, "organisation": str(row.organisation.uid)})


def camera_feature(row: Camera) -> dict[str, Any]:
    """A camera as GeoJSON."""
    names = ("code", "name", "heading_deg", "lanes", "ring", "is_private", "generated")
    properties = {name: getattr(row, name) for name in names}
    checkpoint = str(row.checkpoint.uid) if row.checkpoint else None
    return geojson_feature(row, {**properties, "checkpoint": checkpoint, "organisation": str(row.organisation.uid)})


def _placed(data: dict[str, Any]) -> dict[str, Any]:
    """Turn lon, lat, datum into `geom`; all three or none."""
    if {"lon", "lat", "datum"} & set(data):
        data["geom"] = place_point(data.pop("lon", None), data.pop("lat", None), data.pop("datum", None))
    return data


def _station_data(data: dict[str, Any]) -> dict[str, Any]:
    if data.get("service_area"):
        try:
            data["service_area"] = GEOSGeometry(json.dumps(data["service_area"]), srid=STORE_SRID)
        except (GEOSException, GDALException, ValueError, TypeError) as error:
            raise InvalidInput(
                _("服务范围不是有效的 GeoJSON 面"),
                field="service_area",
                cure=_("请提供不自交的面（Polygon 或 MultiPolygon，WGS-84）"),
            ) from error
    if "services" in data:
        found = {row.code: row for row in StationService.objects.filter(code__in=data["services"])}
        unknown = [code for code in data["services"] if code not in found]
        if unknown:
            raise InvalidInput(_("未知的服务事项"), field="services", value=unknown, cure=_("请从服务事项列表中选择"))
        data["services"] = list(found.values())
    return data


class StationCollection(PolicyView):
    """List (public: published ones) and create."""

    data_class = DataClass.STATION
    verbs = {"GET": Verb.VIEW, "POST": Verb.CREATE}
    public = True
    serializer_class = StationIn
    filter_backends = (DjangoFilterBackend,)
    filterset_class = StationFilter
    queryset = Station.objects.none()

    @extend_schema(operation_id="stations_list", responses=FEATURES_SCHEMA)
    def get(self, request: Request) -> Response:
        """Stations as GeoJSON."""
        rows = stations_visible_to(self.actor).prefetch_related("services").order_by("code")
        return self.features_of(rows, lambda row: station_feature(row, self.actor))

    @extend_schema(request=StationIn, responses={201: FEATURES_SCHEMA})
    def post(self, request: Request) -> Response:
        """Create one."""
        data = _station_data(_placed(self.validated(StationIn)))
        organisation = organisation_of(self.actor, data.pop("organisation"))
        row = station_create(actor=self.actor, organisation=organisation, point=data.pop("geom"), **data)
        return Response(station_feature(row, self.actor), status=status.HTTP_201_CREATED)


class StationItem(PolicyView):
    """Read and change one."""

    data_class = DataClass.STATION
    verbs = {"GET": Verb.VIEW, "PATCH": Verb.CHANGE}
    public = True
    serializer_class = StationPatch
    queryset = Station.objects.none()

    @extend_schema(responses=FEATURES_SCHEMA)
    def get(self, request: Request, uid: uuid.UUID) -> Response:
        """One station."""
        return Response(station_feature(self.row(stations_visible_to(self.actor), uid), self.actor))

    @extend_schema(request=StationPatch, responses=FEATURES_SCHEMA)
    def patch(self, request: Request, uid: uuid.UUID) -> Response:
        """Change it."""
        row = self.row(stations_visible_to(self.actor), uid)
        data = _station_data(_placed(self.validated(StationPatch, partial=True)))
        return Response(station_feature(station_change(actor=self.actor, station_id=row.pk, **data), self.actor))


class CheckpointCollection(PolicyView):
    """List and create."""

    data_class = DataClass.CHECKPOINT
    verbs = {"GET": Verb.VIEW, "POST": Verb.CREATE}
    serializer_class = CheckpointIn
    filter_backends = (DjangoFilterBackend,)
    filterset_class = CheckpointFilter
    queryset = Checkpoint.objects.none()

    @extend_schema(operation_id="checkpoints_list", responses=FEATURES_SCHEMA)
    def get(self, request: Request) -> Response:
        """Checkpoints as GeoJSON."""
        return self.features_of(checkpoints_visible_to(self.actor).order_by("code"), checkpoint_feature)

    @extend_schema(request=CheckpointIn, responses={201: FEATURES_SCHEMA})
    def post(self, request: Request) -> Response:
        """Create one."""
        data = _placed(self.validated(CheckpointIn))
        organisation = organisation_of(self.actor, data.pop("organisation"))
        row = checkpoint_create(actor=self.actor, organisation=organisation, point=data.pop("geom"), **data)
        return Response(checkpoint_feature(row), status=status.HTTP_201_CREATED)


class CheckpointItem(PolicyView):
    """Read and change one."""

    data_class = DataClass.CHECKPOINT
    verbs = {"GET": Verb.VIEW, "PATCH": Verb.CHANGE}
    serializer_class = CheckpointPatch
    queryset = Checkpoint.objects.none()

    @extend_schema(responses=FEATURES_SCHEMA)
    def get(self, request: Request, uid: uuid.UUID) -> Response:
        """One checkpoint."""
        return Response(checkpoint_feature(self.row(checkpoints_visible_to(self.actor), uid)))

    @extend_schema(request=CheckpointPatch, responses=FEATURES_SCHEMA)
    def patch(self, request: Request, uid: uuid.UUID) -> Response:
        """Change it."""
        row = self.row(checkpoints_visible_to(self.actor), uid)
        data = _placed(self.validated(CheckpointPatch, partial=True))
        return Response(checkpoint_feature(checkpoint_change(actor=self.actor, checkpoint_id=row.pk, **data)))


class CameraCollection(PolicyView):
    """List and create."""

    data_class = DataClass.CAMERA
    verbs = {"GET": Verb.VIEW, "POST": Verb.CREATE}
    serializer_class = CameraIn
    filter_backends = (DjangoFilterBackend,)
    filterset_class = CameraFilter
    queryset = Camera.objects.none()

    @extend_schema(operation_id="cameras_list", responses=FEATURES_SCHEMA)
    def get(self, request: Request) -> Response:
        """Cameras as GeoJSON."""
        return self.features_of(cameras_visible_to(self.actor).order_by("code"), camera_feature)

    @extend_schema(request=CameraIn, responses={201: FEATURES_SCHEMA})
    def post(self, request: Request) -> Response:
        """Create one."""
        data = _placed(self.validated(CameraIn))
        organisation = organisation_of(self.actor, data.pop("organisation"))
        if data.get("checkpoint"):
            data["checkpoint"] = self.row(checkpoints_visible_to(self.actor), data["checkpoint"])
        row = camera_create(actor=self.actor, organisation=organisation, point=data.pop("geom"), **data)
        return Response(camera_feature(row), status=status.HTTP_201_CREATED)


class CameraItem(PolicyView):
    """Read and change one."""

    data_class = DataClass.CAMERA
    verbs = {"GET": Verb.VIEW, "PATCH": Verb.CHANGE}
    serializer_class = CameraPatch
    queryset = Camera.objects.none()

    @extend_schema(responses=FEATURES_SCHEMA)
    def get(self, request: Request, uid: uuid.UUID) -> Response:
        """One camera."""
        return Response(camera_feature(self.row(cameras_visible_to(self.actor), uid)))

    @extend_schema(request=CameraPatch, responses=FEATURES_SCHEMA)
    def patch(self, request: Request, uid: uuid.UUID) -> Response:
        """Change it."""
        row = self.row(cameras_visible_to(self.actor), uid)
        data = _placed(self.validated(CameraPatch, partial=True))
        return Response(camera_feature(camera_change(actor=self.actor, camera_id=row.pk, **data)))
