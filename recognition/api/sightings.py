"""`/api/v1/recognition/sightings/`: a car that has to be stopped, seen without a camera."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from recognition.services import sighting_report
from stations.selectors import actor_for_request
from stations.types import DataClass, Verb


class SightingIn(serializers.Serializer):
    """Where, whereto, what it looked like. Degrees of the named datum."""

    lon = serializers.FloatField()
    lat = serializers.FloatField()
    datum = serializers.CharField(max_length=10)
    description = serializers.CharField(max_length=300)
    heading_deg = serializers.FloatField(required=False, allow_null=True, default=None, min_value=0, max_value=359.99)
    plate = serializers.CharField(max_length=16, required=False, allow_blank=True, default="")
    seen_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class SightingsApi(APIView):
    """Report one."""

    data_class = DataClass.INCIDENT
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.CREATE}

    @extend_schema(
        operation_id="recognition_sighting",
        request=SightingIn,
        responses={201: dict, 200: dict},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=True)],
    )
    def post(self, request: Request) -> Response:
        """201 when it is new, 200 when it was here before; units are sent at once."""
        body = SightingIn(data=request.data)
        body.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(body.validated_data)
        key = request.headers.get("Idempotency-Key", "")
        seen, new = sighting_report(actor=actor_for_request(request), client_key=key, **values)
        return Response({"uid": str(seen.uid), "seen_at": seen.seen_at}, status=201 if new else 200)
