"""/api/v1/patrols/tours/<uid>/track/: where a tour was."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from patrols import services
from patrols.api.base import PatrolView, moment_of
from patrols.types import TrackPoint
from stations.types import DataClass, Verb


class TourTrack(PatrolView):
    """One's own track, or another's with the right and a reason; reading another's is audited."""

    data_class = DataClass.TRACK
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(
        operation_id="patrol_tours_track",
        parameters=[
            OpenApiParameter("from", str),
            OpenApiParameter("to", str),
            OpenApiParameter("reason", str, description="查看他人轨迹的事由（必填）"),
        ],
        responses={200: dict},
    )
    def get(self, request: Request, uid: uuid.UUID) -> Response:
        """A GeoJSON Feature in order of time; lists in its properties run along with the coordinates."""
        tour = self.tour_seen(uid)
        points, truncated = services.track_read(
            actor=self.actor,
            tour=tour,
            since=moment_of(request, "from"),
            until=moment_of(request, "to"),
            reason=request.query_params.get("reason", "")[:200],
        )
        return Response(
            {
                "type": "Feature",
                "id": str(tour.uid),
                "geometry": _line(points),
                "properties": {
                    "count": len(points),
                    "truncated": truncated,
                    "times": [point.fixed_at for point in points],
                    "speeds_mps": [point.speed_mps for point in points],
                    "is_mock": [point.is_mock for point in points],
                },
            }
        )


def _line(points: list[TrackPoint]) -> dict[str, Any] | None:
    coordinates = [[round(point.lon, 7), round(point.lat, 7)] for point in points]
    if len(coordinates) == 1:
        return {"type": "Point", "coordinates": coordinates[0]}
    return {"type": "LineString", "coordinates": coordinates} if coordinates else None
