"""`/api/v1/recognition/watch/`: the watch-list 布控."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.filters import words_of
from core.api.paging import page_of
from core.api.repeatable import IDEMPOTENCY_PARAMETER, answered
from core.errors import InvalidInput
from recognition import services
from recognition.selectors import watch_summary
from recognition.selectors.desk import watch_counts, watch_found, watch_rows, watch_sheet
from recognition.states import WatchState
from stations.selectors import actor_for_request, organisations_visible_to
from stations.types import DataClass, Verb


class OrderIn(serializers.Serializer):
    """What shall be watched. No rings and checkpoints: everywhere."""

    organisation = serializers.UUIDField()
    plate = serializers.CharField(max_length=20)
    kind_code = serializers.CharField(max_length=2, required=False, allow_blank=True, default="")
    category = serializers.CharField(max_length=40)
    reason = serializers.CharField(max_length=300)
    case_number = serializers.CharField(max_length=60)
    vehicle = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    valid_from = serializers.DateTimeField()
    valid_until = serializers.DateTimeField()
    rings = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=6), default=list)
    checkpoints = serializers.ListField(child=serializers.CharField(max_length=40), max_length=200, default=list)
    urgent = serializers.BooleanField(required=False, default=False)


class WordsIn(serializers.Serializer):
    """A reason or a remark."""

    words = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class DecisionIn(WordsIn):
    """Yes or no; a no needs words."""

    approve = serializers.BooleanField()


class ChangeIn(serializers.Serializer):
    """Other terms, with a reason."""

    reason = serializers.CharField(max_length=300)
    valid_until = serializers.DateTimeField(required=False, allow_null=True, default=None)
    rings = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=6), required=False, allow_null=True, default=None
    )
    checkpoints = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, allow_null=True, default=None
    )


class WatchListApi(APIView):
    """Entries, and applying for one."""

    data_class = DataClass.WATCHLIST
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW, "POST": Verb.CREATE}

    @extend_schema(
        operation_id="recognition_watch_list",
        parameters=[
            OpenApiParameter("state", str, description="逗号分隔的状态"),
            OpenApiParameter("category", str, description="布控类别代码"),
            OpenApiParameter("q", str, description="布控编号开头，或案件编号的一部分"),
            OpenApiParameter("mine", str, enum=["1"], description="只列等我办理的"),
        ],
        responses={200: dict},
    )
    def get(self, request: Request) -> Response:
        """Newest first, plates masked, with what the caller may do next; `counts` by state over the whole list."""
        actor = actor_for_request(request)
        limit, offset = page_of(request)
        rows = watch_found(
            actor,
            states=words_of(request, "state", [state.value for state in WatchState]),
            category=request.query_params.get("category", "")[:40],
            text=request.query_params.get("q", "").strip()[:60],
            mine=bool(words_of(request, "mine", ["1"])),
        )
        found = list(rows[offset : offset + limit + 1])
        more = offset + limit if len(found) > limit else None
        entries = watch_rows(actor, found[:limit])
        return Response({"entries": entries, "next_offset": more, "counts": watch_counts(actor)})

    @extend_schema(
        operation_id="recognition_watch_apply",
        request=OrderIn,
        responses={201: dict, 200: dict},
        parameters=[IDEMPOTENCY_PARAMETER],
    )
    def post(self, request: Request) -> Response:
        """Apply; another person has to check and approve."""
        actor = actor_for_request(request)
        body = OrderIn(data=request.data)
        body.is_valid(raise_exception=True)
        asked = dict(body.validated_data)
        uid = asked.pop("organisation")
        organisation = organisations_visible_to(actor).filter(uid=uid).first()
        if organisation is None:
            raise InvalidInput(
                _("没有这个机构"), field="organisation", value=str(uid), cure=_("请从您可见的机构中选择")
            )
        order = services.WatchOrder(**asked)
        return answered(
            request,
            f"user:{actor.user_id}",
            lambda: watch_summary(services.watch_apply(actor=actor, organisation=organisation, order=order)),
        )


class _WatchStep(APIView):
    """One step of an entry's life."""

    data_class = DataClass.WATCHLIST
    body_class: ClassVar[type[serializers.Serializer]] = WordsIn

    def step(self, request: Request, uid: uuid.UUID, service: Callable[..., Any]) -> Response:
        """The entry afterwards, plate masked."""
        body = self.body_class(data=request.data)
        body.is_valid(raise_exception=True)
        entry = service(actor=actor_for_request(request), uid=uid, **body.validated_data)
        return Response(watch_summary(entry))


class WatchCheckApi(_WatchStep):
    """A first look by another person."""

    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.CREATE}

    @extend_schema(operation_id="recognition_watch_check", request=WordsIn, responses={200: dict})
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """Checked; 409 `same_person` for whoever asked."""
        return self.step(request, uid, services.watch_check)


class WatchDecideApi(_WatchStep):
    """Approve or refuse what is asked for."""

    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.APPROVE}
    body_class = DecisionIn

    @extend_schema(operation_id="recognition_watch_decide", request=DecisionIn, responses={200: dict})
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """Decided; 409 `same_person` for whoever asked."""
        return self.step(request, uid, services.watch_decide)


class WatchChangeApi(_WatchStep):
    """Ask for other terms."""

    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.CREATE}
    body_class = ChangeIn

    @extend_schema(operation_id="recognition_watch_change", request=ChangeIn, responses={200: dict})
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """The old terms hold until another person approves."""
        return self.step(request, uid, services.watch_change)


class WatchWithdrawApi(_WatchStep):
    """Ask for the end of an entry."""

    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.CREATE}

    @extend_schema(operation_id="recognition_watch_withdraw", request=WordsIn, responses={200: dict})
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """In force until another person approves."""
        return self.step(request, uid, lambda *, words, **rest: services.watch_withdraw(reason=words, **rest))


class WatchLookApi(APIView):
    """An entry with its plate in clear."""

    data_class = DataClass.WATCHLIST
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.VIEW}

    @extend_schema(operation_id="recognition_watch_look", request=WordsIn, responses={200: dict})
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """With a reason in `words`, which is audited with who asked."""
        body = WordsIn(data=request.data)
        body.is_valid(raise_exception=True)
        actor = actor_for_request(request)
        entry = services.watch_look(actor=actor, uid=uid, reason=body.validated_data["words"])
        return Response(watch_sheet(actor, entry))
