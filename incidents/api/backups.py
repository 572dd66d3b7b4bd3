"""`/api/v1/backups/`: what the desk does with a crew's call for help. The crew itself asks at its assignment."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.errors import NotFound
from incidents import services
from incidents.api.serializers import SettleIn
from incidents.selectors import backup_summary, backups_visible_to
from stations.selectors import actor_for_request
from stations.types import Actor, DataClass, Verb


def _seen(actor: Actor, uid: str) -> None:
    """Raises NotFound for a card that the actor may not see."""
    if not backups_visible_to(actor).filter(uid=uid).exists():
        raise NotFound(_("没有这条增援请求"), field="backup", value=str(uid))


class BackupTakeApi(APIView):
    """Answer for it, by name."""

    data_class = DataClass.ASSIGNMENT
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.DISPATCH}

    @extend_schema(operation_id="backups_take", request=None, responses={200: dict})
    def post(self, request: Request, uid: str) -> Response:
        """The card afterwards; 409 naming who was quicker."""
        actor = actor_for_request(request)
        _seen(actor, uid)
        return Response(backup_summary(services.backup_take(actor=actor, backup_uid=str(uid))))


class BackupAnswerApi(APIView):
    """Say how it was answered."""

    data_class = DataClass.ASSIGNMENT
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.DISPATCH}

    @extend_schema(operation_id="backups_answer", request=SettleIn, responses={200: dict})
    def post(self, request: Request, uid: str) -> Response:
        """`text`: what the crew is told. The card afterwards."""
        actor = actor_for_request(request)
        body = SettleIn(data=request.data)
        body.is_valid(raise_exception=True)
        _seen(actor, uid)
        backup = services.backup_answer(actor=actor, backup_uid=str(uid), text=body.validated_data["text"])
        return Response(backup_summary(backup))
