"""Grading an open case again when something became known that the table counts: it may only become graver."""

from __future__ import annotations

from django.utils.translation import gettext as _

from core import clock
from incidents.models import Incident, IncidentStep
from incidents.selectors.marks import MarkMet, marks_met
from incidents.services import timing
from incidents.services.deadlines import deadlines_again
from incidents.services.grading import (
    GradeOutcome,
    grade_facts,
    incident_grade_by_table,
    repeats_near,
    units_needed_at,
)
from incidents.services.history import StepContext, incident_note, incident_publish, incident_touch
from incidents.states import Grade
from roads.selectors import place_locate

PLACE = "place"


def mark_reasons(graded: GradeOutcome, marks: list[MarkMet]) -> list[dict[str, str]]:
    """The reasons of a grade with the marks of the place named; of a plate or a caller only that there is one, since
    more people read a grade than may read such marks.
    """
    named = [mark.label for mark in marks if mark.target == PLACE]
    others = len(marks) - len(named)
    grade = graded.grade.value
    # Kept in Chinese like those of tables; `catalogue.reasons` says them again in the reader's language.
    reasons = [{"code": "mark", "grade": grade, "reason": f"地点标签「{label}」", "label": label} for label in named]
    if others:
        reasons.append({"code": "marks", "grade": grade, "reason": f"另有 {others} 个标签", "count": str(others)})
    return [*graded.reasons, *reasons]


def incident_grade_again(incident: Incident, *, context: StepContext) -> bool:
    """Count the marks of a locked open incident anew, and raise its grade when the table says so.

    Returns whether it was raised. A grade that a person set lower is raised again only by what is new, which the
    history then says.
    """
    now = clock.now()
    lon, lat = incident.geom.x, incident.geom.y
    marks = marks_met(lon=lon, lat=lat, plate=incident.plate, phone=incident.reporter_phone, at=now)
    place = place_locate(lon, lat, at=incident.happened_at, course_deg=incident.course_deg)
    facts = grade_facts(
        kind=incident.kind,
        risk=incident.risk,
        road_class=place.road_class,
        repeats=repeats_near(lon, lat, now),
        marks=sum(mark.weight for mark in marks),
    )
    graded = incident_grade_by_table(facts=facts, at=now)
    ids = [mark.id for mark in marks]
    if graded.grade.rank >= Grade(incident.grade).rank:
        incident_touch(incident, mark_ids=ids)
        return False
    old, before = incident.grade, incident.units_needed
    limits = deadlines_again(incident, grade=graded.grade.value, at=now)
    incident_touch(
        incident,
        grade=graded.grade.value,
        grade_reasons=mark_reasons(graded, marks),
        grade_table_version=graded.table_version,
        mark_ids=ids,
        units_needed=units_needed_at(incident, graded.grade.value),
        **limits.fields(incident.received_at),
    )
    incident_note(
        incident,
        kind=IncidentStep.Kind.GRADE,
        context=StepContext(actor_id=context.actor_id, text=_("标签变化，重新定级")),
        details={"from": old, "to": graded.grade.value},
    )
    timing.deadline_timers_set(incident)
    incident_publish(incident, "incidents.incident_regraded")
    if incident.units_needed > before:
        incident_publish(incident, "incidents.unit_wanted")
    return True
