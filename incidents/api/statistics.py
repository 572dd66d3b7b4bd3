"""`/api/v1/statistics/incidents/`: figures by day, kind or grade. `…/timeliness/`: the eight rates."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from io import StringIO
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.errors import Forbidden, InvalidInput
from incidents.statistics.counting import days_check
from incidents.statistics.figures import By, incident_figures
from incidents.statistics.timeliness import timeliness
from stations.selectors import actor_for_request, organisations_visible_to
from stations.types import Actor, DataClass, Verb

DAYS_AT_MOST = 400
DAYS_USUALLY = 7


class IncidentFiguresApi(APIView):
    """Figures of incidents, for who may view statistics."""

    data_class = DataClass.STATISTICS
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(
        operation_id="statistics_incidents",
        parameters=[
            OpenApiParameter("from", OpenApiTypes.DATE),
            OpenApiParameter("to", OpenApiTypes.DATE),
            OpenApiParameter("organisation", OpenApiTypes.UUID),
            OpenApiParameter("by", str, enum=[each.value for each in By]),
        ],
        responses={200: dict},
    )
    def get(self, request: Request) -> Response:
        """What became of the incidents received on these local dates (both inclusive; the last seven days unless said),
        by `by`, with how old the figures are.
        """
        actor = actor_for_request(request)
        if not actor.may(Verb.VIEW, DataClass.STATISTICS):
            raise Forbidden(_("您的角色不允许此操作"), field=DataClass.STATISTICS.value, value=Verb.VIEW.value)
        first, last = _range(request)
        return Response(
            incident_figures(
                actor=actor, first=first, last=last, by=_by(request), organisation=_organisation(actor, request)
            )
        )


class TimelinessApi(APIView):
    """The eight timeliness rates, for who may view statistics."""

    data_class = DataClass.STATISTICS
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(
        operation_id="statistics_timeliness",
        parameters=[
            OpenApiParameter("from", OpenApiTypes.DATE),
            OpenApiParameter("to", OpenApiTypes.DATE),
            OpenApiParameter("organisation", OpenApiTypes.UUID),
            OpenApiParameter("as", str, enum=["json", "csv"]),
        ],
        responses={200: dict},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """On time, late, not done, total and rate of each, by department, of what began on these local dates (both
        inclusive; the last seven days unless said). `as=csv`: one line a department and rate, for spreadsheets.
        """
        actor = actor_for_request(request)
        if not actor.may(Verb.VIEW, DataClass.STATISTICS):
            raise Forbidden(_("您的角色不允许此操作"), field=DataClass.STATISTICS.value, value=Verb.VIEW.value)
        first, last = _range(request)
        shown = timeliness(actor=actor, first=first, last=last, organisation=_organisation(actor, request))
        return _as_table(shown) if request.query_params.get("as") == "csv" else Response(shown)


def _as_table(shown: dict[str, Any]) -> HttpResponse:
    """With a byte-order mark: what opens tables in offices takes bare UTF-8 for something else."""
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow([_("部门"), _("指标"), _("及时"), _("逾期"), _("未办"), _("合计"), _("及时率")])
    every = [(one["name"] or one["path"], one["rates"]) for one in shown["departments"]]
    for name, rates in [*every, (_("全部"), shown["total"])]:
        for rate in shown["rates"]:
            counts = rates[rate["code"]]
            share = "" if counts["rate"] is None else f"{counts['rate'] * 100:.1f}%"
            rows.writerow(
                [name, rate["name"], counts["on_time"], counts["late"], counts["not_done"], counts["total"], share]
            )
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="timeliness-{shown["from"]}-{shown["to"]}.csv"'
    return answer


def _range(request: Request) -> tuple[date, date]:
    last = _day(request, "to") or timezone.localdate(clock.now())
    first = _day(request, "from") or last - timedelta(days=DAYS_USUALLY - 1)
    days_check(first, last, most=DAYS_AT_MOST)
    return first, last


def _day(request: Request, name: str) -> date | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise InvalidInput(_("日期无效"), field=name, value=text[:40], cure="2026-11-21")
    return day


def _by(request: Request) -> By:
    text = request.query_params.get("by", By.DAY.value)
    try:
        return By(text)
    except ValueError as problem:
        raise InvalidInput(
            _("未知的取值"), field="by", value=text[:40], cure="、".join(each.value for each in By)
        ) from problem


def _organisation(actor: Actor, request: Request) -> Any:
    """The organisation asked for, with figures that the actor may see. Raises InvalidInput for any other."""
    text = request.query_params.get("organisation")
    if text is None:
        return None
    try:
        found = organisations_visible_to(actor).filter(uid=text).first()
    except ValidationError:
        found = None
    if found is None or not actor.may(Verb.VIEW, DataClass.STATISTICS, found.path):
        raise InvalidInput(_("没有这个机构"), field="organisation", value=text[:40], cure=_("请从您可见的机构中选择"))
    return found
