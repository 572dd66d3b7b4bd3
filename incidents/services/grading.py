"""Grading red/yellow/blue by the versioned decision table, with its reasons; a person may raise or lower it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import InvalidInput
from core.rules import evaluate
from incidents.models import Incident, IncidentKind, IncidentStep
from incidents.services import timing
from incidents.services.deadlines import deadlines_again
from incidents.services.history import StepContext, incident_lock, incident_note, incident_publish, incident_touch
from incidents.services.intake_rows import repeats_around
from incidents.states import SETTLED, Grade, IncidentState
from stations.services import require
from stations.types import Actor, DataClass, Verb

GRADING_TABLE = "incidents.grading"

# Same place again within this window counts as a repeat (domain.md §3.16; thresholds live in the table).
REPEAT_RADIUS_M = 300
REPEAT_WINDOW = timedelta(hours=24)


MAX_RISK_KEYS = 40
MAX_RISK_TEXT = 200
_COUNTS = ("injured", "marks")
_SIGNS = ("hazmat", "weapon")
# Written by the house itself (services.calling), never by a request.
CALLER = "caller_tour_id"
RISK_RESERVED = frozenset({CALLER})


def risk_checked(risk: dict[str, Any]) -> dict[str, Any]:
    """Risk facts as they come from outside. Raises InvalidInput naming the fact for what no table could read."""
    if len(risk) > MAX_RISK_KEYS:
        raise InvalidInput(_("风险要素过多"), field="risk", value=len(risk), cure=_("最多 40 项"))
    for name, value in risk.items():
        field = f"risk.{name}"[:100].replace("\0", "")
        if not (name.isprintable() and name.isascii()) or name in RISK_RESERVED:
            raise InvalidInput(
                _("不能使用的风险要素名"),
                field=field,
                value=name.replace("\0", ""),
                cure=_("如 injured、hazmat、weapon"),
            )
        if name in _COUNTS and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 10_000):
            raise InvalidInput(_("应为非负整数"), field=field, value=value, cure=_("例如 1"))
        if name in _SIGNS and not isinstance(value, bool):
            raise InvalidInput(_("应为 true 或 false"), field=field, value=value, cure="true / false")
        if not _short_value(value):
            raise InvalidInput(
                _("风险要素应为简短的值"), field=field, cure=_("文字不超过 200 字，数字为有限值，不含控制字符")
            )
    return risk


def _short_value(value: Any) -> bool:
    """What JSON of the database can hold: no NaN or infinity, no NUL, no half of a surrogate pair."""
    if isinstance(value, str):
        return len(value) <= MAX_RISK_TEXT and "\0" not in value and value.encode(errors="ignore").decode() == value
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, bool) or (isinstance(value, int) and abs(value) < 10**15)


@dataclass(frozen=True, slots=True)
class GradeOutcome:
    """A grade with its reasons (`[{"code", "reason", "grade"}]`, gravest first) and the table's version."""

    grade: Grade
    reasons: list[dict[str, str]]
    table_version: int


def grade_facts(
    *, kind: str, risk: dict[str, Any], road_class: int | None, repeats: int, marks: int = 0
) -> dict[str, Any]:
    """The facts the table reads; missing risk facts count as absent, never as unknown. See `risk_checked`.

    `marks`: the weights of the marks in force that the case meets; marks that a report counts itself come on top.
    """
    return {
        "kind": kind,
        "injured": risk.get("injured", 0),
        "hazmat": risk.get("hazmat", False),
        "weapon": risk.get("weapon", False),
        "expressway": road_class is not None and road_class <= 2,
        "marks": risk.get("marks", 0) + marks,
        "repeats": repeats,
    }


def incident_grade_by_table(*, facts: dict[str, Any], at: datetime) -> GradeOutcome:
    """Evaluate the grading table in force at `at`. The gravest row that matches wins; all matching rows are reasons.

    A table that fails, or yields no row, raises core's rule error: an incident is never graded by accident.
    """
    outcome = evaluate(GRADING_TABLE, facts, at)
    rows = outcome.result if isinstance(outcome.result, list) else [outcome.result]
    reasons = sorted(
        ({"code": row["code"], "grade": row["grade"], "reason": row["reason"]} for row in rows),
        key=lambda row: Grade(row["grade"]).rank,
    )
    if not reasons:
        raise InvalidInput(_("定级规则没有给出等级"), field="grade", cure=_("请检查定级表是否有兜底规则"))
    if len(reasons) > 1:
        reasons = [row for row in reasons if row["code"] != "default"]
    return GradeOutcome(Grade(reasons[0]["grade"]), reasons, outcome.table_version)


def repeats_near(lon: float, lat: float, at: datetime) -> int:
    """How many incidents the last day saw within 300 m."""
    # 0.004 degrees are more than 300 m at every latitude of China.
    return repeats_around(lon, lat, since=at - REPEAT_WINDOW, radius_m=REPEAT_RADIUS_M, around_deg=0.004)


def incident_regrade(*, actor: Actor, incident_uid: str, grade: str, reason: str) -> Incident:
    """Raise or lower a grade by hand, with a reason; deadlines follow, timers are set anew."""
    if grade not in set(Grade):
        raise InvalidInput(_("等级应为 red、yellow 或 blue"), field="grade", value=grade, cure=_("请从三个等级中选择"))
    if not reason.strip():
        raise InvalidInput(_("请说明原因"), field="reason", cure=_("填写一句话原因后再提交"))
    with transaction.atomic():
        incident = incident_lock(incident_uid)
        require(actor, Verb.CHANGE, DataClass.INCIDENT, incident.organisation_path)
        if IncidentState(incident.state) in SETTLED:
            raise InvalidInput(
                _("警情已结束，不能改级"), field="incident", value=incident.number, cure=_("请先重新打开警情")
            )
        old = incident.grade
        limits = deadlines_again(incident, grade=grade, at=clock.now())
        before, units_needed = incident.units_needed, units_needed_at(incident, grade)
        context = StepContext(actor_id=actor.user_id, text=reason)
        incident_touch(
            incident,
            grade=grade,
            grade_reasons=[{"code": "person", "grade": grade, "reason": reason}, *incident.grade_reasons],
            units_needed=units_needed,
            **limits.fields(incident.received_at),
        )
        incident_note(incident, kind=IncidentStep.Kind.GRADE, context=context, details={"from": old, "to": grade})
        timing.deadline_timers_set(incident)
        incident_publish(incident, "incidents.incident_regraded")
        if units_needed > before:
            incident_publish(incident, "incidents.unit_wanted")
        audit.record(
            actor_id=actor.user_id,
            action="incidents.incident_regrade",
            object_type="incident",
            object_id=str(incident.uid),
            organisation_path=incident.organisation_path,
            reason=reason,
            details={"from": old, "to": grade, "at": clock.now().isoformat()},
        )
    return incident


def units_needed_at(incident: Incident, grade: str) -> int:
    """A grave one gets as many units as its kind needs; nobody is called off because a grade was lowered."""
    if grade != Grade.RED.value:
        return incident.units_needed
    needed = IncidentKind.objects.filter(code=incident.kind).values_list("units_needed", flat=True).first()
    return max(incident.units_needed, needed or 1)
