"""`/api/v1/recognition/passages/search/`: looking passages up. A POST: plates and reasons belong in no address."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from recognition.services.searching import MOST, PassageSearch, passages_search
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
        found = passages_search(actor=actor, wanted=PassageSearch(**asked), reason=reason, case=case)
        return Response({"type": "FeatureCollection", "features": [_feature(row) for row in found]})


def _feature(row: dict[str, Any]) -> dict[str, Any]:
    lon, lat = row.pop("lon"), row.pop("lat")
    key = f"{row.pop('day')}/{row.pop('device_id')}/{row.pop('source_key')}"
    place = None if lon is None or lat is None else {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "id": key, "geometry": place, "properties": row}
