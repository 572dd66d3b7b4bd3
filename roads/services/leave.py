"""Leave of chiefs: set, change, end early, cancel. Who stands in changes at the very moment that is written here.

What has been stays as it was: leave that has begun is ended, not removed, and another deputy takes over from now on.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from core import audit, clock, events
from core.errors import Conflict, InvalidInput, NotFound
from roads.models import ChiefLeave
from roads.selectors.standing_in import deputies_allowed
from stations.services import require
from stations.types import Actor, DataClass, Verb

MAX_REASON = 200


def leave_set(
    *, actor: Actor, person: Any, starts_at: datetime, ends_at: datetime, deputy: Any = None, reason: str = ""
) -> ChiefLeave:
    """Leave of a chief; a chief sets their own, others need the right to change chiefs.

    Raises InvalidInput for times that run backwards and a deputy who may not be named, Conflict for leave that overlaps
    other leave of the chief or of the named deputy.
    """
    _may(actor, person)
    _times_check(starts_at, ends_at)
    _deputy_check(actor, person, deputy, starts_at, ends_at)
    return _written(actor, person, starts_at, ends_at, deputy, reason[:MAX_REASON], "leave_set")


def leave_change(
    *, actor: Actor, leave_id: int, starts_at: datetime, ends_at: datetime, deputy: Any = None
) -> ChiefLeave:
    """Change leave that is not over. Where it has begun its beginning stays, and another deputy takes over from now."""
    with transaction.atomic():
        leave = _locked(actor, leave_id)
        now = clock.now()
        if _is_over(leave, now):
            raise Conflict(_("请假已经结束，不能修改"), field="leave", value=leave_id, cure=_("请另行登记一次请假"))
        begun = leave.valid.lower <= now
        begins = leave.valid.lower if begun else starts_at
        _times_check(begins, ends_at)
        if ends_at <= now:
            raise InvalidInput(
                _("结束时间已经过去"), field="ends_at", value=ends_at.isoformat(), cure=_("要提前结束，请用“提前结束”")
            )
        _deputy_check(actor, leave.person, deputy, max(begins, now) if begun else begins, ends_at)
        if begun and (deputy.pk if deputy else None) != leave.deputy_id:
            leave.valid = DateTimeTZRange(leave.valid.lower, now, "[)")
            leave.save(update_fields=["valid"])
            return _written(actor, leave.person, now, ends_at, deputy, leave.reason, "leave_changed")
        leave.valid, leave.deputy = DateTimeTZRange(begins, ends_at, "[)"), deputy
        try:
            with transaction.atomic():
                leave.save(update_fields=["valid", "deputy"])
        except IntegrityError as error:
            raise _overlap(error, begins) from error
        _tell(actor, leave, "leave_changed")
    return leave


def leave_end(*, actor: Actor, leave_id: int) -> ChiefLeave:
    """The chief is back: leave ends now. Raises Conflict where it has not begun or is over."""
    with transaction.atomic():
        leave = _locked(actor, leave_id)
        now = clock.now()
        if leave.valid.lower >= now or _is_over(leave, now):
            raise Conflict(
                _("请假不在进行中"), field="leave", value=leave_id, cure=_("尚未开始的请假请取消；已结束的无需操作")
            )
        leave.valid = DateTimeTZRange(leave.valid.lower, now, "[)")
        leave.save(update_fields=["valid"])
        _tell(actor, leave, "leave_ended")
    return leave


def leave_cancel(*, actor: Actor, leave_id: int) -> None:
    """Leave that has not begun does not take place; the audit trail keeps that it was planned."""
    with transaction.atomic():
        leave = _locked(actor, leave_id)
        if leave.valid.lower <= clock.now():
            raise Conflict(_("请假已经开始，不能取消"), field="leave", value=leave_id, cure=_("请用“提前结束”"))
        _tell(actor, leave, "leave_cancelled")
        leave.delete()


def _written(
    actor: Actor, person: Any, starts_at: datetime, ends_at: datetime, deputy: Any, reason: str, action: str
) -> ChiefLeave:
    try:
        with transaction.atomic():
            leave = ChiefLeave.objects.create(
                person=person,
                deputy=deputy,
                valid=DateTimeTZRange(starts_at, ends_at, "[)"),
                reason=reason,
                created_by_id=actor.user_id,
            )
            _tell(actor, leave, action)
    except IntegrityError as error:
        raise _overlap(error, starts_at) from error
    return leave


def _overlap(error: IntegrityError, starts_at: datetime) -> Exception:
    if "chief_leave_no_overlap" not in str(error):
        return error
    return Conflict(
        _("与已登记的请假时间重叠"),
        field="starts_at",
        value=starts_at.isoformat(),
        cure=_("请调整时间，或先取消原请假"),
    )


def _locked(actor: Actor, leave_id: int) -> ChiefLeave:
    leave = (
        ChiefLeave.objects.select_for_update(of=("self",))
        .select_related("person__organisation", "deputy")
        .filter(pk=leave_id)
        .first()
    )
    if leave is None:
        raise NotFound(_("没有这次请假"), field="leave", value=leave_id)
    _may(actor, leave.person)
    return leave


def _may(actor: Actor, person: Any) -> None:
    if actor.person_id is None or actor.person_id != person.pk:
        require(actor, Verb.CHANGE, DataClass.CHIEF, person.organisation.path)


def _is_over(leave: ChiefLeave, now: datetime) -> bool:
    return leave.valid.upper is not None and leave.valid.upper <= now


def _times_check(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise InvalidInput(
            _("结束时间必须晚于开始时间"),
            field="ends_at",
            value=ends_at.isoformat(),
            cure=_("把结束时间改到开始时间之后"),
        )


def _deputy_check(actor: Actor, person: Any, deputy: Any, starts_at: datetime, ends_at: datetime) -> None:
    """The named deputy is another one, is there meanwhile, and, where a chief names one, is one of those allowed."""
    if deputy is None:
        return
    if deputy.pk == person.pk:
        raise InvalidInput(_("代理人不能是本人"), field="deputy", value=person.name, cure=_("请选择其他人员"))
    if actor.person_id == person.pk and not deputies_allowed(person).filter(pk=deputy.pk).exists():
        raise InvalidInput(
            _("此人不能代理您"), field="deputy", value=deputy.name, cure=_("请选择本单位的路长，或您名下路段的副职")
        )
    away = ChiefLeave.objects.filter(person=deputy, valid__overlap=DateTimeTZRange(starts_at, ends_at, "[)")).first()
    if away is not None:
        raise Conflict(
            _("代理人届时也在请假"), field="deputy", value=deputy.name, cure=_("请选择其他代理人，或调整时间")
        )


def _tell(actor: Actor, leave: ChiefLeave, action: str) -> None:
    path = leave.person.organisation.path or ""
    upper = leave.valid.upper
    audit.record(
        actor_id=actor.user_id,
        action=f"roads.{action}",
        object_type="person",
        object_id=str(leave.person.uid),
        organisation_path=path,
        reason=leave.reason,
        details={
            "starts_at": leave.valid.lower.isoformat(),
            "ends_at": upper.isoformat() if upper else None,
            "deputy": str(leave.deputy.uid) if leave.deputy else None,
        },
    )
    events.publish(
        "roads.chief_changed",
        organisation_path=path,
        audience=DataClass.CHIEF.value,
        subject={"person_id": leave.person_id},
        payload={"change": "leave"},
    )
