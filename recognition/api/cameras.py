"""`…/recognition/cameras/`, `…/recognition/figures/`: how cameras do, and what came of it all; counts only."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.api.filters import words_of
from core.errors import NotFound
from recognition.selectors.condition import camera_condition, camera_conditions
from recognition.selectors.figures import interception_figures
from stations.selectors import actor_for_request
from stations.types import DataClass, Verb

DAYS = ("7", "30", "90")


class CamerasApi(APIView):
    """All cameras of one's scope."""

    data_class = DataClass.CAMERA
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(operation_id="recognition_camera_list", responses={200: dict})
    def get(self, request: Request) -> Response:
        """Those that misread most first (alarms of 30 days), then those that are silent longest."""
        return Response({"at": clock.now(), "cameras": camera_conditions(actor_for_request(request))})


class CameraApi(APIView):
    """One camera."""

    data_class = DataClass.CAMERA
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(operation_id="recognition_camera", responses={200: dict})
    def get(self, request: Request, code: str) -> Response:
        """A week's counts by day and night, the clock, silences of half an hour and more."""
        found = camera_condition(actor_for_request(request), code)
        if found is None:
            raise NotFound(_("没有这台摄像机"), field="code", value=code[:40])
        return Response({"at": clock.now(), **found})


class FiguresApi(APIView):
    """What came of the alarms."""

    data_class = DataClass.ALARM
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(
        operation_id="recognition_figures",
        parameters=[OpenApiParameter("days", str, enum=list(DAYS), description="最近几天，缺省 7")],
        responses={200: dict},
    )
    def get(self, request: Request) -> Response:
        """By local day and by category."""
        days = int((words_of(request, "days", DAYS) or ["7"])[0])
        return Response(interception_figures(actor_for_request(request), days=days))
