"""Roles: granted and taken back by the security administrator, never by oneself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from core import clock, events
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from stations.access.roles import STAFF_ROLES
from stations.models import Organisation, Person, RoleGrant
from stations.services.record import record
from stations.services.require import require
from stations.types import SEPARATED, Actor, DataClass, Role, Verb


def role_grant(
    *,
    actor: Actor,
    person: Person,
    role: Role | str,
    organisation: Organisation,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    note: str = "",
) -> RoleGrant:
    """Grant a role over an organisation and everything below it, from a moment (default: now) to a moment.

    Raises Forbidden for granting to oneself, Conflict for the same grant in the same time and for two of the three
    separated administrations (the database refuses those too), InvalidInput for roles that nobody is granted.
    """
    require(actor, Verb.CREATE, DataClass.ROLE_GRANT, organisation.path)
    wanted = _role(role)
    if actor.person_id is not None and actor.person_id == person.pk:
        raise Forbidden(_("不能给自己授权"), field="person", cure=_("请由另一名安全管理员授权"))
    valid = _span(valid_from or clock.now(), valid_until)
    try:
        with transaction.atomic():
            Person.objects.select_for_update().get(pk=person.pk)
            _check_separation(person, wanted, valid)
            grant = RoleGrant.objects.create(
                person=person,
                role=wanted.value,
                organisation=organisation,
                valid=valid,
                granted_by_id=actor.user_id,
                granted_at=clock.now(),
                note=note,
            )
            path = organisation.path or ""
            record(
                actor,
                "role_granted",
                audience=DataClass.ROLE_GRANT,
                object_id=grant.pk,
                organisation_path=path,
                reason=note,
                subject={"person_id": person.pk},
                payload={"role": wanted.value},
            )
            roles_changed(actor, person, path)
    except IntegrityError as error:
        if "role_grant_no_overlap" in str(error):
            raise Conflict(
                _("该时段已有相同授权"), field="role", value=wanted.value, cure=_("请先结束原有的一条，或调整起止时间")
            ) from error
        if "role_grant_separated" in str(error):
            raise _separation_conflict(wanted) from error
        raise
    return grant


def _span(start: datetime, end: datetime | None) -> DateTimeTZRange:
    """Half-open. Raises InvalidInput for an end that is not after the start."""
    if end is not None and end <= start:
        raise InvalidInput(
            _("结束时间必须晚于开始时间"),
            field="valid_until",
            value=end.isoformat(),
            cure=_("把结束时间改到开始时间之后"),
        )
    return DateTimeTZRange(start, end, "[)")


def role_revoke(*, actor: Actor, grant_id: int, reason: str) -> RoleGrant:
    """End a grant now; the row stays. A grant that has not begun ends where it begins. Twice is harmless."""
    with transaction.atomic():
        grant = (
            RoleGrant.objects.select_for_update(of=("self",))
            .select_related("person", "organisation")
            .filter(pk=grant_id)
            .first()
        )
        if grant is None:
            raise NotFound(_("没有这项授权"), field="role_grant", value=grant_id)
        path = grant.organisation.path or ""
        require(actor, Verb.CHANGE, DataClass.ROLE_GRANT, path)
        if not reason.strip():
            raise InvalidInput(_("请写明原因"), field="reason", cure=_("填写一句话原因后再提交"))
        now = clock.now()
        if grant.valid.isempty or (grant.valid.upper is not None and grant.valid.upper <= now):
            return grant
        lower = grant.valid.lower
        ends = now if lower is None or lower < now else lower
        grant.valid = DateTimeTZRange(lower, ends, "[)")
        grant.save(update_fields=["valid"])
        record(
            actor,
            "role_revoked",
            audience=DataClass.ROLE_GRANT,
            object_id=grant.pk,
            organisation_path=path,
            reason=reason,
            subject={"person_id": grant.person_id},
            payload={"role": grant.role},
        )
        roles_changed(actor, grant.person, path)
    return grant


def roles_changed(actor: Actor, person: Person, organisation_path: str, users: Iterable[int | None] = ()) -> None:
    """In the caller's transaction: sync who may enter /admin/ and tell the streams of these users to end."""
    affected = {user_id for user_id in (*users, person.user_id) if user_id is not None}
    for user_id in sorted(affected):
        staff = (
            RoleGrant.objects.filter(person__user_id=user_id, person__is_active=True, role__in=STAFF_ROLES)
            .exclude(valid__fully_lt=DateTimeTZRange(clock.now(), None, "[)"))
            .exclude(valid__isempty=True)
            .exists()
        )
        get_user_model().objects.filter(pk=user_id, is_superuser=False).exclude(is_staff=staff).update(is_staff=staff)
        events.publish(
            "stations.roles_changed",
            organisation_path=organisation_path,
            audience=DataClass.ROLE_GRANT.value,
            subject={"user_id": user_id, "person_id": person.pk},
            payload={},
        )


def _role(role: Role | str) -> Role:
    try:
        wanted = Role(role)
    except ValueError as error:
        raise InvalidInput(_("未知的角色"), field="role", value=role, cure="、".join(Role)) from error
    if wanted in (Role.DEVICE, Role.PUBLIC):
        raise InvalidInput(_("该角色不能授予人员"), field="role", value=wanted.value, cure=_("请选择其他角色"))
    return wanted


def _check_separation(person: Person, role: Role, valid: DateTimeTZRange) -> None:
    if role not in SEPARATED:
        return
    others = [other.value for other in SEPARATED if other is not role]
    if RoleGrant.objects.filter(person=person, role__in=others, valid__overlap=valid).exists():
        raise _separation_conflict(role)


def _separation_conflict(role: Role) -> Conflict:
    return Conflict(
        _("系统管理员、安全管理员、审计员三者不得由同一人担任"),
        code="separated_roles",
        field="role",
        value=role.value,
        cure=_("请先收回原授权，或授予另一人"),
    )
