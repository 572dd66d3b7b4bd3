"""`/api/v1/statistics/segments/` (a chief's own figures) and `/api/v1/months/sign/` (a general chief's signature)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.api.filters import uuid_of
from core.errors import Forbidden
from incidents import services
from incidents.selectors import segment_trend
from incidents.selectors.trend import Pair, segments_counted_for
from roads.selectors import local_date, segment_by_uid, segment_ids_of_chief
from stations.selectors import actor_for_request, organisation_root
from stations.types import DataClass, Verb


class MonthIn(serializers.Serializer):
    """A month by any of its days."""

    month = serializers.DateField()
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)


class SegmentTrendApi(APIView):
    """Figures of own segments."""

    data_class = DataClass.STATISTICS
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}
    published = False

    @extend_schema(
        operation_id="statistics_segments",
        parameters=[OpenApiParameter("segment", str, description="one segment; without it all that the actor holds")],
        responses={200: dict},
    )
    def get(self, request: Request) -> Response:
        """This year until today beside the same days of last year: total, months, kinds. `null` is not counted."""
        actor = actor_for_request(request)
        now = clock.now()
        if uid := uuid_of(request, "segment"):
            segment = segment_by_uid(uid)
            ids, zone = [segment.pk], segment.organisation.time_zone
            if not segments_counted_for(actor, ids):
                raise Forbidden(
                    _("您不是该路段的路长"), field="segment", value=str(uid), cure=_("请在“我的路段”中选择路段")
                )
        else:
            ids = segment_ids_of_chief(actor.person_id, now) if actor.person_id is not None else []
            zone = organisation_root().time_zone
        trend = segment_trend(actor=actor, segment_ids=ids, today=local_date(now, zone), zone=zone)
        return Response(
            {
                "from": trend.first.isoformat(),
                "to": trend.last.isoformat(),
                "counted_since": trend.since.isoformat() if trend.since else None,
                "segments": len(ids),
                "total": _pair(trend.total),
                "months": [{"month": month, **_pair(pair)} for month, pair in trend.months],
                "kinds": [{"kind": name, **_pair(pair)} for name, pair in trend.kinds],
            }
        )


def _pair(pair: Pair) -> dict[str, Any]:
    return {"this_year": pair.this, "last_year": pair.last, "change_percent": pair.change_percent}


class MonthSignApi(APIView):
    """Sign a month off."""

    data_class = DataClass.STATISTICS
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.VIEW_OWN}
    published = False

    @extend_schema(operation_id="months_sign", request=MonthIn, responses={201: dict})
    def post(self, request: Request) -> Response:
        """201 with the figures that were signed; 409 for the same month on the same day."""
        body = MonthIn(data=request.data)
        body.is_valid(raise_exception=True)
        row = services.month_sign(actor=actor_for_request(request), **body.validated_data)
        answer = {"month": f"{row.month:%Y-%m}", "signed_at": row.signed_at.isoformat(), "name": row.person_name}
        return Response({**answer, "note": row.note, "figures": row.figures}, status=201)
