"""`/api/v1/recognition/alarms/`: alarms 预警, and what a person says of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.filters import words_of
from core.api.paging import page_of
from core.attachments.files import file_path
from core.errors import NotFound
from recognition import services
from recognition.api.watch import WordsIn
from recognition.models import Alarm
from recognition.selectors import alarm_summary, alarms_visible_to
from recognition.selectors.pictures import picture_opened
from recognition.selectors.sheets import alarm_rows, alarm_sheet, alarms_waiting_for
from recognition.services.alarms import MOST_TOGETHER
from recognition.states import AlarmState
from stations.selectors import actor_for_request
from stations.types import DataClass, Verb

MOST_QUEUED = 200


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


class FalseIn(WordsIn):
    """Why it is not the vehicle; "other" and no reason at all need words."""

    reason = serializers.ChoiceField(choices=Alarm.FalseReason.values, required=False, allow_blank=True, default="")


class AlarmFalseApi(_AlarmStep):
    """It is not the vehicle."""

    body_class = FalseIn

    @extend_schema(operation_id="recognition_alarm_false", request=FalseIn, responses={200: dict})
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """With a reason, or words that say why."""
        return self.step(request, uid, services.alarm_false)


class FalseTogetherIn(FalseIn):
    """One reason for several alarms."""

    alarms = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST_TOGETHER)


class AlarmsFalseApi(APIView):
    """A storm: many alarms, one reason."""

    data_class = DataClass.ALARM
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.CONFIRM}

    @extend_schema(operation_id="recognition_alarms_false", request=FalseTogetherIn, responses={200: dict})
    def post(self, request: Request) -> Response:
        """All that still wait, or none of them; `before`: those that somebody had decided, and who."""
        body = FalseTogetherIn(data=request.data)
        body.is_valid(raise_exception=True)
        asked = dict(body.validated_data)
        uids = asked.pop("alarms")
        told = services.alarms_false(actor=actor_for_request(request), uids=uids, **asked)
        before = [
            {"uid": str(alarm.uid), "number": alarm.number, "by": one.by, "at": one.at, "state": one.state.value}
            for alarm, one in told.before
        ]
        return Response({"done": [str(alarm.uid) for alarm in told.done], "before": before})


class AlarmQueueApi(APIView):
    """What waits for a person."""

    data_class = DataClass.ALARM
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(operation_id="recognition_alarm_queue", responses={200: dict})
    def get(self, request: Request) -> Response:
        """Graver first, then longest waiting, plates masked; at most 200 and how many there are."""
        rows = alarms_waiting_for(actor_for_request(request))
        found = list(rows[: MOST_QUEUED + 1])
        count = len(found) if len(found) <= MOST_QUEUED else rows.count()
        return Response({"alarms": alarm_rows(found[:MOST_QUEUED]), "count": count})


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
        actor = actor_for_request(request)
        return Response(
            alarm_sheet(actor, services.alarm_look(actor=actor, uid=uid, reason=body.validated_data["words"]))
        )


class PassagePictureApi(APIView):
    """A picture of a passage that somebody has looked up."""

    data_class = DataClass.ALARM
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(
        operation_id="recognition_picture",
        parameters=[OpenApiParameter("key", str, description="来自查看预警或查询过车的回答，仅本人可用，30 分钟有效")],
        responses={(200, "image/jpeg"): bytes},
    )
    def get(self, request: Request, uid: uuid.UUID) -> HttpResponse:
        """The JPEG as it is kept."""
        row = picture_opened(actor_for_request(request), uid, request.query_params.get("key", ""))
        try:
            data = file_path(row.path).read_bytes()
        except FileNotFoundError as problem:
            raise NotFound(
                _("图片文件缺失"), code="picture_lost", field="picture", value=str(uid), cure=_("请从备份恢复该文件")
            ) from problem
        response = HttpResponse(data, content_type="image/jpeg")
        response["Content-Disposition"] = f'inline; filename="{uid}.jpg"'
        response["Cache-Control"] = "private, max-age=1800, immutable"
        response["X-Content-Type-Options"] = "nosniff"
        return response
