"""/api/v1/patrols/units/ and /api/v1/patrols/duty/: who is out there, and what I have to do today."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.errors import InvalidInput
from patrols.api.base import PatrolView
from patrols.api.outgoing import TaskOut, TourOut, UnitOut, unit_feature, with_all
from patrols.models import Tour
from patrols.selectors import (
    coverage_holes,
    freshness_limits,
    post_of_tour,
    tasks_visible_to,
    tour_next_of_person,
    tour_of_person,
    tours_visible_to,
    units_on_duty,
    units_visible_to,
)
from patrols.types import UnitOnDuty
from stations.types import DataClass, Verb


class UnitsOnDutyApi(PatrolView):
    """The snapshot behind the live map; the stream carries what moves afterwards."""

    data_class = DataClass.POSITION
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(
        operation_id="patrol_units_on_duty",
        parameters=[
            OpenApiParameter("state", str, description="逗号分隔：free、offered、en_route、on_scene、break 等"),
            OpenApiParameter("bbox", str, description="west,south,east,north（WGS-84）"),
        ],
        responses={200: dict},
    )
    def get(self, request: Request) -> Response:
        """Units on duty that this actor may see, as GeoJSON (WGS-84)."""
        at = clock.now()
        units = units_on_duty(actor=self.actor, at=at)
        if states := request.query_params.get("state"):
            units = [unit for unit in units if unit.state in states.split(",")]
        if box := request.query_params.get("bbox"):
            units = _within(units, box)
        return Response(
            {
                "type": "FeatureCollection",
                "at": at,
                "limits": _limits(),
                "features": [unit_feature(unit) for unit in units],
            }
        )


def _limits() -> dict[str, float]:
    fresh_s, aged_s = freshness_limits()
    return {"fresh_s": fresh_s, "aged_s": aged_s}


def _within(units: list[UnitOnDuty], box: str) -> list[UnitOnDuty]:
    try:
        west, south, east, north = (float(part) for part in box.split(","))
    except ValueError as error:
        raise InvalidInput(_("bbox 应为四个数"), field="bbox", value=box, cure="west,south,east,north") from error
    return [
        unit
        for unit in units
        if unit.lon is not None and unit.lat is not None and west <= unit.lon <= east and south <= unit.lat <= north
    ]


class CoverageHolesApi(PatrolView):
    """Where nobody is free, and where nobody would be after a send."""

    data_class = DataClass.POSITION
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(
        operation_id="patrol_coverage_holes",
        parameters=[
            OpenApiParameter("sending", str, description="逗号分隔的出勤 uid：假定已派出，由此新增的空白标为 new"),
            OpenApiParameter("geometry", bool, description="附上区域（GeoJSON，WGS-84）"),
        ],
        responses={200: dict},
    )
    def get(self, request: Request) -> Response:
        """Service areas of stations, then districts, of the actor's scope without a free unit now; with `sending` also
        those that these units leave without one.
        """
        uids = [uid for uid in request.query_params.get("sending", "").split(",") if uid]
        tours = [self.tour_seen(_uid(uid)) for uid in uids]
        with_areas = request.query_params.get("geometry") in {"1", "true"}
        holes = coverage_holes(self.actor, sending=[tour.pk for tour in tours], geometries=with_areas)
        rows = [
            {"kind": hole.kind, "uid": hole.uid, "name": hole.name, "new": hole.new}
            | ({"geometry": hole.geometry} if with_areas else {})
            for hole in holes
        ]
        return Response({"at": clock.now(), "count": len(rows), "new": sum(hole.new for hole in holes), "holes": rows})


def _uid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text.strip())
    except ValueError as error:
        raise InvalidInput(
            _("不是出勤编号"), field="sending", value=text, cure=_("出勤的 uid，多个以逗号分隔")
        ) from error


class UnitListApi(PatrolView):
    """Call signs, for planning."""

    data_class = DataClass.UNIT
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(operation_id="patrol_call_signs", responses=UnitOut(many=True))
    def get(self, request: Request) -> Response:
        """Active units that this actor may see."""
        rows = units_visible_to(self.actor).filter(is_active=True).order_by("call_sign", "id")
        return Response({"units": UnitOut(rows, many=True).data})


class DutyApi(PatrolView):
    """What the phone shows first."""

    data_class = DataClass.TOUR
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(operation_id="patrol_duty", responses={200: dict})
    def get(self, request: Request) -> Response:
        """My open tour, else the next planned one, with its tasks and its post as [lon, lat] (WGS-84, null where it has
        none); `tour` is null when there is neither.
        """
        now = clock.now()
        tour = self._mine(now)
        answer: dict[str, Any] = {"at": now, "tour": None, "post": None, "tasks": []}
        if tour is not None:
            tasks = tasks_visible_to(self.actor).filter(tour=tour).order_by("done_at", "due_at", "id")
            answer |= {"tour": TourOut(tour).data, "post": post_of_tour(tour), "tasks": TaskOut(tasks, many=True).data}
        return Response(answer)

    def _mine(self, now: Any) -> Tour | None:
        person_id = self.actor.person_id
        if person_id is None:
            return None
        found = tour_of_person(person_id) or tour_next_of_person(person_id, now)
        return with_all(tours_visible_to(self.actor)).filter(pk=found.pk).first() if found is not None else None
