"""Shifts, requirements and the day's tasks."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from core import audit, clock, events
from core.device_time import NOWHEN, DeviceMoment
from core.errors import Conflict, InvalidInput, NotFound
from patrols.models import DutyTask, Requirement, Shift, Tour, TourStep
from patrols.services.stepping import step_known, step_note
from stations.services import require
from stations.types import Actor, DataClass, Verb


def shift_create(*, actor: Actor, organisation: Any, name: str, starts_at: time, ends_at: time) -> Shift:
    """Name a part of the day. `ends_at` at or before `starts_at` means the shift crosses midnight."""
    require(actor, Verb.CREATE, DataClass.REQUIREMENT, organisation.path)
    with transaction.atomic():
        shift, _created = Shift.objects.update_or_create(
            organisation=organisation, name=name, defaults={"starts_at": starts_at, "ends_at": ends_at}
        )
    return shift


def requirement_create(
    *,
    actor: Actor,
    organisation: Any,
    name: str,
    starts_at: time,
    ends_at: time,
    dates: tuple[date, date],
    weekdays: list[int],
    count: int = 1,
    **fields: Any,
) -> Requirement:
    """Ask for `count` units at a place in a recurring window. `weekdays` are ISO (1 = Monday), `dates` half-open."""
    require(actor, Verb.CREATE, DataClass.REQUIREMENT, organisation.path)
    if count < 1:
        raise InvalidInput(_("数量至少为 1"), field="count", value=count, cure=_("请填写不小于 1 的整数"))
    if not weekdays or any(day not in range(1, 8) for day in weekdays):
        raise InvalidInput(_("星期应为 1 至 7"), field="weekdays", value=weekdays, cure=_("周一为 1，周日为 7"))
    with transaction.atomic():
        requirement = Requirement.objects.create(
            organisation=organisation,
            name=name,
            starts_at=starts_at,
            ends_at=ends_at,
            dates=DateRange(*dates, "[)"),
            weekdays=weekdays,
            count=count,
            **fields,
        )
        audit.record(
            actor_id=actor.user_id,
            action="patrols.requirement_create",
            object_type="requirement",
            object_id=str(requirement.uid),
            organisation_path=organisation.path,
        )
    return requirement


def requirement_change(*, actor: Actor, requirement_id: int, **fields: Any) -> Requirement:
    """Change a requirement; its organisation stays. Takes effect for gaps of all days at once: end one by its dates."""
    with transaction.atomic():
        row = (
            Requirement.objects.select_for_update(of=("self",))
            .select_related("organisation")
            .filter(pk=requirement_id)
            .first()
        )
        if row is None:
            raise NotFound(_("没有这项勤务需求"), field="requirement", value=str(requirement_id))
        require(actor, Verb.CHANGE, DataClass.REQUIREMENT, row.organisation.path)
        if "weekdays" in fields and (
            not fields["weekdays"] or any(day not in range(1, 8) for day in fields["weekdays"])
        ):
            raise InvalidInput(
                _("星期应为 1 至 7"), field="weekdays", value=fields["weekdays"], cure=_("周一为 1，周日为 7")
            )
        if fields.get("count", 1) < 1:
            raise InvalidInput(_("数量至少为 1"), field="count", value=fields["count"], cure=_("请填写不小于 1 的整数"))
        if "organisation" in fields:
            raise InvalidInput(_("这些内容不能更改"), field="organisation", cure=_("去掉这些内容，需要时另建一条"))
        for name, value in fields.items():
            setattr(row, name, value)
        row.save(update_fields=list(fields))
        audit.record(
            actor_id=actor.user_id,
            action="patrols.requirement_change",
            object_type="requirement",
            object_id=str(row.uid),
            organisation_path=row.organisation.path or "",
            details={"fields": sorted(fields)},
        )
    return row


def task_create(
    *, actor: Actor, tour: Tour, title: str, text: str = "", due_at: datetime | None = None, segment: Any = None
) -> DutyTask:
    """Give an outing a task of the day; its members read it on the phone."""
    require(actor, Verb.CREATE, DataClass.TASK, tour.organisation_path)
    with transaction.atomic():
        task = DutyTask.objects.create(
            organisation=tour.organisation, tour=tour, title=title, text=text, due_at=due_at, segment=segment
        )
        events.publish(
            "patrols.task_created",
            organisation_path=tour.organisation_path,
            audience=DataClass.TASK.value,
            subject={"task": str(task.uid), "tour_id": tour.pk},
            payload={"title": title},
        )
    return task


def task_finish(
    *, actor: Actor, task_uid: str, text: str = "", client_key: str = "", moment: DeviceMoment = NOWHEN
) -> DutyTask:
    """Mark a task done. Doing it twice is harmless: the first answer stands."""
    with transaction.atomic():
        task = DutyTask.objects.select_for_update().select_related("tour").filter(uid=task_uid).first()
        if task is None:
            raise NotFound(_("没有这项任务"), field="task", value=task_uid)
        own = actor.person_id is not None and task.tour.members.filter(person_id=actor.person_id).exists()
        if not own:
            require(actor, Verb.CHANGE, DataClass.TASK, task.tour.organisation_path)
        if task.done_at is not None:
            return task
        if task.tour.state == "cancelled":
            raise Conflict(_("出勤已取消"), field="tour", value=task.tour.state, cure=_("请选择其他出勤"))
        task.done_at, task.done_by_id, task.done_text = clock.now(), actor.user_id, text
        task.save(update_fields=["done_at", "done_by_id", "done_text"])
        step_note(
            actor,
            task.tour,
            TourStep.Kind.TASK_DONE,
            client_key="" if step_known(task.tour, client_key) else client_key,
            moment=moment,
            task=str(task.uid),
            title=task.title,
        )
        events.publish(
            "patrols.task_finished",
            organisation_path=task.tour.organisation_path,
            audience=DataClass.TASK.value,
            subject={"task": str(task.uid), "tour_id": task.tour_id},
            payload={},
        )
    return task
