"""`/api/v1/chiefs/leave/`: leave of chiefs and who stands in. One class per action."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from roads import services
from roads.api.base import PAGE_PARAMETERS, WRITE_PARAMETERS, RoadView, person_of
from roads.api.shapes import span
from roads.models import ChiefLeave
from roads.selectors import deputies_allowed, leaves_of
from stations.types import Actor, DataClass, Verb


class LeaveIn(serializers.Serializer):
    """Leave of a chief."""

    person = serializers.UUIDField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    deputy = serializers.UUIDField(required=False, allow_null=True)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class LeaveChangeIn(serializers.Serializer):
    """Other times, another deputy."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    deputy = serializers.UUIDField(required=False, allow_null=True)


def _deputy_of(actor: Actor, person: Any, uid: Any) -> Any:
    """Whom a chief may name need not lie within the chief's own scope."""
    if uid is None:
        return None
    allowed = deputies_allowed(person).filter(uid=uid).first()
    return allowed if allowed is not None else person_of(actor, uid, "deputy")


def leave_json(leave: ChiefLeave) -> dict[str, Any]:
    """Leave as the API shows it."""
    answer = {
        "id": leave.pk,
        "person": str(leave.person.uid),
        "deputy": str(leave.deputy.uid) if leave.deputy else None,
        "deputy_name": leave.deputy.name if leave.deputy else "",
    }
    return {**answer, **span(leave.valid), "reason": leave.reason}


class LeaveCollection(RoadView):
    """Leave."""

    data_class = DataClass.CHIEF
    published = False
    # A chief sets their own leave, so the door asks for sight only; the service asks for the right to change others'.
    verbs = {"GET": Verb.VIEW, "POST": Verb.VIEW}

    @extend_schema(operation_id="chief_leave_list", parameters=PAGE_PARAMETERS, responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """The actor's own leave that runs or is planned."""
        return self.page(leaves_of(self.actor), leave_json)

    @extend_schema(
        operation_id="chief_leave_create",
        parameters=WRITE_PARAMETERS,
        request=LeaveIn,
        responses={201: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """The named deputy, or else the first one whose term covers it, stands in."""
        data = self.checked(LeaveIn)
        return self.written(lambda: self._set(data))

    def _set(self, data: dict[str, Any]) -> dict[str, Any]:
        person = person_of(self.actor, data.pop("person"))
        deputy = _deputy_of(self.actor, person, data.pop("deputy", None))
        return leave_json(services.leave_set(actor=self.actor, person=person, deputy=deputy, **data))


class LeaveChange(RoadView):
    """Other times or another deputy."""

    data_class = DataClass.CHIEF
    published = False
    verbs = {"POST": Verb.VIEW}

    @extend_schema(
        operation_id="chief_leave_change",
        parameters=WRITE_PARAMETERS,
        request=LeaveChangeIn,
        responses=OpenApiTypes.OBJECT,
    )
    def post(self, request: Request, leave_id: int) -> Response:
        """The beginning of leave that runs already stays; another deputy takes over from now."""
        data = self.checked(LeaveChangeIn)
        return self.written(lambda: self._changed(leave_id, data), status=200)

    def _changed(self, leave_id: int, data: dict[str, Any]) -> dict[str, Any]:
        uid = data.pop("deputy", None)
        leave = ChiefLeave.objects.select_related("person").filter(pk=leave_id).first()
        deputy = _deputy_of(self.actor, leave.person, uid) if leave is not None else None
        return leave_json(services.leave_change(actor=self.actor, leave_id=leave_id, deputy=deputy, **data))


class LeaveEnd(RoadView):
    """Back early."""

    data_class = DataClass.CHIEF
    published = False
    verbs = {"POST": Verb.VIEW}

    @extend_schema(
        operation_id="chief_leave_end", parameters=WRITE_PARAMETERS, request=None, responses=OpenApiTypes.OBJECT
    )
    def post(self, request: Request, leave_id: int) -> Response:
        """From now on the chief answers again."""
        return self.written(lambda: leave_json(services.leave_end(actor=self.actor, leave_id=leave_id)), status=200)


class LeaveCancel(RoadView):
    """Leave that has not begun does not take place."""

    data_class = DataClass.CHIEF
    published = False
    verbs = {"POST": Verb.VIEW}

    @extend_schema(
        operation_id="chief_leave_cancel", parameters=WRITE_PARAMETERS, request=None, responses=OpenApiTypes.OBJECT
    )
    def post(self, request: Request, leave_id: int) -> Response:
        """409 once it has begun: it is ended then."""
        return self.written(lambda: self._cancelled(leave_id), status=200)

    def _cancelled(self, leave_id: int) -> dict[str, Any]:
        services.leave_cancel(actor=self.actor, leave_id=leave_id)
        return {"id": leave_id, "cancelled": True}
