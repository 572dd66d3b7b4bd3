"""/api/v1/speeds/: measured speeds on edges of the network in force; in force within a second."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import NotFound
from roads import services
from roads.api.base import WRITE_PARAMETERS, RoadView
from roads.api.shapes import span
from roads.selectors import current_build
from stations.types import DataClass, Verb

MOST_EDGES = 5000


class SpeedIn(serializers.Serializer):
    """A measurement: travel time on these edges is multiplied by `factor` (1 = as in the network) until `ends_at`."""

    edge_nos = serializers.ListField(child=serializers.IntegerField(min_value=0), min_length=1, max_length=MOST_EDGES)
    factor = serializers.FloatField()
    source = serializers.CharField(max_length=40)  # type: ignore[assignment]
    ends_at = serializers.DateTimeField()


class SpeedCollection(RoadView):
    """Report."""

    data_class = DataClass.CLOSURE
    verbs = {"POST": Verb.CREATE}

    @extend_schema(
        operation_id="speeds_report",
        parameters=WRITE_PARAMETERS,
        request=SpeedIn,
        responses={201: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Report a measured speed; 404 before the first network, 400 for edges that it has not."""
        data = self.checked(SpeedIn)
        return self.written(lambda: self._reported(data))

    def _reported(self, data: dict[str, Any]) -> dict[str, Any]:
        build = current_build()
        if build is None:
            raise NotFound(_("还没有路网"), field="network", cure="./run manage import_roads")
        speed = services.speed_report(actor=self.actor, build=build, **data)
        return {
            "id": speed.pk,
            "network": build.version,
            "edge_nos": list(speed.edge_nos),
            "factor": speed.factor,
            "source": speed.source,
            **span(speed.valid),
        }
