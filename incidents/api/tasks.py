"""Tasks inside an incident: `/api/v1/incidents/{uid}/tasks/` and their steps."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.repeatable import IDEMPOTENCY_PARAMETER, answered
from incidents import services
from incidents.api.incidents import client_of, visible_incident
from incidents.desk_states import IncidentTaskState
from incidents.selectors import incident_tasks
from stations.selectors import actor_for_request
from stations.types import DataClass, Verb


class IncidentTaskIn(serializers.Serializer):
    """A task: its kind, and whose it is (a person's, a unit's, a role's, or by its kind)."""

    kind = serializers.CharField(max_length=30)
    title = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    text = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    role = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")
    unit = serializers.UUIDField(required=False, allow_null=True, default=None)
    person = serializers.UUIDField(required=False, allow_null=True, default=None)


class IncidentTaskStepIn(serializers.Serializer):
    """One step of a task."""

    to_state = serializers.ChoiceField(choices=[state.value for state in IncidentTaskState])
    text = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class IncidentTasksApi(APIView):
    """The tasks of one incident."""

    data_class = DataClass.TASK
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW, "POST": Verb.CREATE}

    @extend_schema(operation_id="incident_tasks_list", responses={200: dict})
    def get(self, request: Request, uid: str) -> Response:
        """All of them with their state, whose they are and what this actor may do with each."""
        actor = actor_for_request(request)
        return Response({"tasks": incident_tasks(actor, visible_incident(actor, uid))})

    @extend_schema(
        operation_id="incident_tasks_add",
        request=IncidentTaskIn,
        responses={201: dict},
        parameters=[IDEMPOTENCY_PARAMETER],
    )
    def post(self, request: Request, uid: str) -> Response:
        """Give a task; all tasks afterwards."""
        actor = actor_for_request(request)
        body = IncidentTaskIn(data=request.data)
        body.is_valid(raise_exception=True)
        incident = visible_incident(actor, uid)
        data = dict(body.validated_data)
        unit, person = data.pop("unit"), data.pop("person")

        def add() -> dict[str, Any]:
            """Give it; done once for a repeated client key."""
            services.incident_task_add(
                actor=actor,
                incident_uid=str(uid),
                unit_uid=str(unit) if unit is not None else None,
                person_uid=str(person) if person is not None else None,
                **data,
            )
            return {"tasks": incident_tasks(actor, incident)}

        return answered(request, client_of(actor), add)


class IncidentTaskStepApi(APIView):
    """Take, finish, drop or give back a task."""

    data_class = DataClass.TASK
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.VIEW}

    @extend_schema(operation_id="incident_tasks_step", request=IncidentTaskStepIn, responses={200: dict})
    def post(self, request: Request, uid: str, task: str) -> Response:
        """All tasks of the incident afterwards; repeating a step changes nothing."""
        actor = actor_for_request(request)
        body = IncidentTaskStepIn(data=request.data)
        body.is_valid(raise_exception=True)
        incident = visible_incident(actor, uid)
        services.incident_task_step(
            actor=actor,
            incident_uid=str(uid),
            task_uid=str(task),
            to_state=IncidentTaskState(body.validated_data["to_state"]),
            text=body.validated_data["text"],
        )
        return Response({"tasks": incident_tasks(actor, incident)})
