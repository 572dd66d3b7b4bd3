"""`/api/v1/supervisions/`: what is pressed upon the actor; answer it, ask for time, hand it down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.errors import InvalidInput
from incidents import services
from incidents.api.serializers import DeferIn, SettleIn
from incidents.selectors import supervisions_for
from stations.selectors import actor_for_request
from stations.types import DataClass, Verb


class SupervisionListApi(APIView):
    """What is pressed upon the actor and not answered yet."""

    data_class = DataClass.INCIDENT
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(operation_id="supervisions_list", responses={200: dict})
    def get(self, request: Request) -> Response:
        """Open supervisions, oldest first."""
        rows = supervisions_for(actor_for_request(request)).order_by("raised_at")
        return Response(
            {
                "supervisions": [
                    {
                        "id": row.pk,
                        "incident": str(row.incident.uid),
                        "number": row.incident.number,
                        "title": row.incident.title,
                        "grade": row.incident.grade,
                        "stage": row.stage,
                        "kind": row.kind,
                        "raised_at": row.raised_at,
                        "reason": row.reason,
                    }
                    for row in rows
                ]
            }
        )


class SupervisionSettleApi(APIView):
    """Answer a supervision."""

    data_class = DataClass.INCIDENT
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.VIEW}

    @extend_schema(operation_id="supervisions_settle", request=SettleIn, responses={200: dict})
    def post(self, request: Request, supervision_id: int) -> Response:
        """`text`: what was done."""
        body = SettleIn(data=request.data)
        body.is_valid(raise_exception=True)
        row = services.supervision_settle(
            actor=actor_for_request(request), supervision_id=supervision_id, text=body.validated_data["text"]
        )
        return Response({"id": row.pk, "settled_at": row.settled_at})


class SupervisionDeferApi(APIView):
    """Ask for more time."""

    data_class = DataClass.INCIDENT
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.VIEW}

    @extend_schema(operation_id="supervisions_defer", request=DeferIn, responses={200: dict})
    def post(self, request: Request, supervision_id: int) -> Response:
        """`text`: why; `until`, or `minutes` from now, at most a day. Once for each press."""
        body = DeferIn(data=request.data)
        body.is_valid(raise_exception=True)
        data: dict[str, Any] = dict(body.validated_data)
        minutes = data.pop("minutes")
        if data["until"] is None and minutes is not None:
            data["until"] = clock.now() + timedelta(minutes=minutes)
        if data["until"] is None:
            raise InvalidInput(_("请说明延期到什么时候"), field="until", cure="until / minutes")
        row = services.supervision_defer(actor=actor_for_request(request), supervision_id=supervision_id, **data)
        return Response({"id": row.pk, "deferred_until": row.deferred_until})


class SupervisionHandDownApi(APIView):
    """Hand it down to the next lower chief."""

    data_class = DataClass.INCIDENT
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.VIEW}

    @extend_schema(operation_id="supervisions_hand_down", request=SettleIn, responses={200: dict})
    def post(self, request: Request, supervision_id: int) -> Response:
        """`text`: what is to be done; the answer names who has it now."""
        body = SettleIn(data=request.data)
        body.is_valid(raise_exception=True)
        row = services.supervision_hand_down(
            actor=actor_for_request(request), supervision_id=supervision_id, text=body.validated_data["text"]
        )
        return Response({"id": row.pk, "name": row.person_name, "level": row.level_rank})
