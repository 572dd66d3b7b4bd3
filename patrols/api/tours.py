"""/api/v1/patrols/tours/: plan, check in, break, check out, and who is on board. One class per action."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from typing import Any, ClassVar

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.device import DeviceIn, device_moment
from core.api.filters import uuid_of, words_of
from core.api.paging import page_of
from core.errors import InvalidInput
from patrols import services
from patrols.api.base import PatrolView, day_of
from patrols.api.incoming import MemberIn, NoteIn, ReasonIn, TourExerciseIn, TourOpenIn, TourPlanIn
from patrols.api.outgoing import TourOut, with_all
from patrols.models import Tour, TourMember
from patrols.selectors import segments_named, shifts_visible_to, tours_visible_to, units_visible_to
from patrols.states import TourState
from stations.selectors import people_visible_to, stations_visible_to, vehicles_visible_to
from stations.types import Actor, DataClass, Verb


def _named(rows: Any, field: str, uid: Any) -> Any:
    """The row that a body names, or None for none. Raises InvalidInput for one that the actor does not know."""
    if uid is None:
        return None
    found = rows.filter(uid=uid).first()
    if found is None:
        raise InvalidInput(_("没有找到"), field=field, value=str(uid), cure=_("请检查标识，或从列表中选择"))
    return found


def _people(actor: Actor, uids: list[uuid.UUID], field: str = "members") -> dict[uuid.UUID, int]:
    known = dict(people_visible_to(actor).filter(uid__in=uids, is_active=True).values_list("uid", "pk"))
    missing = [str(uid) for uid in uids if uid not in known]
    if missing:
        raise InvalidInput(
            _("没有这些人员，或已停用"), field=field, value=missing, cure=_("请从您可见的在职人员中选择")
        )
    return known


def _shown(actor: Actor, tour: Tour) -> dict[str, Any]:
    return TourOut(with_all(tours_visible_to(actor)).get(pk=tour.pk)).data


class TourCollection(PatrolView):
    """List and plan."""

    data_class = DataClass.TOUR
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW, "POST": Verb.CREATE}

    @extend_schema(
        operation_id="patrol_tours_list",
        parameters=[
            OpenApiParameter("state", str, description="逗号分隔：planned、open、closed、cancelled"),
            OpenApiParameter("date", str, description="计划时段与该日（本地）相交"),
            OpenApiParameter("unit", str),
            OpenApiParameter("mine", bool),
            OpenApiParameter("limit", int),
            OpenApiParameter("offset", int),
        ],
        responses={200: dict},
    )
    def get(self, request: Request) -> Response:
        """Tours this actor may see, latest first."""
        limit, offset = page_of(request)
        rows = with_all(tours_visible_to(self.actor)).order_by("-planned__startswith", "-id")
        if states := words_of(request, "state", TourState):
            rows = rows.filter(state__in=states)
        if (day := day_of(request)) is not None:
            start = timezone.make_aware(datetime.combine(day, time.min))
            rows = rows.filter(planned__overlap=DateTimeTZRange(start, start + timedelta(days=1), "[)"))
        if unit := uuid_of(request, "unit"):
            rows = rows.filter(unit=_named(units_visible_to(self.actor), "unit", unit))
        if request.query_params.get("mine") in {"1", "true"}:
            own = TourMember.objects.filter(person_id=self.actor.person_id or 0)
            rows = rows.filter(pk__in=own.values("tour_id"))
        page = list(rows[offset : offset + limit + 1])
        return Response(
            {
                "tours": TourOut(page[:limit], many=True).data,
                "next_offset": offset + limit if len(page) > limit else None,
            }
        )

    @extend_schema(operation_id="patrol_tours_plan", request=TourPlanIn, responses={201: TourOut})
    def post(self, request: Request) -> Response:
        """Plan an outing of a unit."""
        actor, data = self.actor, self.checked(TourPlanIn)
        people = _people(actor, data["members"])
        lead = data.pop("lead", None)
        if lead is not None and lead not in people:
            raise InvalidInput(
                _("带班人员必须在出勤人员中"), field="lead", value=str(lead), cure=_("请把带班人员加入出勤人员")
            )
        shift = data.pop("shift", None)
        if shift is not None and not shifts_visible_to(actor).filter(pk=shift).exists():
            raise InvalidInput(_("没有找到"), field="shift", value=shift, cure=_("请检查标识，或从列表中选择"))
        segment_uids = data.pop("segments", [])
        segments = segments_named(segment_uids)
        if missing := sorted({str(uid) for uid in segment_uids} - {str(segment.uid) for segment in segments}):
            raise InvalidInput(_("有路段不存在"), field="segments", value=missing, cure=_("请检查编号或重新搜索"))
        post = data.pop("post", None)
        tour = services.tour_plan(
            actor=actor,
            unit=_named(units_visible_to(actor).select_related("organisation"), "unit", data.pop("unit")),
            starts_at=data.pop("starts_at"),
            ends_at=data.pop("ends_at"),
            person_ids=[people[uid] for uid in data.pop("members")],
            lead_id=people[lead] if lead is not None else None,
            post=(post.x, post.y) if post is not None else None,
            segments=segments,
            shift_id=shift,
            vehicle=_named(vehicles_visible_to(actor), "vehicle", data.pop("vehicle", None)),
            post_station=_named(stations_visible_to(actor), "post_station", data.pop("post_station", None)),
            **data,
        )
        return Response(_shown(actor, tour), status=status.HTTP_201_CREATED)


class TourItem(PatrolView):
    """Read one."""

    data_class = DataClass.TOUR
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(operation_id="patrol_tours_show", responses=TourOut)
    def get(self, request: Request, uid: uuid.UUID) -> Response:
        """One tour."""
        return Response(_shown(self.actor, self.tour_seen(uid)))


class _TourStep(PatrolView):
    """Members act on their own tour, dispatchers for them: the service decides; the door asks for sight only."""

    data_class = DataClass.TOUR
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.VIEW}


class TourOpen(_TourStep):
    """Check in."""

    @extend_schema(operation_id="patrol_tours_open", request=TourOpenIn, responses=TourOut)
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """The tour afterwards. 409 when unit, vehicle or a person is out on another one."""
        tour, data = self.tour_seen(uid), self.checked(TourOpenIn)
        members = data.get("members")
        person_ids = None
        if members is not None:
            known = dict(tour.members.values_list("person__uid", "person_id"))
            strange = [str(each) for each in members if each not in known]
            if strange:
                raise InvalidInput(
                    _("不是这次出勤的人员"), field="members", value=strange, cure=_("请从这次出勤的人员中选择")
                )
            person_ids = [known[each] for each in members]
        tour = services.tour_open(
            actor=self.actor,
            tour_id=tour.pk,
            person_ids=person_ids,
            client_key=data["client_key"],
            moment=device_moment(data),
        )
        return Response(_shown(self.actor, tour))


class TourClose(_TourStep):
    """Check out."""

    @extend_schema(operation_id="patrol_tours_close", request=NoteIn, responses=TourOut)
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """The tour afterwards; what it still held goes to others."""
        data = self.checked(NoteIn)
        moment = device_moment(data)
        tour = services.tour_close(actor=self.actor, tour_id=self.tour_seen(uid).pk, moment=moment, **data)
        return Response(_shown(self.actor, tour))


class TourCancel(_TourStep):
    """Cancel a planned tour."""

    @extend_schema(operation_id="patrol_tours_cancel", request=ReasonIn, responses=TourOut)
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """With a reason."""
        tour = services.tour_cancel(actor=self.actor, tour_id=self.tour_seen(uid).pk, **self.checked(ReasonIn))
        return Response(_shown(self.actor, tour))


class TourExercise(PatrolView):
    """Take a tour into an exercise, or back to real duty."""

    data_class = DataClass.TOUR
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.CHANGE}

    @extend_schema(operation_id="patrol_tours_exercise", request=TourExerciseIn, responses=TourOut)
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """The tour afterwards. 409 while it has something to do."""
        data = self.checked(TourExerciseIn)
        tour = services.tour_exercise_set(actor=self.actor, tour_id=self.tour_seen(uid).pk, **data)
        return Response(_shown(self.actor, tour))


class TourBreakStart(_TourStep):
    """Take a break."""

    @extend_schema(operation_id="patrol_tours_break_start", request=DeviceIn, responses=TourOut)
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """Seen, but not offered anything."""
        data = self.checked(DeviceIn)
        moment = device_moment(data)
        tour = services.tour_break_start(actor=self.actor, tour_id=self.tour_seen(uid).pk, moment=moment, **data)
        return Response(_shown(self.actor, tour))


class TourBreakEnd(_TourStep):
    """End a break."""

    @extend_schema(operation_id="patrol_tours_break_end", request=DeviceIn, responses=TourOut)
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """Back on duty."""
        data = self.checked(DeviceIn)
        moment = device_moment(data)
        tour = services.tour_break_end(actor=self.actor, tour_id=self.tour_seen(uid).pk, moment=moment, **data)
        return Response(_shown(self.actor, tour))


class TourMemberJoin(_TourStep):
    """Somebody joins an open tour."""

    @extend_schema(operation_id="patrol_tours_member_join", request=MemberIn, responses=TourOut)
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """The tour afterwards. 409 when that person is on another tour."""
        tour = self.tour_seen(uid)
        services.tour_member_join(actor=self.actor, tour_id=tour.pk, person_id=self._person(tour))
        return Response(_shown(self.actor, tour))

    def _person(self, tour: Tour) -> int:
        person = self.checked(MemberIn)["person"]
        if person is None:
            if self.actor.person_id is None:
                raise InvalidInput(_("请指定人员"), field="person", cure=_("用本人账号登录，或填写 person"))
            return self.actor.person_id
        # Colleagues on board are known to each other, whatever their sight of the staff list.
        on_board = tour.members.filter(person__uid=person).values_list("person_id", flat=True).first()
        return on_board if on_board is not None else _people(self.actor, [person], "person")[person]


class TourMemberLeave(TourMemberJoin):
    """Somebody leaves an open tour."""

    @extend_schema(operation_id="patrol_tours_member_leave", request=MemberIn, responses=TourOut)
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """The tour afterwards; its powers are those of who stays."""
        tour = self.tour_seen(uid)
        services.tour_member_leave(actor=self.actor, tour_id=tour.pk, person_id=self._person(tour))
        return Response(_shown(self.actor, tour))
