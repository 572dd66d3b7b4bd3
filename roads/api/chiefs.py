"""/api/v1/chiefs/: levels, appointments, deputies, leave. One class per action."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.filters import uuid_of
from core.errors import NotFound
from roads import services
from roads.api.base import PAGE_PARAMETERS, WRITE_PARAMETERS, RoadView, moment_of, organisation_of, person_of
from roads.api.shapes import assignment_json, span
from roads.models import ChiefAssignment, ChiefLevel
from roads.selectors import assignments_visible_to, level_for, segment_by_uid
from stations.selectors import path_filter
from stations.types import Actor, DataClass, Verb


class LevelIn(serializers.Serializer):
    """A level of the scheme; 1 is the highest."""

    organisation = serializers.UUIDField()
    rank = serializers.IntegerField()
    name = serializers.CharField(max_length=40)
    colour = serializers.CharField(max_length=20, required=False, allow_blank=True)
    escalation_s = serializers.IntegerField(min_value=1, required=False)
    is_public = serializers.BooleanField(required=False, allow_null=True, default=None)
    inspect_every = serializers.CharField(max_length=5, required=False, allow_blank=True, allow_null=True, default=None)
    sees_districts = serializers.BooleanField(required=False, allow_null=True, default=None)


class AssignIn(serializers.Serializer):
    """An appointment; `level` is the rank."""

    segment = serializers.UUIDField()
    level = serializers.IntegerField()
    person = serializers.UUIDField()
    starts_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    duty_phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    duty_hours = serializers.CharField(max_length=100, required=False, allow_blank=True)
    duties = serializers.CharField(max_length=300, required=False, allow_blank=True)


class EndIn(serializers.Serializer):
    """When; now by default."""

    at = serializers.DateTimeField(required=False, allow_null=True)


class DutyHoursIn(serializers.Serializer):
    """When the duty phone is answered; empty: at all hours."""

    duty_hours = serializers.CharField(max_length=100, allow_blank=True, default="")


class DeputyIn(serializers.Serializer):
    """A deputy."""

    person = serializers.UUIDField()
    starts_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    order = serializers.IntegerField(min_value=1, max_value=9, required=False)
    duty_phone = serializers.CharField(max_length=40, required=False, allow_blank=True)


def _assignment(actor: Actor, uid: uuid.UUID) -> ChiefAssignment:
    found = assignments_visible_to(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这项任命"), field="assignment", value=str(uid))
    return found


class LevelCollection(RoadView):
    """Levels of the scheme."""

    data_class = DataClass.CHIEF
    published = False
    verbs = {"GET": Verb.VIEW, "POST": Verb.CREATE}

    @extend_schema(operation_id="chief_levels_list", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Of the organisations in the actor's scope."""
        visible = path_filter(self.actor, Verb.VIEW, DataClass.CHIEF, field="organisation__path")
        rows = ChiefLevel.objects.filter(visible).select_related("organisation")
        return self.page(rows.order_by("organisation__path", "rank"), _level_json)

    @extend_schema(
        operation_id="chief_levels_create",
        parameters=WRITE_PARAMETERS,
        request=LevelIn,
        responses={201: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Name a level."""
        data = self.checked(LevelIn)
        organisation = organisation_of(self.actor, data.pop("organisation"))
        return self.written(
            lambda: _level_json(services.chief_level_create(actor=self.actor, organisation=organisation, **data))
        )


def _level_json(level: ChiefLevel) -> dict[str, Any]:
    return {
        "rank": level.rank,
        "name": level.name,
        "colour": level.colour,
        "escalation_s": level.escalation_s,
        "is_public": level.is_public,
        "inspect_every": level.inspect_every,
        "sees_districts": level.sees_districts,
        "organisation": str(level.organisation.uid),
    }


class ChiefCollection(RoadView):
    """Appointments."""

    data_class = DataClass.CHIEF
    published = False
    verbs = {"GET": Verb.VIEW, "POST": Verb.CREATE}

    @extend_schema(
        operation_id="chiefs_list",
        parameters=[
            *PAGE_PARAMETERS,
            OpenApiParameter("segment", OpenApiTypes.UUID),
            OpenApiParameter("person", OpenApiTypes.UUID),
            OpenApiParameter("at", OpenApiTypes.DATETIME, description="in force then; `all` for every one"),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Appointments in force at a moment (now by default); `?at=all` shows past and future ones too."""
        rows = assignments_visible_to(self.actor)
        if request.query_params.get("at") != "all":
            rows = rows.filter(valid__contains=moment_of(request, "at") or clock.now())
        for name in ("segment", "person"):
            if uid := uuid_of(request, name):
                rows = rows.filter(**{f"{name}__uid": uid})
        return self.page(rows, assignment_json)

    @extend_schema(
        operation_id="chiefs_assign",
        parameters=WRITE_PARAMETERS,
        request=AssignIn,
        responses={201: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Appoint; 409 names who holds the metres already."""
        data = self.checked(AssignIn)
        return self.written(lambda: self._assigned(data))

    def _assigned(self, data: dict[str, Any]) -> dict[str, Any]:
        segment = segment_by_uid(data.pop("segment"))
        row = services.chief_assign(
            actor=self.actor,
            segment=segment,
            level=level_for(segment.organisation, data.pop("level")),
            person=person_of(self.actor, data.pop("person")),
            starts_at=data.pop("starts_at", None) or clock.now(),
            **data,
        )
        return assignment_json(row)


class ChiefEnd(RoadView):
    """End an appointment."""

    data_class = DataClass.CHIEF
    published = False
    verbs = {"POST": Verb.CHANGE}

    @extend_schema(operation_id="chiefs_end", parameters=WRITE_PARAMETERS, request=EndIn, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """The past stays answerable."""
        at = self.checked(EndIn).get("at")
        return self.written(lambda: self._ended(uid, at), status=200)

    def _ended(self, uid: uuid.UUID, at: datetime | None) -> dict[str, Any]:
        _assignment(self.actor, uid)
        services.chief_assignment_end(actor=self.actor, assignment_uid=str(uid), at=at)
        return assignment_json(_assignment(self.actor, uid))


class ChiefDuty(RoadView):
    """The hours of a duty contact."""

    data_class = DataClass.CHIEF
    published = False
    # Chiefs set their own hours, so the door asks for sight only; the service asks for the right to change others'.
    verbs = {"POST": Verb.VIEW}

    @extend_schema(
        operation_id="chiefs_duty", parameters=WRITE_PARAMETERS, request=DutyHoursIn, responses=OpenApiTypes.OBJECT
    )
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """`周一至周五 08:00-18:00`, `每天 06:00-22:00`, …; pages and boards follow at once."""
        data = self.checked(DutyHoursIn)
        return self.written(lambda: self._changed(uid, data), status=200)

    def _changed(self, uid: uuid.UUID, data: dict[str, Any]) -> dict[str, Any]:
        _assignment(self.actor, uid)
        services.chief_duty_change(actor=self.actor, assignment_uid=str(uid), **data)
        return assignment_json(_assignment(self.actor, uid))


class DeputyCollection(RoadView):
    """Deputies of an appointment."""

    data_class = DataClass.CHIEF
    published = False
    verbs = {"GET": Verb.VIEW, "POST": Verb.CREATE}

    @extend_schema(operation_id="chief_deputies_list", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, uid: uuid.UUID) -> Response:
        """In order."""
        rows = _assignment(self.actor, uid).deputies.select_related("person").order_by("order", "pk")
        return self.page(rows, _deputy_json)

    @extend_schema(
        operation_id="chief_deputies_create",
        parameters=WRITE_PARAMETERS,
        request=DeputyIn,
        responses={201: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """Appoint one."""
        data = self.checked(DeputyIn)
        return self.written(lambda: self._appointed(uid, data))

    def _appointed(self, uid: uuid.UUID, data: dict[str, Any]) -> dict[str, Any]:
        row = services.deputy_appoint(
            actor=self.actor,
            assignment=_assignment(self.actor, uid),
            person=person_of(self.actor, data.pop("person")),
            starts_at=data.pop("starts_at", None) or clock.now(),
            **data,
        )
        return _deputy_json(row)


def _deputy_json(row: Any) -> dict[str, Any]:
    phone = row.duty_phone or row.person.duty_phone
    return {"person": str(row.person.uid), "name": row.person.name, "order": row.order, "duty_phone": phone,
            **span(row.valid)}  # fmt: skip
