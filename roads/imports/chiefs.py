"""One row of a table of chiefs of known segments."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from core import clock
from core.errors import InvalidInput
from core.imports.journal import Journal
from core.imports.reading import ImportRow
from roads.imports.people import organisation_of_row, person_named
from roads.imports.segments import moment
from roads.models import ChiefAssignment, Segment
from roads.selectors import level_for
from roads.services import chief_assign, chief_duty_change, deputy_appoint
from stations.types import Actor

COLUMNS: dict[str, tuple[str, ...]] = {
    "segment": ("路段编号", "编号", "路段代码"),
    "level": ("级别", "路长级别"),
    "person": ("警号", "工号", "路长", "路长姓名", "姓名", "人员"),
    "starts_on": ("任期开始", "任职日期", "开始日期", "from"),
    "ends_on": ("任期结束", "离任日期", "结束日期", "to"),
    "duty_phone": ("值班电话", "值守电话", "公开电话"),
    "duty_hours": ("值守时间", "值班时间", "在岗时间"),
    "duties": ("职责",),
    "deputy": ("副职", "副路长", "代理人"),
    "organisation": ("机构代码", "机构", "单位"),
}


def chief_row(
    row: ImportRow, *, actor: Actor, organisation_code: str, journal: Journal | None = None
) -> ChiefAssignment:
    """Appoint the chief of a row, and its deputy. The same appointment in force again takes over the row's duty
    contact and is left as it is otherwise.

    Dates are local dates of the segment's organisation; the end date is the last day. Raises InvalidInput, or
    Conflict naming who holds the metres.
    """
    journal = journal or Journal()
    segment = _segment(row, organisation_code)
    organisation = segment.organisation
    level = level_for(organisation, row.required("level"))
    person = person_named(actor, organisation, row.required("person"), "person")
    starts_at = moment(row, "starts_on", organisation) or clock.now()
    same = ChiefAssignment.objects.filter(
        segment=segment, level=level, person=person, valid__contains=starts_at
    ).first()
    assignment = same or journal.created(
        chief_assign(
            actor=actor,
            segment=segment,
            level=level,
            person=person,
            starts_at=starts_at,
            ends_at=_after_last_day(row, organisation),
            duty_phone=row.text("duty_phone"),
            duty_hours=row.text("duty_hours"),
            duties=row.text("duties"),
        )
    )
    told = {name: row.text(name) for name in ("duty_phone", "duty_hours", "duties") if row.text(name)}
    if same is not None and any(getattr(same, name) != value for name, value in told.items()):
        with journal.changing(same):
            assignment = chief_duty_change(actor=actor, assignment_uid=str(same.uid), **told)
    if row.text("deputy"):
        deputy = person_named(actor, organisation, row.text("deputy"), "deputy")
        if not assignment.deputies.filter(person=deputy).exists():
            journal.created(
                deputy_appoint(
                    actor=actor, assignment=assignment, person=deputy, starts_at=starts_at,
                    ends_at=assignment.valid.upper, order=assignment.deputies.count() + 1,
                )
            )  # fmt: skip
    return assignment


def _segment(row: ImportRow, organisation_code: str) -> Segment:
    code = row.required("segment")
    rows = Segment.objects.filter(code=code, valid__contains=clock.now()).select_related("organisation")
    if row.text("organisation", organisation_code):
        rows = rows.filter(organisation=organisation_of_row(row, organisation_code))
    found = list(rows[:2])
    if not found:
        raise InvalidInput(_("没有这个路段"), field="segment", value=code, cure=_("填写在用路段的编号"))
    if len(found) > 1:
        raise InvalidInput(_("多个机构有这个编号"), field="segment", value=code, cure=_("补填机构代码"))
    return found[0]


def _after_last_day(row: ImportRow, organisation: Any) -> Any:
    from datetime import timedelta

    last = moment(row, "ends_on", organisation)
    return None if last is None else last + timedelta(days=1)
