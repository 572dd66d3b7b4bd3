"""`/api/v1/broadcasts/`: look-out notices (协查通报) to the tours of an area, and their receipts."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.repeatable import IDEMPOTENCY_PARAMETER, answered
from incidents import services
from incidents.api.serializers import ReasonIn
from incidents.selectors import broadcast_detail, broadcast_details, broadcasts_for_crew
from incidents.services import BroadcastArea
from stations.selectors import actor_for_request
from stations.types import DataClass, Verb

SHOWN = 100


class BroadcastIn(serializers.Serializer):
    """A notice: its text, until when, and where: a circle, a polygon, an organisation, or a part of one."""

    text = serializers.CharField(max_length=2000, allow_blank=True)
    valid_until = serializers.DateTimeField()
    organisation = serializers.UUIDField(required=False, allow_null=True, default=None)
    lon = serializers.FloatField(required=False, allow_null=True, default=None)
    lat = serializers.FloatField(required=False, allow_null=True, default=None)
    radius_m = serializers.FloatField(required=False, allow_null=True, default=None)
    datum = serializers.CharField(required=False, allow_blank=True, max_length=20, default="")
    polygon = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2),
        required=False,
        allow_null=True,
        default=None,
        max_length=1000,
    )


class BroadcastListApi(APIView):
    """Notices, and making one."""

    data_class = DataClass.BROADCAST
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW, "POST": Verb.CREATE}

    @extend_schema(operation_id="broadcasts_list", parameters=[OpenApiParameter("mine", bool)], responses={200: dict})
    def get(self, request: Request) -> Response:
        """The newest 100 of the actor's scope with their receipts; `mine=1`: what its own tour has to know now, as
        `{uid, text, made_at, valid_until, seen}`.
        """
        actor = actor_for_request(request)
        if request.query_params.get("mine") in {"1", "true"}:
            return Response({"broadcasts": broadcasts_for_crew(actor)})
        return Response({"broadcasts": broadcast_details(actor, most=SHOWN)})

    @extend_schema(
        operation_id="broadcasts_make",
        request=BroadcastIn,
        responses={201: dict, 200: dict},
        parameters=[IDEMPOTENCY_PARAMETER],
    )
    def post(self, request: Request) -> Response:
        """Make one: 201, with `sent` = how many tours it went to. Nobody there: 409 `nobody_there`."""
        actor = actor_for_request(request)
        body = BroadcastIn(data=request.data)
        body.is_valid(raise_exception=True)
        data = dict(body.validated_data)
        organisation = data.pop("organisation")
        text, until = data.pop("text"), data.pop("valid_until")
        return answered(
            request,
            f"user:{actor.user_id}",
            lambda: broadcast_detail(
                services.broadcast_make(
                    actor=actor,
                    text=text,
                    valid_until=until,
                    area=BroadcastArea(**data),
                    organisation_uid=str(organisation) if organisation is not None else None,
                )
            ),
        )


class BroadcastSeenApi(APIView):
    """A crew has read it."""

    data_class = DataClass.BROADCAST
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.VIEW}

    @extend_schema(operation_id="broadcasts_seen", request=None, responses={200: dict})
    def post(self, request: Request, uid: str) -> Response:
        """`{uid, seen: true}`; repeating it changes nothing."""
        receipt = services.broadcast_seen(actor=actor_for_request(request), broadcast_uid=str(uid))
        return Response({"uid": str(uid), "seen": receipt.seen_at is not None})


class BroadcastWithdrawApi(APIView):
    """Take it back."""

    data_class = DataClass.BROADCAST
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.CHANGE}

    @extend_schema(operation_id="broadcasts_withdraw", request=ReasonIn, responses={200: dict})
    def post(self, request: Request, uid: str) -> Response:
        """The notice afterwards."""
        body = ReasonIn(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(
            broadcast_detail(
                services.broadcast_withdraw(
                    actor=actor_for_request(request), broadcast_uid=str(uid), reason=body.validated_data["reason"]
                )
            )
        )
