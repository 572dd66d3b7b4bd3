"""Tasks that the house issues by itself: patrol the segments that are due."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Max
from django.utils.translation import gettext as _

from core import events
from patrols.models import DutyTask, Tour
from patrols.states import TourState
from stations.types import DataClass

_STANDING = (TourState.PLANNED.value, TourState.OPEN.value)


def tasks_issue(day: date) -> int:
    """Give the tours that begin on a local day one task for each of their segments that is due; returns how many.

    A segment is due when it was never patrolled by a task, or `patrol_every_days` days ago or more. Of several tours on
    a segment the earliest gets it. May be repeated, and run in several processes: each day is issued by one at a time.
    """
    issued = 0
    for tour_id in _tours_of(day):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"tasks-issue:{day}"])
            tour = Tour.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=tour_id)
            if tour.state in _STANDING:
                issued += sum(_issue(tour, segment, day) for segment in tour.segments.order_by("code", "id"))
    return issued


def _tours_of(day: date) -> list[int]:
    # Wide enough for every time zone; the local date decides below.
    around = datetime.combine(day, time.min, tzinfo=ZoneInfo("UTC"))
    rows = (
        Tour.objects.filter(
            state__in=_STANDING,
            segments__isnull=False,
            planned__overlap=DateTimeTZRange(around - timedelta(days=1), around + timedelta(days=2), "[)"),
        )
        .order_by("planned__startswith", "id")
        .values_list("id", "planned", "organisation__time_zone")
        .distinct()
    )
    return [tour_id for tour_id, planned, zone in rows if planned.lower.astimezone(ZoneInfo(zone)).date() == day]


def _issue(tour: Tour, segment: Any, day: date) -> bool:
    key = f"segment:{segment.pk}:{day.isoformat()}"
    if DutyTask.objects.filter(auto_key=key, tour__state__in=[*_STANDING, TourState.CLOSED.value]).exists():
        return False
    last = DutyTask.objects.filter(segment=segment).aggregate(at=Max("done_at"))["at"]
    if last is not None:
        done_on = last.astimezone(ZoneInfo(tour.organisation.time_zone)).date()
        if (day - done_on).days < segment.patrol_every_days:
            return False
    task = DutyTask.objects.create(
        organisation=tour.organisation,
        tour=tour,
        title=_("巡查 %(name)s") % {"name": segment.name[:100]},
        segment=segment,
        due_at=tour.planned.upper,
        auto_key=key,
    )
    events.publish(
        "patrols.task_created",
        organisation_path=tour.organisation_path,
        audience=DataClass.TASK.value,
        subject={"task": str(task.uid), "tour_id": tour.pk},
        payload={"title": task.title},
    )
    return True
