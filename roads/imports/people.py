"""The people that a table of roads names: found, or entered when they are new."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from core.errors import InvalidInput
from core.imports.journal import Journal
from core.imports.reading import ImportRow
from stations.selectors import people_visible_to
from stations.services import person_create
from stations.types import Actor

_MOBILE = re.compile(r"^(\+?86)?1[3-9]\d{9}$")


def organisation_of_row(row: ImportRow, default_code: str) -> Any:
    """The organisation that a row names by code (or by a name that only one has), else the default, else the root."""
    from stations.selectors import organisation_root, organisations_visible_to, system_actor

    wanted = row.text("organisation", default_code)
    if not wanted:
        return organisation_root()
    rows = organisations_visible_to(system_actor("import"))
    found = rows.filter(code=wanted).first()
    if found is None:
        named = list(rows.filter(name=wanted)[:2])
        found = named[0] if len(named) == 1 else None
    if found is None:
        raise InvalidInput(_("没有这个机构"), field="organisation", value=wanted, cure=_("填写机构代码"))
    return found


def is_mobile(phone: str) -> bool:
    """A mobile number belongs to a person: it is never shown as a duty contact unless the column says so."""
    return bool(_MOBILE.match(re.sub(r"[\s-]", "", phone)))


def person_named(actor: Actor, organisation: Any, text: str, field: str) -> Any:
    """The person with this staff number or name, in the organisation or else anywhere. Raises InvalidInput."""
    rows = people_visible_to(actor).filter(is_active=True)
    found = list(rows.filter(staff_number=text)[:2]) or list(rows.filter(name=text, organisation=organisation)[:2])
    found = found or list(rows.filter(name=text)[:2])
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidInput(_("有多人同名"), field=field, value=text, cure=_("改填警号或工号"))
    raise InvalidInput(_("没有这个人员"), field=field, value=text, cure=_("先用 import_people 导入人员"))


def chief_entered(
    actor: Actor,
    organisation: Any,
    name: str,
    row: ImportRow,
    generated: bool = False,
    journal: Journal | None = None,
) -> Any:
    """The chief that a row names; somebody new is entered as a leader of the organisation.

    A mobile number under a plain heading (电话, 联系电话) becomes the personal number, encrypted and never published.
    """
    try:
        return person_named(actor, organisation, name, "chief")
    except InvalidInput as problem:
        if problem.cure == _("改填警号或工号"):
            raise
    duty, phone = row.text("duty_phone"), row.text("phone")
    person = person_create(
        actor=actor,
        organisation=organisation,
        kind="leader",
        name=name,
        duty_phone=duty or ("" if is_mobile(phone) else phone),
        personal_phone=phone if is_mobile(phone) else "",
        generated=generated,
    )
    return person if journal is None else journal.created(person)
