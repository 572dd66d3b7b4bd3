"""What the crew of an assignment asks for on its way: one more unit, another way."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.device import device_moment
from core.api.filters import number_of
from incidents import services
from incidents.api.assignments import assignment_seen
from incidents.api.serializers import BackupIn
from incidents.selectors import assignment_summary
from stations.selectors import actor_for_request
from stations.types import DataClass, Verb


class AssignmentBackupApi(APIView):
    """Ask for one more unit."""

    data_class = DataClass.ASSIGNMENT
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.VIEW}

    @extend_schema(operation_id="assignments_backup", request=BackupIn, responses={200: dict})
    def post(self, request: Request, uid: str) -> Response:
        """The assignment afterwards. A stale fence is kept as evidence and answered 409."""
        actor = actor_for_request(request)
        body = BackupIn(data=request.data)
        body.is_valid(raise_exception=True)
        data = dict(body.validated_data)
        assignment_seen(actor, uid)
        assignment = services.assignment_backup_ask(
            actor=actor,
            assignment_uid=str(uid),
            moment=device_moment(data),
            device=request.headers.get("User-Agent", "")[:60],
            **data,
        )
        return Response(assignment_summary(assignment))


class AssignmentWayApi(APIView):
    """The way from where the unit is now."""

    data_class = DataClass.ASSIGNMENT
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(
        operation_id="assignments_way",
        parameters=[
            OpenApiParameter("lon", float, required=True),
            OpenApiParameter("lat", float, required=True),
            OpenApiParameter("datum", str, required=True),
            OpenApiParameter("course_deg", float),
        ],
        responses={200: dict},
    )
    def get(self, request: Request, uid: str) -> Response:
        """`route` (WGS-84 lon-lat pairs), `directions`, `road_m`, `travel_s`."""
        actor = actor_for_request(request)
        asked = request.query_params
        return Response(
            services.assignment_way(
                actor=actor,
                assignment=assignment_seen(actor, uid),
                lon=asked.get("lon"),
                lat=asked.get("lat"),
                datum=asked.get("datum"),
                course_deg=number_of(request, "course_deg"),
            )
        )
