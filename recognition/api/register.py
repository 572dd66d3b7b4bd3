"""`/api/v1/recognition/vehicles/look/`: what the vehicle register says. A POST: no plate belongs in an address."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from recognition import services
from stations.selectors import actor_for_request
from stations.types import DataClass, Verb


class VehicleLookIn(serializers.Serializer):
    """Which vehicle, why, and under which case."""

    plate = serializers.CharField(max_length=20)
    kind_code = serializers.CharField(max_length=2)
    reason = serializers.CharField(max_length=300)
    case = serializers.CharField(max_length=60)


class VehicleLookApi(APIView):
    """The register."""

    data_class = DataClass.VEHICLE_IDENTITY
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.LOOKUP}

    @extend_schema(operation_id="recognition_vehicle_look", request=VehicleLookIn, responses={200: dict})
    def post(self, request: Request) -> Response:
        """Class, colour and use; audited with reason and case, found or not."""
        body = VehicleLookIn(data=request.data)
        body.is_valid(raise_exception=True)
        record = services.vehicle_record_look(actor=actor_for_request(request), **body.validated_data)
        return Response(
            {
                "plate": str(record.plate),
                "kind_code": record.kind_code,
                "vehicle_class": record.vehicle_class,
                "colour": record.colour,
                "use": record.use,
                "changed_at": record.changed_at,
            }
        )
