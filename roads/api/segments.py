"""/api/v1/segments/: who answers for which stretch, and cutting, joining, retiring. One class per action."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Q
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.filters import uuid_of, words_of
from roads import services
from roads.api.base import (
    BBOX_PARAMETER,
    PAGE_PARAMETERS,
    WRITE_PARAMETERS,
    RoadView,
    area_of,
    feature,
    frame_of,
    moment_of,
    organisation_of,
    organisation_within,
)
from roads.api.shapes import closure_feature, review_json, segment_features, segment_summary
from roads.models import ReviewItem, Segment
from roads.selectors import (
    axis_by_uid,
    chains_at,
    closures_of_segment,
    heirs_of,
    public_chain,
    review_items_visible_to,
    segment_by_uid,
    segments_visible_to,
    segments_without_chief,
    segments_without_geometry,
)
from stations.types import DataClass, Verb

SIDES = ("both", "down", "up")


class SegmentIn(serializers.Serializer):
    """A new segment: metres of an axis, or an area (GeoJSON, WGS-84) for a bundle of village roads."""

    organisation = serializers.UUIDField()
    code = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=200)
    axis = serializers.UUIDField(required=False, allow_null=True)
    from_m = serializers.FloatField(required=False, allow_null=True)
    to_m = serializers.FloatField(required=False, allow_null=True)
    side = serializers.ChoiceField(SIDES, default="both")
    area = serializers.DictField(required=False, allow_null=True)
    patrol_every_days = serializers.IntegerField(min_value=1, max_value=366, required=False)


class CutIn(serializers.Serializer):
    """Where to cut (metres of the axis) and what the pieces are called."""

    at_metres = serializers.ListField(child=serializers.FloatField(), min_length=1, max_length=50)
    names = serializers.ListField(child=serializers.CharField(max_length=200), min_length=2, max_length=51)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class JoinIn(serializers.Serializer):
    """Which neighbours become one."""

    segments = serializers.ListField(child=serializers.UUIDField(), min_length=2, max_length=50)
    code = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=200)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class NoteIn(serializers.Serializer):
    """Why."""

    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


def segment_detail(segment: Segment) -> dict[str, Any]:
    """Everything the public may know of a segment: chain, stations' phones, closures, and heirs of an old one."""
    now = clock.now()
    in_force = now in segment.valid
    properties = {
        **segment_summary(segment),
        "state": "in_force"
        if in_force
        else "ended"
        if segment.valid.upper and segment.valid.upper <= now
        else "future",
        "chain": public_chain(chains_at([segment.pk], now).get(segment.pk, ())) if in_force else [],
        "station_phone": segment.organisation.duty_phone,
        "supervision_phone": segment.organisation.supervision_phone,
        "closures": [closure_feature(closure) for closure in closures_of_segment(segment)] if in_force else [],
        "heirs": [
            {"uid": str(heir.uid), "code": heir.code, "name": heir.name, "from_m": heir.from_m, "to_m": heir.to_m}
            for heir in ([] if in_force else heirs_of(segment))
        ],
    }
    return feature(segment.uid, segment.geom or segment.area, properties)


class SegmentCollection(RoadView):
    """List and create."""

    data_class = DataClass.SEGMENT
    verbs = {"GET": Verb.VIEW, "POST": Verb.CREATE}
    public = True

    @extend_schema(
        operation_id="segments_list",
        parameters=[
            *PAGE_PARAMETERS,
            BBOX_PARAMETER,
            OpenApiParameter("q", str),
            OpenApiParameter("organisation", str, description="code"),
            OpenApiParameter("axis", OpenApiTypes.UUID),
            OpenApiParameter("at", OpenApiTypes.DATETIME),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Segments in force, as GeoJSON, each with its published chief."""
        at = moment_of(request, "at") or clock.now()
        rows = segments_visible_to(self.actor, at)
        if code := request.query_params.get("organisation"):
            rows = rows.filter(**organisation_within(self.actor, "organisation__path", code))
        if axis := uuid_of(request, "axis"):
            rows = rows.filter(axis=axis_by_uid(axis))
        if text := request.query_params.get("q"):
            rows = rows.filter(Q(name__icontains=text) | Q(code__icontains=text))
        if (frame := frame_of(request)) is not None:
            rows = rows.filter(Q(geom__bboverlaps=frame) | Q(area__bboverlaps=frame))
        rows = segments_without_geometry(rows)
        return self.features(rows, lambda page: segment_features(page, chains_at((s.pk for s in page), at)))

    @extend_schema(parameters=WRITE_PARAMETERS, request=SegmentIn, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """Create one."""
        data = self.checked(SegmentIn)
        return self.written(lambda: self._created(data))

    def _created(self, data: dict[str, Any]) -> dict[str, Any]:
        axis = data.pop("axis", None)
        segment = services.segment_create(
            actor=self.actor,
            organisation=organisation_of(self.actor, data.pop("organisation")),
            axis=None if axis is None else axis_by_uid(axis),
            area=area_of(data.pop("area", None)),
            sides=data.pop("side"),
            **data,
        )
        return segment_detail(segment_by_uid(segment.uid))


class SegmentItem(RoadView):
    """One segment, in force or old."""

    data_class = DataClass.SEGMENT
    verbs = {"GET": Verb.VIEW}
    public = True

    @extend_schema(operation_id="segments_retrieve", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, uid: uuid.UUID) -> Response:
        """Its chain with duty contacts, phones, closures now; an old one names its heirs."""
        return Response(segment_detail(segment_by_uid(uid)))


class SegmentCut(RoadView):
    """Cut a segment."""

    data_class = DataClass.SEGMENT
    verbs = {"POST": Verb.CHANGE}

    @extend_schema(
        operation_id="segments_cut", parameters=WRITE_PARAMETERS, request=CutIn, responses={201: OpenApiTypes.OBJECT}
    )
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """The old one ends now; its chiefs answer for every piece."""
        data = self.checked(CutIn)
        return self.written(lambda: self._cut(uid, data))

    def _cut(self, uid: uuid.UUID, data: dict[str, Any]) -> dict[str, Any]:
        pieces = services.segment_cut(actor=self.actor, segment_uid=str(uid), **data)
        found = [segment_detail(segment_by_uid(piece.uid)) for piece in pieces]
        return {"type": "FeatureCollection", "features": found}


class SegmentJoin(RoadView):
    """Join segments."""

    data_class = DataClass.SEGMENT
    verbs = {"POST": Verb.CHANGE}

    @extend_schema(
        operation_id="segments_join", parameters=WRITE_PARAMETERS, request=JoinIn, responses={201: OpenApiTypes.OBJECT}
    )
    def post(self, request: Request) -> Response:
        """Neighbours of one axis and side become one."""
        data = self.checked(JoinIn)
        return self.written(lambda: self._joined(data))

    def _joined(self, data: dict[str, Any]) -> dict[str, Any]:
        uids = [str(uid) for uid in data.pop("segments")]
        joined = services.segment_join(actor=self.actor, segment_uids=uids, **data)
        return segment_detail(segment_by_uid(joined.uid))


class SegmentRetire(RoadView):
    """End a segment."""

    data_class = DataClass.SEGMENT
    verbs = {"POST": Verb.CHANGE}

    @extend_schema(
        operation_id="segments_retire", parameters=WRITE_PARAMETERS, request=None, responses=OpenApiTypes.OBJECT
    )
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """Nobody answers for it from now on."""
        return self.written(lambda: self._retired(uid), status=200)

    def _retired(self, uid: uuid.UUID) -> dict[str, Any]:
        segment = services.segment_retire(actor=self.actor, segment_uid=str(uid))
        return segment_detail(segment_by_uid(segment.uid))


class SegmentsWithoutChief(RoadView):
    """The gaps."""

    data_class = DataClass.CHIEF
    published = False
    verbs = {"GET": Verb.VIEW}

    @extend_schema(operation_id="segments_without_chief", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Segments of the actor's own scope that have no chief of any level now."""
        paths = self.actor.scope_paths(Verb.VIEW, DataClass.CHIEF)
        found = segments_without_chief(moment_of(request, "at") or clock.now(), paths)
        return Response({"type": "FeatureCollection", "count": len(found), "features": segment_features(found, {})})


class ReviewCollection(RoadView):
    """What a person must look at."""

    data_class = DataClass.SEGMENT
    verbs = {"GET": Verb.CHANGE}

    @extend_schema(
        operation_id="review_items_list",
        parameters=[*PAGE_PARAMETERS, OpenApiParameter("kind", str), OpenApiParameter("settled", bool)],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Open questions, newest first; `?settled=true` for the others."""
        settled = request.query_params.get("settled", "").lower() in ("1", "true")
        rows = review_items_visible_to(self.actor).filter(settled_at__isnull=not settled)
        if kinds := words_of(request, "kind", ReviewItem.Kind.values):
            rows = rows.filter(kind__in=kinds)
        return self.page(rows, review_json)


class ReviewSettle(RoadView):
    """Take a question off the list."""

    data_class = DataClass.SEGMENT
    verbs = {"POST": Verb.CHANGE}

    @extend_schema(
        operation_id="review_items_settle", parameters=WRITE_PARAMETERS, request=NoteIn, responses=OpenApiTypes.OBJECT
    )
    def post(self, request: Request, item_id: int) -> Response:
        """Settled by whom is kept."""
        note = self.checked(NoteIn).get("note", "")
        return self.written(
            lambda: review_json(services.review_settle(actor=self.actor, item_id=item_id, note=note)), status=200
        )
