"""`/api/v1/recognition/watch/import/`: a table of applications, with what is wrong in which row."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.errors import InvalidInput, TooLarge
from recognition import services
from recognition.services.importing import MOST_BYTES
from stations.selectors import actor_for_request, organisations_visible_to
from stations.types import DataClass, Verb

SHOWN = 100


class WatchImportIn(serializers.Serializer):
    """The table, for whom, and whether it is only tried."""

    file = serializers.FileField()
    organisation = serializers.UUIDField()
    dry_run = serializers.BooleanField(required=False, default=True)


class WatchImportApi(APIView):
    """Many applications at once."""

    data_class = DataClass.WATCHLIST
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.CREATE}
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="recognition_watch_import",
        request={"multipart/form-data": WatchImportIn},
        responses={200: dict},
    )
    def post(self, request: Request) -> Response:
        """Counts and the first refused rows; `dry_run` (the default) checks every row and saves nothing."""
        actor = actor_for_request(request)
        body = WatchImportIn(data=request.data)
        body.is_valid(raise_exception=True)
        asked: dict[str, Any] = dict(body.validated_data)
        organisation = organisations_visible_to(actor).filter(uid=asked["organisation"]).first()
        if organisation is None:
            raise InvalidInput(_("没有这个机构"), field="organisation", cure=_("请从您可见的机构中选择"))
        if asked["file"].size > MOST_BYTES:
            raise TooLarge(_("文件过大"), field="file", value=asked["file"].size, cure=_("分成几份，每份不超过 2 MiB"))
        run = services.watch_import(
            actor=actor, organisation=organisation, name=str(asked["file"].name), data=asked["file"].read(),
            dry_run=asked["dry_run"],
        )  # fmt: skip
        errors = [
            {"line": row.line, "field": row.field, "value": row.value, "message": row.message, "cure": row.cure}
            for row in run.errors.order_by("line")[:SHOWN]
        ]
        return Response(
            {
                "dry_run": run.dry_run,
                "total": run.total,
                "accepted": run.accepted,
                "rejected": run.rejected,
                "ignored_columns": run.report.get("ignored_columns", []),
                "errors": errors,
            }
        )
