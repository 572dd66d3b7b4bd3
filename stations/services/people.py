"""People and vehicles."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.errors import Conflict, InvalidInput, NotFound
from stations.models import Organisation, Person, Vehicle
from stations.services.record import record
from stations.services.require import require
from stations.types import Actor, DataClass, Verb

_CHANGEABLE = frozenset(
    {
        "name",
        "kind",
        "staff_number",
        "post_title",
        "duty_phone",
        "personal_phone",
        "supervising_officer",
        "user",
        "generated",
        "is_active",
    }
)


def _check(fields: dict[str, Any]) -> None:
    unknown = set(fields) - _CHANGEABLE
    if unknown:
        raise InvalidInput(_("不能修改的字段"), field=min(unknown), cure="、".join(sorted(_CHANGEABLE)))
    if "name" in fields and not str(fields["name"]).strip():
        raise InvalidInput(_("姓名不能为空"), field="name", cure=_("补全后再提交"))
    if "kind" in fields and fields["kind"] not in Person.Kind.values:
        raise InvalidInput(_("未知的人员类别"), field="kind", value=fields["kind"], cure="、".join(Person.Kind.values))
    officer = fields.get("supervising_officer")
    if officer is not None and officer.kind != Person.Kind.OFFICER:
        raise InvalidInput(_("带班人必须是民警"), field="supervising_officer", value=officer.name, cure=_("请选择民警"))


def person_create(*, actor: Actor, organisation: Organisation, kind: str, name: str, **fields: Any) -> Person:
    """Enter somebody. Raises Conflict when the staff number or the account is taken."""
    require(actor, Verb.CREATE, DataClass.PERSON, organisation.path)
    _check({"kind": kind, "name": name, **fields})
    try:
        with transaction.atomic():
            person = Person.objects.create(organisation=organisation, kind=kind, name=name, **fields)
            record(
                actor,
                "person_created",
                audience=DataClass.PERSON,
                object_id=person.uid,
                organisation_path=organisation.path or "",
                subject={"person_id": person.pk},
                payload={"kind": kind},
            )
    except IntegrityError as error:
        raise _conflict(error, fields) from error
    return person


def person_change(*, actor: Actor, person_id: int, **fields: Any) -> Person:
    """Change a person. Leaving (`is_active=False`) ends what the person may do at once."""
    _check(fields)
    try:
        with transaction.atomic():
            person = Person.objects.select_for_update().filter(pk=person_id).select_related("organisation").first()
            if person is None:
                raise NotFound(_("没有这个人员"), field="person", value=person_id)
            path = person.organisation.path or ""
            require(actor, Verb.CHANGE, DataClass.PERSON, path)
            users = {person.user_id}
            for field, value in fields.items():
                setattr(person, field, value)
            person.save()
            users.add(person.user_id)
            record(
                actor,
                "person_changed",
                audience=DataClass.PERSON,
                object_id=person.uid,
                organisation_path=path,
                subject={"person_id": person.pk},
                payload={"fields": sorted(fields)},
            )
            if {"is_active", "user"} & set(fields):
                from stations.services.roles import roles_changed

                roles_changed(actor, person, path, users=users)
    except IntegrityError as error:
        raise _conflict(error, fields) from error
    return person


def vehicle_create(
    *, actor: Actor, organisation: Organisation, plate: str, kind: str, generated: bool = False
) -> Vehicle:
    """Enter a police car, motorcycle or drone. Raises Conflict when the organisation already has it."""
    require(actor, Verb.CREATE, DataClass.VEHICLE, organisation.path)
    if not plate.strip():
        raise InvalidInput(_("号牌或编号不能为空"), field="plate", cure=_("补全后再提交"))
    try:
        with transaction.atomic():
            vehicle = Vehicle.objects.create(organisation=organisation, plate=plate, kind=kind, generated=generated)
            record(
                actor,
                "vehicle_created",
                audience=DataClass.VEHICLE,
                object_id=vehicle.uid,
                organisation_path=organisation.path or "",
                payload={"kind": kind},
            )
    except IntegrityError as error:
        raise Conflict(_("该机构已有此车辆"), field="plate", value=plate, cure=_("请使用原车辆记录")) from error
    return vehicle


def _conflict(error: IntegrityError, fields: dict[str, Any]) -> Conflict:
    if "person_staff_number_unique" in str(error):
        return Conflict(
            _("该机构已有此警号／工号"),
            field="staff_number",
            value=fields.get("staff_number"),
            cure=_("请核对警号／工号"),
        )
    if "user_id" in str(error):
        return Conflict(
            _("该账号已属于其他人员"),
            field="user",
            value=fields.get("user") and str(fields["user"]),
            cure=_("请换一个账号"),
        )
    raise error
