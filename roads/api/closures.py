"""/api/v1/closures/: what is closed or slowed; in force within a second."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import InvalidInput
from roads import services
from roads.api.base import (
    BBOX_PARAMETER,
    PAGE_PARAMETERS,
    WRITE_PARAMETERS,
    RoadView,
    frame_of,
    moment_of,
    organisation_of,
)
from roads.api.shapes import closure_feature
from roads.models import Closure, RoadAxis
from roads.selectors import axis_by_uid, closures_in_force, points_of_chainage
from stations.types import DataClass, Verb


class ClosureIn(serializers.Serializer):
    """A closure: metres of an axis, two chainages (`G98 K12+300`), or edges of the network in force."""

    organisation = serializers.UUIDField()
    kind = serializers.CharField(max_length=10)
    reason = serializers.CharField(max_length=200)
    axis = serializers.UUIDField(required=False, allow_null=True)
    from_m = serializers.FloatField(required=False, allow_null=True)
    to_m = serializers.FloatField(required=False, allow_null=True)
    from_chainage = serializers.CharField(max_length=80, required=False)
    to_chainage = serializers.CharField(max_length=80, required=False)
    side = serializers.ChoiceField(("both", "down", "up"), default="both")
    edge_nos = serializers.ListField(child=serializers.IntegerField(min_value=0), max_length=2000, required=False)
    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    penalty_s = serializers.FloatField(min_value=0, max_value=86_400, required=False)
    who_may_pass = serializers.ListField(child=serializers.CharField(max_length=20), max_length=20, required=False)


class ClosureCollection(RoadView):
    """List and create."""

    data_class = DataClass.CLOSURE
    verbs = {"GET": Verb.VIEW, "POST": Verb.CREATE}
    public = True

    @extend_schema(
        operation_id="closures_list",
        parameters=[*PAGE_PARAMETERS, BBOX_PARAMETER, OpenApiParameter("at", OpenApiTypes.DATETIME)],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """In force at a moment (now by default), as GeoJSON."""
        rows = closures_in_force(moment_of(request, "at"))
        if (frame := frame_of(request)) is not None:
            rows = rows.filter(geom__bboverlaps=frame)
        return self.features(rows, lambda page: [closure_feature(closure) for closure in page])

    @extend_schema(parameters=WRITE_PARAMETERS, request=ClosureIn, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """Close or slow a stretch."""
        data = self.checked(ClosureIn)
        return self.written(lambda: self._created(data))

    def _created(self, data: dict[str, Any]) -> dict[str, Any]:
        ends = (data.pop("from_chainage", ""), data.pop("to_chainage", ""))
        if any(ends):
            data |= _between(*ends)
        elif data.get("axis"):
            data["axis"] = axis_by_uid(data["axis"])
        closure = services.closure_create(
            actor=self.actor,
            organisation=organisation_of(self.actor, data.pop("organisation")),
            sides=data.pop("side"),
            **data,
        )
        return closure_feature(closure)


def _between(begin: str, end: str) -> dict[str, Any]:
    """Axis and metres between two chainages of one road; where a number occurs twice, the shortest stretch."""
    found = []
    for first in points_of_chainage(begin):
        for second in points_of_chainage(end):
            if first.axis_id == second.axis_id and first.axis_m != second.axis_m:
                low, high = sorted((first.axis_m, second.axis_m))
                found.append((high - low, low, high, first.axis_id))
    if not found:
        raise InvalidInput(
            _("两个桩号不在同一条道路上，或是同一处"),
            field="to_chainage",
            value=f"{begin} – {end}",
            cure=_("请给出同一道路上的两个不同桩号"),
        )
    _length, low, high, axis_id = min(found)
    return {"axis": RoadAxis.objects.get(pk=axis_id), "from_m": low, "to_m": high}


class ClosureEnd(RoadView):
    """Open the road again."""

    data_class = DataClass.CLOSURE
    verbs = {"POST": Verb.CHANGE}

    @extend_schema(
        operation_id="closures_end", parameters=WRITE_PARAMETERS, request=None, responses=OpenApiTypes.OBJECT
    )
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """Now. Ending twice is harmless."""
        return self.written(lambda: self._ended(uid), status=200)

    def _ended(self, uid: uuid.UUID) -> dict[str, Any]:
        closure = services.closure_end(actor=self.actor, closure_uid=str(uid))
        return closure_feature(Closure.objects.select_related("organisation", "axis").get(pk=closure.pk))
