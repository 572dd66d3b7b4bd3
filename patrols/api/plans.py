"""/api/v1/patrols/shifts/, requirements/, gaps/, tasks/: what ought to be out there, and what is to be done."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.device import device_moment
from core.api.paging import page_of
from core.errors import InvalidInput, NotFound
from patrols import services
from patrols.api.base import PatrolView, day_of, today
from patrols.api.incoming import RequirementIn, ShiftIn, TaskDoneIn, TaskIn
from patrols.api.outgoing import GapOut, RequirementOut, ShiftOut, TaskOut
from patrols.selectors import (
    requirement_gaps,
    requirements_visible_to,
    segments_named,
    shifts_visible_to,
    tasks_visible_to,
)
from stations.selectors import organisations_visible_to, stations_visible_to
from stations.types import Actor, DataClass, Verb


def _organisation(actor: Actor, uid: Any) -> Any:
    found = organisations_visible_to(actor).filter(uid=uid).first()
    if found is None:
        raise InvalidInput(_("没有这个机构"), field="organisation", value=str(uid), cure=_("请从您可见的机构中选择"))
    return found


def _segment(uid: Any) -> Any:
    if uid is None:
        return None
    found = segments_named([uid])
    if not found:
        raise InvalidInput(_("没有这个路段"), field="segment", value=str(uid), cure=_("请检查编号或重新搜索"))
    return found[0]


class ShiftCollection(PatrolView):
    """Shifts."""

    data_class = DataClass.REQUIREMENT
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW, "POST": Verb.CREATE}

    @extend_schema(operation_id="patrol_shifts_list", responses=ShiftOut(many=True))
    def get(self, request: Request) -> Response:
        """Shifts this actor may see."""
        rows = shifts_visible_to(self.actor).select_related("organisation").order_by("organisation__path", "starts_at")
        return Response({"shifts": ShiftOut(rows, many=True).data})

    @extend_schema(operation_id="patrol_shifts_create", request=ShiftIn, responses={201: ShiftOut})
    def post(self, request: Request) -> Response:
        """Name a part of the day; the same name again changes its times."""
        data = self.checked(ShiftIn)
        organisation = _organisation(self.actor, data.pop("organisation"))
        shift = services.shift_create(actor=self.actor, organisation=organisation, **data)
        return Response(ShiftOut(shift).data, status=status.HTTP_201_CREATED)


class RequirementCollection(PatrolView):
    """Requirements."""

    data_class = DataClass.REQUIREMENT
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW, "POST": Verb.CREATE}

    @extend_schema(operation_id="patrol_requirements_list", responses=RequirementOut(many=True))
    def get(self, request: Request) -> Response:
        """Requirements this actor may see."""
        limit, offset = page_of(request)
        ordered = requirements_visible_to(self.actor).order_by("organisation__path", "name", "id")
        rows = list(ordered[offset : offset + limit + 1])
        return Response(
            {
                "requirements": RequirementOut(rows[:limit], many=True).data,
                "next_offset": offset + limit if len(rows) > limit else None,
            }
        )

    @extend_schema(operation_id="patrol_requirements_create", request=RequirementIn, responses={201: RequirementOut})
    def post(self, request: Request) -> Response:
        """Ask for units at a place in a recurring window."""
        actor, data = self.actor, self.checked(RequirementIn)
        station = data.pop("station", None)
        if station is not None:
            found = stations_visible_to(actor).filter(uid=station).first()
            if found is None:
                raise InvalidInput(
                    _("没有这个站点"), field="station", value=str(station), cure=_("请从您可见的站点中选择")
                )
            data["station"] = found
        row = services.requirement_create(
            actor=actor,
            organisation=_organisation(actor, data.pop("organisation")),
            dates=(data.pop("from_date"), data.pop("until_date")),
            segment=_segment(data.pop("segment", None)),
            **data,
        )
        return Response(RequirementOut(row).data, status=status.HTTP_201_CREATED)


class GapList(PatrolView):
    """Gaps."""

    data_class = DataClass.REQUIREMENT
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(
        operation_id="patrol_gaps_list", parameters=[OpenApiParameter("date", str)], responses=GapOut(many=True)
    )
    def get(self, request: Request) -> Response:
        """Requirements of a local day (today without `date`) that too few tours are planned for."""
        day = day_of(request) or today()
        return Response({"date": day, "gaps": GapOut(requirement_gaps(actor=self.actor, day=day), many=True).data})


class TaskCollection(PatrolView):
    """Tasks."""

    data_class = DataClass.TASK
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW, "POST": Verb.CREATE}

    @extend_schema(
        operation_id="patrol_tasks_list", parameters=[OpenApiParameter("open", bool)], responses=TaskOut(many=True)
    )
    def get(self, request: Request) -> Response:
        """Tasks this actor may see, latest first; `open=1` those not done yet."""
        limit, offset = page_of(request)
        rows = tasks_visible_to(self.actor).order_by("-id")
        if request.query_params.get("open") in {"1", "true"}:
            rows = rows.filter(done_at=None)
        page = list(rows[offset : offset + limit + 1])
        return Response(
            {
                "tasks": TaskOut(page[:limit], many=True).data,
                "next_offset": offset + limit if len(page) > limit else None,
            }
        )

    @extend_schema(operation_id="patrol_tasks_create", request=TaskIn, responses={201: TaskOut})
    def post(self, request: Request) -> Response:
        """Give an outing a task."""
        data = self.checked(TaskIn)
        tour = self.tour_seen(data.pop("tour"))
        task = services.task_create(actor=self.actor, tour=tour, segment=_segment(data.pop("segment")), **data)
        return Response(TaskOut(task).data, status=status.HTTP_201_CREATED)


class TaskDone(PatrolView):
    """Mark a task done."""

    data_class = DataClass.TASK
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.VIEW}

    @extend_schema(operation_id="patrol_tasks_done", request=TaskDoneIn, responses=TaskOut)
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """The task afterwards; doing it twice is harmless."""
        if not tasks_visible_to(self.actor).filter(uid=uid).exists():
            raise NotFound(_("没有这项任务"), field="task", value=str(uid))
        data = self.checked(TaskDoneIn)
        moment = device_moment(data)
        task = services.task_finish(actor=self.actor, task_uid=str(uid), moment=moment, **data)
        return Response(TaskOut(task).data)
