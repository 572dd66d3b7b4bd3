"""`/api/v1/recognition/alarms/`: alarms 预警, and what a person says of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.filters import words_of
from core.api.paging import page_of
from recognition import services
from recognition.api.watch import WordsIn
from recognition.selectors import alarm_summary, alarms_visible_to
from recognition.states import AlarmState
from stations.selectors import actor_for_request
from stations.types import DataClass, Verb


class AlarmListApi(APIView):
    """The queue."""

    data_class = DataClass.ALARM
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(
        operation_id="recognition_alarms",
        parameters=[OpenApiParameter("state", str, description="逗号分隔的状态")],
        responses={200: dict},
    )
    def get(self, request: Request) -> Response:
        """Newest first, plates masked."""
        limit, offset = page_of(request)
        rows = alarms_visible_to(actor_for_request(request)).order_by("-raised_at", "-id")
        if states := words_of(request, "state", [state.value for state in AlarmState]):
            rows = rows.filter(state__in=states)
        found = list(rows[offset : offset + limit + 1])
        more = offset + limit if len(found) > limit else None
        return Response({"alarms": [alarm_summary(row) for row in found[:limit]], "next_offset": more})


class _AlarmStep(APIView):
    """What a person says of an alarm."""

    data_class = DataClass.ALARM
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.CONFIRM}
    body_class: ClassVar[type[serializers.Serializer]] = WordsIn

    def step(self, request: Request, uid: uuid.UUID, service: Callable[..., Any]) -> Response:
        """The alarm afterwards, plate masked."""
        body = self.body_class(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(alarm_summary(service(actor=actor_for_request(request), uid=uid, **body.validated_data)))


class AlarmConfirmApi(_AlarmStep):
    """It is the vehicle."""

    @extend_schema(operation_id="recognition_alarm_confirm", request=WordsIn, responses={200: dict})
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """Confirmed: the case is made at once."""
        return self.step(request, uid, services.alarm_confirm)


class AlarmHoldApi(_AlarmStep):
    """Not now."""

    @extend_schema(operation_id="recognition_alarm_hold", request=WordsIn, responses={200: dict})
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """Held."""
        return self.step(request, uid, services.alarm_hold)


class AlarmFalseApi(_AlarmStep):
    """It is not the vehicle."""

    @extend_schema(operation_id="recognition_alarm_false", request=WordsIn, responses={200: dict})
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """With words that say why."""
        return self.step(request, uid, services.alarm_false)


class ReportIn(WordsIn):
    """What came of it."""

    outcome = serializers.ChoiceField(choices=["stopped", "not_found", "wrong_read", "handed_over"])


class AlarmReportApi(_AlarmStep):
    """The desk reports for a unit."""

    body_class = ReportIn

    @extend_schema(operation_id="recognition_alarm_report", request=ReportIn, responses={200: dict})
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """Reported; it closes with its case."""
        return self.step(request, uid, services.alarm_report)


class AlarmLookApi(APIView):
    """An alarm with its plates in clear."""

    data_class = DataClass.ALARM
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.VIEW}

    @extend_schema(operation_id="recognition_alarm_look", request=WordsIn, responses={200: dict})
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """With a reason in `words`, which is audited with who asked."""
        body = WordsIn(data=request.data)
        body.is_valid(raise_exception=True)
        alarm = services.alarm_look(actor=actor_for_request(request), uid=uid, reason=body.validated_data["words"])
        steps = list(alarm.steps.order_by("id").values("at", "from_state", "to_state", "code", "text"))
        shown = {"plate": str(alarm.plate), "read": str(alarm.read), "grounds": alarm.grounds, "steps": steps}
        return Response({**alarm_summary(alarm), **shown})
