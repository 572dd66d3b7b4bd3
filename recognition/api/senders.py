"""`/api/v1/recognition/senders/`: devices that speak GA/T 1400, and letting one in."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.paging import page_of
from recognition.models import ViidSender
from recognition.selectors import senders_visible_to
from recognition.services import sender_enrol
from stations.selectors import actor_for_request
from stations.types import DataClass, Verb


class SenderIn(serializers.Serializer):
    """The device, and how it speaks."""

    device = serializers.UUIDField()
    username = serializers.CharField(max_length=60)
    colours = serializers.CharField(max_length=12, required=False, default="checkpoint")
    without_qop = serializers.BooleanField(required=False, default=False)


class SendersApi(APIView):
    """Who may push passages, and how each does."""

    data_class = DataClass.DEVICE
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW, "POST": Verb.CHANGE}

    @extend_schema(operation_id="recognition_senders", responses={200: dict})
    def get(self, request: Request) -> Response:
        """On line or not, when heard last, and how each deviates from the standard."""
        limit, offset = page_of(request)
        rows = senders_visible_to(actor_for_request(request)).order_by("device__identifier")
        found = list(rows[offset : offset + limit + 1])
        more = offset + limit if len(found) > limit else None
        return Response({"senders": [_shown(row) for row in found[:limit]], "next_offset": more})

    @extend_schema(operation_id="recognition_sender_enrol", request=SenderIn, responses={201: dict})
    def post(self, request: Request) -> Response:
        """Let a device in, or give it a new password, which is shown this once."""
        body = SenderIn(data=request.data)
        body.is_valid(raise_exception=True)
        asked: dict[str, Any] = dict(body.validated_data)
        device = asked.pop("device")
        sender, password = sender_enrol(actor=actor_for_request(request), device_uid=device, **asked)
        return Response({**_shown(sender), "password": password, "realm": "viid"}, status=201)


def _shown(sender: ViidSender) -> dict[str, Any]:
    return {
        "device": str(sender.device.uid),
        "identifier": sender.device.identifier,
        "username": sender.username,
        "colours": sender.colours,
        "online": sender.online,
        "registered_at": sender.registered_at,
        "last_keepalive_at": sender.last_keepalive_at,
        "quirks": sorted(sender.quirks),
    }
