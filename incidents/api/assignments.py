"""`/api/v1/assignments/`: list, show, and take a step."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import Q
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.device import device_moment
from core.errors import NotFound
from incidents import services
from incidents.api.serializers import SafeIn, StepIn
from incidents.models import Assignment
from incidents.selectors import (
    assignment_detail,
    assignment_summary,
    assignments_visible_to,
    incident_tasks,
    picture_summary,
    pictures_visible_to,
    recalls_unseen_by,
)
from incidents.states import HOLDING, AssignmentState
from stations.selectors import actor_for_request
from stations.types import Actor, DataClass, Verb


def assignment_seen(actor: Actor, uid: str) -> Assignment:
    """The assignment among those that the actor may see; what it may not see does not exist (404)."""
    assignment = assignments_visible_to(actor).filter(uid=uid).first()
    if assignment is None:
        raise NotFound(_("没有这次派警"), field="assignment", value=str(uid))
    return assignment


class AssignmentListApi(APIView):
    """Assignments this actor may see."""

    data_class = DataClass.ASSIGNMENT
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(
        operation_id="assignments_list",
        parameters=[
            OpenApiParameter("mine", bool),
            OpenApiParameter("open", bool),
            OpenApiParameter("recalls", bool),
        ],
        responses={200: dict},
    )
    def get(self, request: Request) -> Response:
        """Newest first; `mine=1` those of the actor's own tours, `open=1` those that hold a unit, and with `recalls=1`
        beside them the recalls that the actor's crew has not confirmed.
        """
        actor = actor_for_request(request)
        rows = assignments_visible_to(actor).order_by("-id")
        if request.query_params.get("mine") in {"1", "true"}:
            rows = rows.filter(
                pk__in=Assignment.objects.filter(tour__members__person_id=actor.person_id or 0).values("pk")
            )
        if request.query_params.get("open") in {"1", "true"}:
            wanted = Q(state__in=sorted(HOLDING | {AssignmentState.CLEARED}))
            if request.query_params.get("recalls") in {"1", "true"}:
                wanted |= Q(pk__in=recalls_unseen_by(actor).values("pk"))
            rows = rows.filter(wanted)
        return Response({"assignments": [assignment_summary(row) for row in rows[:200]]})


class AssignmentDetailApi(APIView):
    """One assignment with the way there."""

    data_class = DataClass.ASSIGNMENT
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(operation_id="assignments_show", responses={200: dict})
    def get(self, request: Request, uid: str) -> Response:
        """Summary, incident, route (WGS-84 lon-lat pairs), directions, pictures that this actor may see, tasks."""
        actor = actor_for_request(request)
        assignment = assignment_seen(actor, uid)
        pictures = pictures_visible_to(actor, assignment.incident).select_related("incident")
        return Response(
            {
                **assignment_detail(assignment),
                "attachments": [picture_summary(row) for row in pictures],
                "tasks": incident_tasks(actor, assignment.incident),
            }
        )


class AssignmentStepApi(APIView):
    """Sign for, decline, set off, arrive, clear, report; recall; any step by radio."""

    data_class = DataClass.ASSIGNMENT
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.VIEW}

    @extend_schema(operation_id="assignments_step", request=StepIn, responses={200: dict})
    def post(self, request: Request, uid: str) -> Response:
        """The assignment afterwards. A stale fence is kept as evidence and answered 409."""
        actor = actor_for_request(request)
        body = StepIn(data=request.data)
        body.is_valid(raise_exception=True)
        data = dict(body.validated_data)
        assignment_seen(actor, uid)
        assignment = services.assignment_step(
            actor=actor,
            assignment_uid=str(uid),
            to_state=AssignmentState(data.pop("to_state")),
            moment=device_moment(data),
            device=request.headers.get("User-Agent", "")[:60],
            **data,
        )
        return Response(assignment_summary(assignment))


class AssignmentSeenApi(APIView):
    """The crew's phone shows that the assignment was recalled."""

    data_class = DataClass.ASSIGNMENT
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.VIEW}

    @extend_schema(operation_id="assignments_seen", request=None, responses={200: dict})
    def post(self, request: Request, uid: str) -> Response:
        """The assignment afterwards; repeating it changes nothing."""
        actor = actor_for_request(request)
        assignment_seen(actor, uid)
        return Response(assignment_summary(services.assignment_recall_seen(actor=actor, assignment_uid=str(uid))))


class AssignmentSafeApi(APIView):
    """One who is alone on scene says that all is well (平安)."""

    data_class = DataClass.ASSIGNMENT
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.VIEW}

    @extend_schema(operation_id="assignments_safe", request=SafeIn, responses={200: dict})
    def post(self, request: Request, uid: str) -> Response:
        """The assignment afterwards; repeating it changes nothing. `by_radio`: typed in by the desk."""
        actor = actor_for_request(request)
        body = SafeIn(data=request.data)
        body.is_valid(raise_exception=True)
        assignment_seen(actor, uid)
        return Response(
            assignment_summary(services.assignment_safe(actor=actor, assignment_uid=str(uid), **body.validated_data))
        )
