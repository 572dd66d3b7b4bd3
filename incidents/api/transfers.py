"""`/api/v1/transfers/`: cases that another system (110, 122) hands over, and what could not be told back.

docs/transfers.md is for the engineers of such a system.
"""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.errors import NotFound
from incidents import services
from incidents.api.serializers import PlaceIn, SettleIn
from incidents.selectors import status_return_summary, status_returns_visible_to, transfer_summary
from stations.selectors import actor_for_request
from stations.types import Actor, DataClass, Verb


class TransferInBody(PlaceIn):
    """A case as the other system has it."""

    system = serializers.CharField(max_length=20)
    number = serializers.CharField(max_length=60)
    kind_code = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    title = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    text = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    place_text = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    caller_name = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    caller_phone = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    plate = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    happened_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    exercise = serializers.BooleanField(required=False, default=False)


PLACE = ("lon", "lat", "datum", "chainage", "road", "junction")


class TransfersApi(APIView):
    """Hand a case over."""

    data_class = DataClass.TRANSFER
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.CREATE}

    @extend_schema(operation_id="transfers_receive", request=TransferInBody, responses={201: dict, 200: dict})
    def post(self, request: Request) -> Response:
        """201 when new, 200 with the same case when this number of this system is known."""
        body = TransferInBody(data=request.data)
        body.is_valid(raise_exception=True)
        data = dict(body.validated_data)
        place = {name: data.pop(name) for name in PLACE if name in data}
        case, created = services.transfer_receive(
            actor=actor_for_request(request), transfer=services.Transfer(place=place, **data)
        )
        incident = case.incident
        answer = {
            **transfer_summary(case),
            "our_number": incident.number,
            "our_uid": str(incident.uid),
            "kind": incident.kind,
            "grade": incident.grade,
            "state": incident.state,
        }
        return Response(answer, status=201 if created else 200)


def _seen(actor: Actor, uid: str) -> None:
    """Raises NotFound for a status of a case that the actor may not see."""
    if not status_returns_visible_to(actor).filter(uid=uid).exists():
        raise NotFound(_("没有这条状态回传"), field="status_return", value=str(uid))


class StatusReturnAgainApi(APIView):
    """Have a status that was given up sent once more."""

    data_class = DataClass.INCIDENT
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.CHANGE}

    @extend_schema(operation_id="status_returns_again", request=None, responses={200: dict})
    def post(self, request: Request, uid: str) -> Response:
        """The card afterwards."""
        actor = actor_for_request(request)
        _seen(actor, uid)
        return Response(status_return_summary(services.status_return_again(actor=actor, return_uid=str(uid))))


class StatusReturnDismissApi(APIView):
    """Say how the other side was told instead."""

    data_class = DataClass.INCIDENT
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.CHANGE}

    @extend_schema(operation_id="status_returns_dismiss", request=SettleIn, responses={200: dict})
    def post(self, request: Request, uid: str) -> Response:
        """`text`: how. The card afterwards."""
        actor = actor_for_request(request)
        body = SettleIn(data=request.data)
        body.is_valid(raise_exception=True)
        _seen(actor, uid)
        row = services.status_return_dismiss(actor=actor, return_uid=str(uid), text=body.validated_data["text"])
        return Response(status_return_summary(row))
