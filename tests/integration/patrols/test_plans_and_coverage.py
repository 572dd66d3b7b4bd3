"""Gaps, tasks that the house issues, holes in the coverage, and copies of paths that follow."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db import IntegrityError, transaction

from core import clock, outbox
from core.geo.srid import STORE_SRID
from core.models import Event
from incidents.models import Incident
from incidents.services.intake import IncidentReport, incident_receive
from patrols import services
from patrols.models import DutyTask, Tour
from patrols.selectors import coverage_holes, requirement_gaps
from patrols.services import requirement_create, task_finish, tasks_issue, tour_break_start, tour_cancel
from patrols.tasks import SCHEDULE
from roads.models import Segment
from stations.models import Organisation
from stations.services import organisation_move
from stations.types import Role
from tests.factories.patrols import a_tour, a_unit
from tests.factories.stations import SYSTEM, a_person, a_station, an_actor, an_organisation

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 6, 10)  # a Wednesday

pytestmark = pytest.mark.django_db


def _local(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=ZONE)


def _segment(organisation: Organisation, code: str = "S1", every: int = 7) -> Segment:
    area = MultiPolygon(Polygon.from_bbox((110.4, 19.2, 110.5, 19.3)), srid=STORE_SRID)
    return Segment.objects.create(
        organisation=organisation, code=code, name=f"村道{code}", area=area, patrol_every_days=every,
        valid=(datetime(2020, 1, 1, tzinfo=ZONE), None),
    )  # fmt: skip


def _night(organisation: Organisation, **changed: Any) -> Any:
    values: dict[str, Any] = {
        "name": "夜巡", "starts_at": time(22), "ends_at": time(6), "weekdays": [3],
        "dates": (DAY, DAY + timedelta(days=30)), "count": 2,
    } | changed  # fmt: skip
    return requirement_create(actor=SYSTEM, organisation=organisation, **values)


def test_a_gap_over_midnight(district: Organisation) -> None:
    _night(district)
    desk = an_actor(district, Role.DISPATCHER)
    (gap,) = requirement_gaps(actor=desk, day=DAY)
    assert (gap.starts_at, gap.ends_at) == (_local(DAY, 22), _local(DAY + timedelta(days=1), 6))
    assert (gap.required, gap.planned, gap.missing) == (2, 0, 2)
    a_tour(district, starts_at=_local(DAY, 22), hours=8)
    a_tour(district, starts_at=_local(DAY, 22), hours=4)  # half a night fills no post
    (gap,) = requirement_gaps(actor=desk, day=DAY)
    assert gap.missing == 1
    late = a_tour(district, starts_at=_local(DAY, 21), hours=10)
    assert requirement_gaps(actor=desk, day=DAY) == []
    tour_cancel(actor=SYSTEM, tour_id=late.pk, reason="病假")
    assert len(requirement_gaps(actor=desk, day=DAY)) == 1
    assert requirement_gaps(actor=desk, day=DAY + timedelta(days=1)) == []  # a Thursday
    assert requirement_gaps(actor=desk, day=DAY - timedelta(days=7)) == []  # before its dates


def test_a_gap_asks_for_kind_and_place(district: Organisation) -> None:
    station = a_station(district)
    _night(district, count=1, kinds=["motorcycle"], station=station)
    desk = an_actor(district, Role.DISPATCHER)
    a_tour(district, starts_at=_local(DAY, 22), post_station=station)
    a_tour(district, unit=a_unit(district, "motorcycle"), starts_at=_local(DAY, 22))
    assert len(requirement_gaps(actor=desk, day=DAY)) == 1
    a_tour(district, unit=a_unit(district, "motorcycle"), starts_at=_local(DAY, 22), post_station=station)
    assert requirement_gaps(actor=desk, day=DAY) == []


def test_a_gap_asks_for_the_powers_of_the_people(district: Organisation) -> None:
    _night(district, count=1, powers=["decide"])
    desk = an_actor(district, Role.DISPATCHER)
    helper = a_person(district, kind="auxiliary", login=False)
    a_tour(district, helper, starts_at=_local(DAY, 22))
    assert len(requirement_gaps(actor=desk, day=DAY)) == 1
    officer = a_person(district, kind="officer", login=False)
    a_tour(district, a_person(district, kind="auxiliary", login=False), officer, starts_at=_local(DAY, 22))
    assert requirement_gaps(actor=desk, day=DAY) == []


def test_a_gap_asks_for_a_post_at_the_place(district: Organisation) -> None:
    _night(district, count=1, place=Point(110.47, 19.24, srid=STORE_SRID))
    desk = an_actor(district, Role.DISPATCHER)
    a_tour(district, starts_at=_local(DAY, 22))
    a_tour(district, starts_at=_local(DAY, 22), post=(110.475, 19.24))  # 525 m away
    assert len(requirement_gaps(actor=desk, day=DAY)) == 1
    a_tour(district, starts_at=_local(DAY, 22), post=(110.4715, 19.24))  # 157 m away
    assert requirement_gaps(actor=desk, day=DAY) == []


def test_units_of_organisations_below_fill_a_gap(district: Organisation) -> None:
    _night(district, count=1)
    desk = an_actor(district, Role.DISPATCHER)
    a_tour(an_organisation("乙区"), starts_at=_local(DAY, 22))
    assert len(requirement_gaps(actor=desk, day=DAY)) == 1
    a_tour(an_organisation("一中队", parent=district, kind="squadron"), starts_at=_local(DAY, 22))
    assert requirement_gaps(actor=desk, day=DAY) == []


def test_one_tour_fills_one_requirement(district: Organisation) -> None:
    station = a_station(district)
    _night(district, count=1, name="机动")
    _night(district, count=1, name="站点", station=station)
    desk = an_actor(district, Role.DISPATCHER)
    a_tour(district, starts_at=_local(DAY, 22), post_station=station)
    assert [gap.name for gap in requirement_gaps(actor=desk, day=DAY)] == ["机动"], "the narrower one has it"
    a_tour(district, starts_at=_local(DAY, 22))
    assert requirement_gaps(actor=desk, day=DAY) == []


def test_a_tour_of_the_night_before_is_taken_until_it_ends(district: Organisation) -> None:
    """22–06 of Wednesday and 05–07 of Thursday want it; what another scope asks for counts as well."""
    city = an_organisation("示例市", kind="city")
    squad = an_organisation("一中队", parent=city, kind="squadron")
    _night(squad, count=1)
    _night(city, count=1, name="早巡", starts_at=time(5), ends_at=time(7), weekdays=[4])
    a_tour(squad, starts_at=_local(DAY, 22), hours=9)
    thursday = DAY + timedelta(days=1)
    desk = an_actor(city, Role.DISPATCHER)
    assert requirement_gaps(actor=desk, day=DAY) == []
    assert [gap.name for gap in requirement_gaps(actor=desk, day=thursday)] == ["早巡"]
    a_tour(city, starts_at=_local(thursday, 4), hours=4)
    assert requirement_gaps(actor=desk, day=thursday) == []


def test_tours_that_follow_each_other_cover_a_window_together(district: Organisation) -> None:
    _night(district, count=1)
    desk = an_actor(district, Role.DISPATCHER)
    a_tour(district, starts_at=_local(DAY, 22), hours=4)
    late = a_tour(district, starts_at=_local(DAY + timedelta(days=1), 3), hours=4)
    assert len(requirement_gaps(actor=desk, day=DAY)) == 1, "an hour is empty"
    a_tour(district, starts_at=_local(DAY + timedelta(days=1), 2), hours=2)
    assert requirement_gaps(actor=desk, day=DAY) == []
    tour_cancel(actor=SYSTEM, tour_id=late.pk, reason="病假")
    (gap,) = requirement_gaps(actor=desk, day=DAY)
    assert (gap.required, gap.planned) == (1, 0)


def test_a_tour_that_ended_early_leaves_a_gap(district: Organisation) -> None:
    _night(district, count=1)
    tour = a_tour(district, starts_at=_local(DAY, 22))
    Tour.objects.filter(pk=tour.pk).update(state="closed", opened_at=_local(DAY, 22), closed_at=_local(DAY, 23))
    desk = an_actor(district, Role.DISPATCHER)
    assert len(requirement_gaps(actor=desk, day=DAY)) == 1
    Tour.objects.filter(pk=tour.pk).update(closed_at=_local(DAY + timedelta(days=1), 7))
    assert requirement_gaps(actor=desk, day=DAY) == []


def test_gaps_of_others_are_not_shown(district: Organisation) -> None:
    _night(an_organisation("乙区"))
    assert requirement_gaps(actor=an_actor(district, Role.DISPATCHER), day=DAY) == []


def test_due_segments_become_tasks_once(district: Organisation) -> None:
    weekly, daily = _segment(district), _segment(district, "S2", every=1)
    tour = a_tour(district, starts_at=_local(DAY, 8), segments=[weekly, daily])
    a_tour(district, starts_at=_local(DAY, 9), segments=[weekly])  # the earlier tour has it
    a_tour(district, starts_at=_local(DAY + timedelta(days=1), 0), segments=[weekly])  # another day
    assert (tasks_issue(DAY), tasks_issue(DAY)) == (2, 0)
    tasks = DutyTask.objects.order_by("segment__code")
    assert [(task.tour_id, task.title, task.due_at) for task in tasks] == [
        (tour.pk, "巡查 村道S1", tour.planned.upper),
        (tour.pk, "巡查 村道S2", tour.planned.upper),
    ]
    assert Event.objects.filter(topic="patrols.task_created").count() == 2
    with clock.fixed(_local(DAY, 10)):
        for task in tasks:
            task_finish(actor=SYSTEM, task_uid=str(task.uid))
    later = DAY + timedelta(days=3)
    a_tour(district, starts_at=_local(later, 8), segments=[weekly, daily])
    assert tasks_issue(later) == 1  # the weekly one is not due yet
    week = DAY + timedelta(days=7)
    a_tour(district, starts_at=_local(week, 8), segments=[weekly])
    assert tasks_issue(week) == 1


def test_a_task_of_a_cancelled_tour_goes_to_the_next(district: Organisation) -> None:
    segment = _segment(district)
    first = a_tour(district, starts_at=_local(DAY, 8), segments=[segment])
    second = a_tour(district, starts_at=_local(DAY, 9), segments=[segment])
    assert tasks_issue(DAY) == 1
    tour_cancel(actor=SYSTEM, tour_id=first.pk, reason="车辆故障")
    assert tasks_issue(DAY) == 1
    assert DutyTask.objects.filter(tour=second).count() == 1
    task = DutyTask.objects.get(tour=second)
    with pytest.raises(IntegrityError, match="duty_task_issued_once"), transaction.atomic():
        DutyTask.objects.create(tour=second, organisation=district, title="又一次", auto_key=task.auto_key)


def test_beat_runs_what_celery_knows() -> None:
    from config.celery import app

    assert {entry["task"] for entry in SCHEDULE.values()} <= set(app.tasks)


def test_where_nobody_is_free(district: Organisation) -> None:
    desk = an_actor(district, Role.DISPATCHER)
    other = an_organisation("乙区")
    for owner, place in ((district, 110.47), (other, 110.9)):
        box = Polygon.from_bbox((place - 0.02, 19.22, place + 0.02, 19.26))
        a_station(owner, lon=place, service_area=MultiPolygon(box, srid=STORE_SRID), name=f"{owner.name}站")
    assert [(hole.kind, hole.name) for hole in coverage_holes(desk)] == [("station", "甲区站"), ("district", "甲区")]
    tour = a_tour(district, opened=True, post=(110.47, 19.24))
    assert coverage_holes(desk) == []
    tour_break_start(actor=SYSTEM, tour_id=tour.pk)
    assert len(coverage_holes(desk)) == 2


def test_paths_follow_their_organisation(district: Organisation) -> None:
    city = an_organisation("示例市", kind="city")
    squad = an_organisation("一中队", parent=district, kind="squadron")
    tour = a_tour(squad)
    box = MultiPolygon(Polygon.from_bbox((110.4, 19.2, 110.5, 19.3)), srid=STORE_SRID)
    a_station(squad, lon=110.45, lat=19.25, service_area=box)
    incident, _new = incident_receive(
        actor=SYSTEM,
        report=IncidentReport(kind="crash", source="api", lon=110.45, lat=19.25, datum="wgs84"),
        client_scope="tests",
        client_key="1",
    )
    assert incident.organisation_path == squad.path
    organisation_move(actor=SYSTEM, organisation_id=district.pk, parent=city, reason="区划调整")
    while outbox.run_due(50):
        pass
    squad.refresh_from_db()
    assert (squad.path or "").startswith(city.path or "?")
    assert Tour.objects.get(pk=tour.pk).organisation_path == squad.path
    assert Incident.objects.get(pk=incident.pk).organisation_path == squad.path
    assert services.tour_open(actor=an_actor(city, Role.DISPATCHER), tour_id=tour.pk).state == "open"
