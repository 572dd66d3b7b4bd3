"""`/api/v1/handovers/`: shift hand-over sheets (交接班) with two signatures."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.paging import page_of
from core.api.repeatable import IDEMPOTENCY_PARAMETER, answered
from core.errors import NotFound
from incidents import services
from incidents.api.serializers import ReasonIn
from incidents.selectors import handover_detail, handover_summary, handovers_visible_to
from stations.selectors import actor_for_request
from stations.types import DataClass, Verb


class NotesIn(serializers.Serializer):
    """What the sheet can't know by itself."""

    notes = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")


class RemarkIn(serializers.Serializer):
    """What the one who takes over has to say."""

    remark = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class HandoverListApi(APIView):
    """Sheets, and making one."""

    data_class = DataClass.HANDOVER
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW, "POST": Verb.CREATE}

    @extend_schema(operation_id="handovers_list", responses={200: dict})
    def get(self, request: Request) -> Response:
        """Newest first, without their contents."""
        limit, offset = page_of(request)
        rows = list(
            handovers_visible_to(actor_for_request(request)).order_by("-made_at", "-id")[offset : offset + limit + 1]
        )
        return Response(
            {
                "handovers": [handover_summary(row) for row in rows[:limit]],
                "next_offset": offset + limit if len(rows) > limit else None,
            }
        )

    @extend_schema(
        operation_id="handovers_make",
        request=NotesIn,
        responses={201: dict, 200: dict},
        parameters=[IDEMPOTENCY_PARAMETER],
    )
    def post(self, request: Request) -> Response:
        """A sheet of what is true now. While another one of this desk is unfinished: 409 `handover_open`."""
        actor = actor_for_request(request)
        body = NotesIn(data=request.data)
        body.is_valid(raise_exception=True)
        return answered(
            request,
            f"user:{actor.user_id}",
            lambda: handover_summary(services.handover_make(actor=actor, **body.validated_data)),
        )


class HandoverDetailApi(APIView):
    """One sheet."""

    data_class = DataClass.HANDOVER
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(operation_id="handovers_show", responses={200: dict})
    def get(self, request: Request, uid: str) -> Response:
        """With all that it froze, and who signed."""
        sheet = handovers_visible_to(actor_for_request(request)).filter(uid=uid).first()
        if sheet is None:
            raise NotFound(_("没有这张交接班单"), field="handover", value=str(uid))
        return Response(handover_detail(sheet))


class _StepApi(APIView):
    """Base of what is done with a sheet."""

    data_class = DataClass.HANDOVER
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.CHANGE}

    def step(self, request: Request, uid: str, service: Any, body_class: Any = None) -> Response:
        """Check the body, call the service, answer with the sheet."""
        data: dict[str, Any] = {}
        if body_class is not None:
            body = body_class(data=request.data)
            body.is_valid(raise_exception=True)
            data = dict(body.validated_data)
        return Response(handover_summary(service(actor=actor_for_request(request), sheet_uid=str(uid), **data)))


class HandoverSignApi(_StepApi):
    """Who leaves signs."""

    @extend_schema(operation_id="handovers_sign", request=None, responses={200: dict})
    def post(self, request: Request, uid: str) -> Response:
        """The sheet afterwards."""
        return self.step(request, uid, services.handover_sign)


class HandoverAcceptApi(_StepApi):
    """Who takes over signs."""

    @extend_schema(operation_id="handovers_accept", request=RemarkIn, responses={200: dict})
    def post(self, request: Request, uid: str) -> Response:
        """The sheet afterwards; the same person as the one who left: 409 `same_person`."""
        return self.step(request, uid, services.handover_accept, RemarkIn)


class HandoverCancelApi(_StepApi):
    """Drop an unfinished one."""

    @extend_schema(operation_id="handovers_cancel", request=ReasonIn, responses={200: dict})
    def post(self, request: Request, uid: str) -> Response:
        """The sheet afterwards."""
        return self.step(request, uid, services.handover_cancel, ReasonIn)
