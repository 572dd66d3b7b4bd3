"""Setting and ending marks 标签, and what they do to the grade of the case at hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import Conflict, InvalidInput, NotFound
from core.geo.datum import place_check
from core.geo.srid import STORE_SRID
from incidents.models import Incident, IncidentStep, Mark
from incidents.models.mark import MAX_WEIGHT
from incidents.selectors.callers import plain_phone
from incidents.selectors.marks import MAX_RADIUS_M, marks_visible_to
from incidents.selectors.visible import incidents_visible_to
from incidents.services.history import StepContext, incident_lock, incident_note, incident_publish
from incidents.services.regrading import incident_grade_again
from incidents.states import SETTLED, IncidentState
from roads.selectors import deployment_bounds
from stations.selectors import organisation_at, organisation_root, organisations_visible_to
from stations.services import require
from stations.types import Actor, DataClass, Verb

DEFAULT_RADIUS_M = 200


def mark_add(
    *,
    actor: Actor,
    target: str,
    label: str,
    reason: str,
    weight: int = 1,
    incident_uid: str | None = None,
    lon: float | None = None,
    lat: float | None = None,
    datum: str = "",
    radius_m: int = DEFAULT_RADIUS_M,
    plate: str = "",
    phone: str = "",
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> Mark:
    """Mark a place, a plate or a caller: with an incident its own, without one what is given.

    A caller is kept as a blind index alone. An open incident that it was set from is graded again: never lower. Raises
    InvalidInput naming what is missing, Conflict when the incident has no plate or caller to mark.
    """
    _checked(target, label, reason, weight, radius_m)
    begins = valid_from or clock.now()
    if valid_until is not None and valid_until <= max(begins, clock.now()):
        raise InvalidInput(
            _("结束时间必须在将来"), field="valid_until", value=valid_until.isoformat(), cure=_("选择晚于现在的时间")
        )
    mark = Mark(
        target=target,
        label=label.strip(),
        weight=weight,
        reason=reason.strip(),
        valid_from=begins,
        valid_until=valid_until,
        created_by_id=actor.user_id,
    )
    with transaction.atomic():
        incident = _seen(actor, incident_uid) if incident_uid is not None else None
        if incident is not None:
            _of_incident(mark, incident, radius_m)
        else:
            _of_itself(mark, actor, lon, lat, datum, radius_m, plate, phone)
        require(actor, Verb.CREATE, DataClass.MARK, mark.organisation_path)
        mark.save()
        _audited(actor, mark, "incidents.mark_add", mark.reason)
        if incident is not None:
            _told(incident, mark, actor, ended=False)
            if IncidentState(incident.state) not in SETTLED:
                incident_grade_again(incident, context=StepContext(actor_id=actor.user_id))
    return mark


def mark_end(*, actor: Actor, mark_uid: str, reason: str) -> Mark:
    """End a mark now, with a reason; ending it again changes nothing. Grades that counted it stay as they are."""
    if not reason.strip():
        raise InvalidInput(_("请说明原因"), field="reason", cure=_("填写一句话原因后再提交"))
    with transaction.atomic():
        mark = marks_visible_to(actor).select_for_update(of=("self",)).filter(uid=mark_uid).first()
        if mark is None:
            raise NotFound(_("没有这个标签"), field="mark", value=str(mark_uid))
        require(actor, Verb.CHANGE, DataClass.MARK, mark.organisation_path)
        if mark.ended_at is not None:
            return mark
        mark.ended_at, mark.ended_by_id, mark.end_reason = clock.now(), actor.user_id, reason.strip()
        mark.save(update_fields=["ended_at", "ended_by_id", "end_reason"])
        _audited(actor, mark, "incidents.mark_end", reason)
        if mark.incident is not None:
            _told(incident_lock(str(mark.incident.uid)), mark, actor, ended=True)
    return mark


def _checked(target: str, label: str, reason: str, weight: int, radius_m: int) -> None:
    if target not in Mark.Target.values:
        raise InvalidInput(_("未知的标签对象"), field="target", value=target, cure="、".join(Mark.Target.values))
    if not label.strip():
        raise InvalidInput(_("请填写标签"), field="label", cure=_("如：醉驾多发、重点车辆、多次报警"))
    if not reason.strip():
        raise InvalidInput(_("请说明原因"), field="reason", cure=_("填写一句话原因后再提交"))
    if not 1 <= weight <= MAX_WEIGHT:
        raise InvalidInput(_("权重超出范围"), field="weight", value=weight, cure=f"1–{MAX_WEIGHT}")
    if not 1 <= radius_m <= MAX_RADIUS_M:
        raise InvalidInput(_("半径超出范围"), field="radius_m", value=radius_m, cure=f"1–{MAX_RADIUS_M}")


def _seen(actor: Actor, uid: str) -> Incident:
    incident = incident_lock(uid)
    if not incidents_visible_to(actor).filter(pk=incident.pk).exists():
        raise NotFound(_("没有这条警情"), field="incident", value=str(uid))
    return incident


def _of_incident(mark: Mark, incident: Incident, radius_m: int) -> None:
    mark.incident = incident
    mark.organisation_id, mark.organisation_path = incident.organisation_id, incident.organisation_path
    if mark.target == Mark.Target.PLACE:
        mark.geom, mark.radius_m = incident.geom, radius_m
    elif mark.target == Mark.Target.PLATE:
        mark.plate = incident.plate
    else:
        mark.caller_index = incident.reporter_phone or None
    if mark.target != Mark.Target.PLACE and not (mark.plate or mark.caller_index):
        raise Conflict(
            _("这条警情没有可标注的号牌或来电号码"),
            code="nothing_to_mark",
            field="target",
            value=mark.target,
            cure=_("改为标注地点，或先补全警情"),
        )


def _of_itself(
    mark: Mark,
    actor: Actor,
    lon: float | None,
    lat: float | None,
    datum: str,
    radius_m: int,
    plate: str,
    phone: str,
) -> None:
    if mark.target == Mark.Target.PLACE:
        x, y = place_check(lon, lat, datum, bounds=deployment_bounds())
        mark.geom, mark.radius_m = Point(x, y, srid=STORE_SRID), radius_m
        mark.organisation = organisation_at((x, y))
    else:
        given, name = (plate, "plate") if mark.target == Mark.Target.PLATE else (phone, "phone")
        if not given.strip():
            raise InvalidInput(_("请填写要标注的号牌或号码"), field=name, cure=_("补全后再提交"))
        if mark.target == Mark.Target.PLATE:
            mark.plate = given.strip()
        else:
            mark.caller_index = plain_phone(given)
        paths = actor.scope_paths(Verb.CREATE, DataClass.MARK)
        seen = organisations_visible_to(actor).filter(path__startswith=paths[0] if paths else "")
        mark.organisation = seen.order_by("path").first() or organisation_root()
    mark.organisation_path = mark.organisation.path or ""


def _told(incident: Incident, mark: Mark, actor: Actor, *, ended: bool) -> None:
    """A row of the incident's history. What a caller or a plate is marked with is not for everybody who reads it."""
    details: dict[str, Any] = {"mark": str(mark.uid), "target": mark.target, "ended": ended}
    if mark.target == Mark.Target.PLACE:
        details["label"] = mark.label
    incident_note(incident, kind=IncidentStep.Kind.MARK, context=StepContext(actor_id=actor.user_id), details=details)
    incident_publish(incident, "incidents.incident_changed")


def _audited(actor: Actor, mark: Mark, action: str, reason: str) -> None:
    audit.record(
        actor_id=actor.user_id,
        action=action,
        object_type="mark",
        object_id=str(mark.uid),
        organisation_path=mark.organisation_path,
        reason=reason,
        details={"target": mark.target, "label": mark.label, "weight": mark.weight},
    )
