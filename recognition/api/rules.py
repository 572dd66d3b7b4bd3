"""`/api/v1/recognition/rules/`: rules of passage of key vehicles; `…/passages/replay/`: one checkpoint's hour."""

from __future__ import annotations

import json
import uuid
from typing import Any, ClassVar

from django.contrib.gis.geos import GEOSException, GEOSGeometry, MultiPolygon, Polygon
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.errors import InvalidInput
from core.geo.srid import STORE_SRID
from recognition import services
from recognition.models import PassageRule
from recognition.selectors import passage_rules_visible_to
from stations.selectors import actor_for_request, organisations_visible_to
from stations.types import DataClass, Verb


class RuleIn(serializers.Serializer):
    """A rule; one of this organisation and name is changed. `area`: GeoJSON polygon, WGS-84; none: everywhere."""

    organisation = serializers.UUIDField()
    name = serializers.CharField(max_length=60)
    kind = serializers.ChoiceField(choices=["forbidden", "route"], default="forbidden")
    uses = serializers.ListField(child=serializers.CharField(max_length=12), min_length=1, max_length=10)
    days = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=6), max_length=7, default=list)
    since = serializers.TimeField()
    until = serializers.TimeField()
    valid_from = serializers.DateField()
    valid_until = serializers.DateField(required=False, allow_null=True, default=None)
    area = serializers.JSONField(required=False, allow_null=True, default=None)


def _area(given: Any) -> MultiPolygon | None:
    """Raises InvalidInput for anything but a valid polygon or several."""
    if given is None:
        return None
    try:
        found = GEOSGeometry(json.dumps(given), srid=STORE_SRID)
    except (GEOSException, ValueError, TypeError) as problem:
        raise InvalidInput(_("范围不是有效的多边形"), field="area", cure="GeoJSON Polygon / MultiPolygon") from problem
    several = MultiPolygon(found, srid=STORE_SRID) if isinstance(found, Polygon) else found
    if not isinstance(several, MultiPolygon) or several.empty or not several.valid:
        raise InvalidInput(_("范围不是有效的多边形"), field="area", cure="GeoJSON Polygon / MultiPolygon")
    return several


def _shown(rule: PassageRule) -> dict[str, Any]:
    return {
        "uid": str(rule.uid),
        "name": rule.name,
        "kind": rule.kind,
        "uses": rule.uses,
        "days": rule.days,
        "since": rule.since,
        "until": rule.until,
        "valid_from": rule.valid_from,
        "valid_until": rule.valid_until,
        "area": json.loads(rule.area.json) if rule.area is not None else None,
    }


class RulesApi(APIView):
    """The rules."""

    data_class = DataClass.WATCHLIST
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW, "POST": Verb.CREATE}

    @extend_schema(operation_id="recognition_rules", responses={200: dict})
    def get(self, request: Request) -> Response:
        """By name."""
        rules = passage_rules_visible_to(actor_for_request(request)).order_by("name", "id")
        return Response({"rules": [_shown(rule) for rule in rules]})

    @extend_schema(operation_id="recognition_rule_put", request=RuleIn, responses={200: dict})
    def post(self, request: Request) -> Response:
        """Write or change one."""
        body = RuleIn(data=request.data)
        body.is_valid(raise_exception=True)
        asked = dict(body.validated_data)
        actor, uid = actor_for_request(request), asked.pop("organisation")
        organisation = organisations_visible_to(actor).filter(uid=uid).first()
        if organisation is None:
            raise InvalidInput(
                _("没有这个机构"), field="organisation", value=str(uid), cure=_("请从您可见的机构中选择")
            )
        order = services.RuleOrder(**{**asked, "area": _area(asked["area"])})
        return Response(_shown(services.passage_rule_put(actor=actor, organisation=organisation, order=order)))


class RuleEndApi(APIView):
    """A rule that shall hold no more."""

    data_class = DataClass.WATCHLIST
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.CREATE}

    @extend_schema(operation_id="recognition_rule_end", request=None, responses={200: dict})
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """From today on."""
        return Response(_shown(services.passage_rule_end(actor=actor_for_request(request), uid=uid)))


class ReplayIn(serializers.Serializer):
    """Which hour of which checkpoint, why, and under which case."""

    checkpoint = serializers.CharField(max_length=40)
    since = serializers.DateTimeField()
    reason = serializers.CharField(max_length=300)
    case = serializers.CharField(max_length=60)


class ReplayApi(APIView):
    """One checkpoint's hour again."""

    data_class = DataClass.PASSAGE
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.LOOKUP}

    @extend_schema(operation_id="recognition_passages_replay", request=ReplayIn, responses={200: dict})
    def post(self, request: Request) -> Response:
        """In order of time; audited with reason and case. `more`: there were more than one answer takes."""
        body = ReplayIn(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(services.checkpoint_hour(actor=actor_for_request(request), **body.validated_data))
