"""`/api/v1/recognition/passages/search/`: looking passages up. A POST: plates and reasons belong in no address."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from recognition.selectors.desk import watch_rows
from recognition.selectors.passages import passage_features
from recognition.selectors.sheets import alarm_rows
from recognition.services.searching import MOST, PassageSearch, passages_search
from recognition.services.vehicles import vehicle_way
from stations.selectors import actor_for_request
from stations.types import DataClass, Verb


class SearchIn(serializers.Serializer):
    """What is sought, why, and under which case."""

    reason = serializers.CharField(max_length=300)
    case = serializers.CharField(max_length=60)
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    plate = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    alike = serializers.BooleanField(required=False, default=False)
    cameras = serializers.ListField(child=serializers.CharField(max_length=40), max_length=200, default=list)
    rings = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=6), max_length=6, default=list)
    axis = serializers.UUIDField(required=False, allow_null=True, default=None)
    bbox = serializers.ListField(
        child=serializers.FloatField(), min_length=4, max_length=4, required=False, allow_null=True, default=None
    )
    colour = serializers.CharField(max_length=16, required=False, allow_blank=True, default="")
    vehicle_class = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    vehicle_colour = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    limit = serializers.IntegerField(min_value=1, max_value=MOST, required=False, default=200)
    with_pictures = serializers.BooleanField(required=False, default=False)


class PassageSearchApi(APIView):
    """Passages of a plate or at a place."""

    data_class = DataClass.PASSAGE
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.LOOKUP}

    @extend_schema(operation_id="recognition_passages_search", request=SearchIn, responses={200: dict})
    def post(self, request: Request) -> Response:
        """GeoJSON (WGS-84), newest first; a passage at an unknown place has no geometry. Each search is audited."""
        body = SearchIn(data=request.data)
        body.is_valid(raise_exception=True)
        asked: dict[str, Any] = dict(body.validated_data)
        reason, case = asked.pop("reason"), asked.pop("case")
        asked["axis"] = str(asked["axis"]) if asked["axis"] else ""
        asked["bbox"] = tuple(asked["bbox"]) if asked["bbox"] else None
        actor = actor_for_request(request)
        with_pictures = asked.pop("with_pictures")
        found = passages_search(actor=actor, wanted=PassageSearch(**asked), reason=reason, case=case)
        return Response(
            {"type": "FeatureCollection", "features": passage_features(actor, found, with_pictures=with_pictures)}
        )


class VehicleIn(serializers.Serializer):
    """Which vehicle, when, why, and under which case."""

    plate = serializers.CharField(max_length=20)
    reason = serializers.CharField(max_length=300)
    case = serializers.CharField(max_length=60)
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()


class VehicleWayApi(APIView):
    """One vehicle: where it was, its alarms, whether it is watched."""

    data_class = DataClass.PASSAGE
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.LOOKUP}

    @extend_schema(operation_id="recognition_vehicle_way", request=VehicleIn, responses={200: dict})
    def post(self, request: Request) -> Response:
        """`passages` as GeoJSON (WGS-84) with pictures, `alarms`, `entries` (for who may see the watch-list), newest
        first. Audited with reason and case.
        """
        body = VehicleIn(data=request.data)
        body.is_valid(raise_exception=True)
        actor = actor_for_request(request)
        seen = vehicle_way(actor=actor, **body.validated_data)
        features = passage_features(actor, seen.passages, with_pictures=True)
        return Response(
            {
                "plate": seen.plate,
                "passages": {"type": "FeatureCollection", "features": features},
                "more": seen.more,
                "alarms": alarm_rows(seen.alarms),
                "entries": watch_rows(actor, seen.entries),
            }
        )
