"""Organisations: create, change, move; agreements on sending each other's units."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from core import clock
from core.errors import Conflict, InvalidInput, NotFound
from stations.models import Organisation, SendGrant
from stations.selectors.switches import CHOICES, SWITCHES, switches_forget
from stations.services.record import record
from stations.services.require import require
from stations.types import Actor, DataClass, Verb

_CHANGEABLE = frozenset(
    {"name", "kind", "features", "time_zone", "duty_phone", "supervision_phone", "is_active", "generated"}
)
# One tree change at a time: paths are computed from other rows.
_TREE_LOCK = 0x6F726774


def _lock_tree() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TREE_LOCK])


def _check(fields: dict[str, Any]) -> None:
    unknown = set(fields) - _CHANGEABLE
    if unknown:
        raise InvalidInput(_("不能修改的字段"), field=min(unknown), cure="、".join(sorted(_CHANGEABLE)))
    if "kind" in fields and fields["kind"] not in Organisation.Kind.values:
        raise InvalidInput(
            _("未知的机构类别"), field="kind", value=fields["kind"], cure="、".join(Organisation.Kind.values)
        )
    if "features" in fields:
        _check_features(fields["features"])
    if "time_zone" in fields:
        try:
            ZoneInfo(str(fields["time_zone"]))
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise InvalidInput(
                _("未知的时区"), field="time_zone", value=fields["time_zone"], cure="Asia/Shanghai"
            ) from error


def _check_features(features: Any) -> None:
    """Only switches that switch something, on or off, and the few words to choose from."""
    known = "、".join([*SWITCHES, *CHOICES])
    if not isinstance(features, dict):
        raise InvalidInput(_("功能开关应为对象"), field="features", value=features, cure=known)
    for name, value in features.items():
        if name in CHOICES:
            if value not in CHOICES[name]:
                raise InvalidInput(
                    _("请从给定的值中选择"), field=f"features.{name}", value=value, cure="、".join(CHOICES[name])
                )
            continue
        if name not in SWITCHES:
            raise InvalidInput(_("未知的功能开关"), field=f"features.{name}", value=value, cure=known)
        if not isinstance(value, bool):
            raise InvalidInput(_("功能开关只能开或关"), field=f"features.{name}", value=value, cure="true、false")


def organisation_create(
    *, actor: Actor, kind: str, code: str, name: str, parent: Organisation | None = None, **fields: Any
) -> Organisation:
    """Create a node of the tree under `parent` (None: a root). Raises Conflict when the code is taken."""
    require(actor, Verb.CREATE, DataClass.ORGANISATION, parent.path or "" if parent else "")
    _check({"kind": kind, **fields})
    if not code.strip() or not name.strip():
        raise InvalidInput(
            _("机构代码和名称不能为空"), field="code" if not code.strip() else "name", cure=_("补全后再提交")
        )
    try:
        with transaction.atomic():
            _lock_tree()
            above = Organisation.objects.get(pk=parent.pk).path or "" if parent else ""
            row = Organisation.objects.create(parent=parent, kind=kind, code=code, name=name, **fields)
            row.path = f"{above}{row.pk}."
            row.save(update_fields=["path"])
            record(
                actor,
                "organisation_created",
                audience=DataClass.ORGANISATION,
                object_id=row.uid,
                organisation_path=row.path,
                payload={"code": code, "name": name, "kind": kind},
            )
    except IntegrityError as error:
        raise Conflict(_("机构代码已存在"), field="code", value=code, cure=_("请换一个编号")) from error
    return row


def organisation_change(*, actor: Actor, organisation_id: int, **fields: Any) -> Organisation:
    """Change fields of an organisation, but not its place in the tree (`organisation_move`) nor its code."""
    _check(fields)
    with transaction.atomic():
        row = _locked(organisation_id)
        require(actor, Verb.CHANGE, DataClass.ORGANISATION, row.path)
        for field, value in fields.items():
            setattr(row, field, value)
        row.save(update_fields=list(fields))
        transaction.on_commit(switches_forget)
        switches_forget()
        record(
            actor,
            "organisation_changed",
            audience=DataClass.ORGANISATION,
            object_id=row.uid,
            organisation_path=row.path or "",
            payload={"fields": sorted(fields)},
        )
    return row


def organisation_move(*, actor: Actor, organisation_id: int, parent: Organisation | None, reason: str) -> Organisation:
    """Hang an organisation, with everything below it, under another parent.

    Every path of the subtree is rewritten here. Rows of other rooms that copied a path follow by their handler of
    `stations.organisation_moved` (payload `old_path`, `new_path`). Raises Conflict for a parent inside the subtree.
    """
    with transaction.atomic():
        _lock_tree()
        row = _locked(organisation_id)
        target = _locked(parent.pk) if parent else None
        above = target.path or "" if target else ""
        require(actor, Verb.MANAGE, DataClass.ORGANISATION, row.path)
        require(actor, Verb.MANAGE, DataClass.ORGANISATION, above)
        old_path = row.path or ""
        if above.startswith(old_path):
            raise Conflict(
                _("不能移到自己的下级"),
                field="parent",
                value=target.code if target else None,
                cure=_("请选择其他上级机构"),
            )
        new_path = f"{above}{row.pk}."
        Organisation.objects.filter(pk=row.pk).update(parent=target)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE stations_organisation SET path = %s || substr(path, %s) WHERE path LIKE %s",
                [new_path, len(old_path) + 1, f"{old_path}%"],
            )
        row.refresh_from_db()
        record(
            actor,
            "organisation_moved",
            audience=DataClass.ORGANISATION,
            object_id=row.uid,
            organisation_path=new_path,
            reason=reason,
            payload={"old_path": old_path, "new_path": new_path},
        )
    return row


def _locked(organisation_id: int) -> Organisation:
    row = Organisation.objects.select_for_update().filter(pk=organisation_id).first()
    if row is None:
        raise NotFound(_("没有这个机构"), field="organisation", value=organisation_id)
    return row


def send_grant_create(
    *,
    actor: Actor,
    owner: Organisation,
    receiver: Organisation,
    reason: str,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> SendGrant:
    """Let `receiver` send units of `owner` within a time. Asked of who runs the owner. Conflict if one is in force."""
    require(actor, Verb.CREATE, DataClass.SEND_GRANT, owner.path)
    if owner.pk == receiver.pk:
        raise InvalidInput(
            _("出借与接收机构不能相同"), field="receiver", value=receiver.code, cure=_("请选择另一个接收机构")
        )
    if not reason.strip():
        raise InvalidInput(_("请写明依据"), field="reason", cure=_("填写一句话原因后再提交"))
    start = valid_from or clock.now()
    if valid_until is not None and valid_until <= start:
        raise InvalidInput(
            _("结束时间必须晚于开始时间"),
            field="valid_until",
            value=valid_until.isoformat(),
            cure=_("把结束时间改到开始时间之后"),
        )
    try:
        with transaction.atomic():
            grant = SendGrant.objects.create(
                owner=owner,
                receiver=receiver,
                valid=DateTimeTZRange(start, valid_until, "[)"),
                reason=reason,
                created_by_id=actor.user_id,
            )
            record(
                actor,
                "send_grant_created",
                audience=DataClass.SEND_GRANT,
                object_id=grant.pk,
                organisation_path=owner.path or "",
                reason=reason,
                payload={"owner": owner.path, "receiver": receiver.path},
            )
    except IntegrityError as error:
        raise Conflict(
            _("该时段已有授权"),
            field="valid_from",
            value=start.isoformat(),
            cure=_("请先结束原有的一条，或调整起止时间"),
        ) from error
    return grant
