"""One row of a table of people."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from core.db.choices import values_by_name
from core.errors import InvalidInput
from core.imports.journal import Journal
from core.imports.reading import ImportRow
from stations.imports.places import organisation_of_row
from stations.models import Person
from stations.services import person_change, person_create
from stations.types import Actor

COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("姓名",),
    "kind": ("类别", "人员类别", "身份"),
    "organisation": ("机构代码", "机构", "所属机构", "单位"),
    "staff_number": ("警号", "工号", "警号/工号"),
    "post_title": ("职务", "岗位"),
    "duty_phone": ("值班电话", "办公电话"),
    "personal_phone": ("个人电话", "手机", "手机号"),
    "supervising_officer": ("带班民警", "带班民警警号"),
}


def person_row(row: ImportRow, *, actor: Actor, organisation_code: str, journal: Journal | None = None) -> Person:
    """Enter the person of a row, or change the one with its staff number in that organisation.

    Roles are not imported: the security administrator grants them. Empty cells change nothing.
    """
    journal = journal or Journal()
    organisation = organisation_of_row(row, organisation_code)
    fields: dict[str, Any] = {"name": row.required("name"), "kind": _kind(row)}
    for column in ("staff_number", "post_title", "duty_phone", "personal_phone"):
        if row.text(column):
            fields[column] = row.text(column)
    if row.text("supervising_officer"):
        fields["supervising_officer"] = _officer(row)
    number = fields.get("staff_number")
    found = Person.objects.filter(organisation=organisation, staff_number=number).first() if number else None
    if found is not None:
        with journal.changing(found):
            return person_change(actor=actor, person_id=found.pk, **fields)
    return journal.created(person_create(actor=actor, organisation=organisation, **fields))


def _kind(row: ImportRow) -> str:
    text = row.required("kind")
    labels = values_by_name(Person.Kind.choices)
    kind = labels.get(text, text.lower())
    if kind not in Person.Kind.values:
        raise InvalidInput(_("未知的人员类别"), field="kind", value=text, cure="、".join(labels))
    return kind


def _officer(row: ImportRow) -> Person:
    number = row.text("supervising_officer")
    officer = Person.objects.filter(staff_number=number, kind=Person.Kind.OFFICER).first()
    if officer is None:
        raise InvalidInput(_("没有这名带班民警"), field="supervising_officer", value=number, cure=_("先导入民警"))
    return officer
