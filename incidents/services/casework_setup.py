"""What casework starts from, and how administrators change it: kinds of task, systems that hand cases over."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import Conflict, InvalidInput
from core.notifications import SignedGateway, gateway
from core.notifications.signed_http import MIN_SECRET, address_check, secret_name
from incidents.catalogue.tasks import TASK_KINDS
from incidents.catalogue.transfers import SYSTEMS
from incidents.models import IncidentKind, IncidentTaskKind, TransferKind, TransferSystem
from stations.selectors import organisation_root
from stations.services import require
from stations.types import Actor, DataClass, Role, Verb


def task_kind_save(*, actor: Actor, kind: IncidentTaskKind | None = None, **fields: Any) -> IncidentTaskKind:
    """A new kind of task, or a change of one; its code stays. Raises InvalidInput for an unknown role."""
    role = fields.get("role", "")
    if role and role not in set(Role):
        raise InvalidInput(_("未知的角色"), field="role", value=role, cure="、".join(each.value for each in Role))
    return _saved(actor, kind or IncidentTaskKind(), fields, DataClass.RULE)


def transfer_system_save(*, actor: Actor, system: TransferSystem | None = None, **fields: Any) -> TransferSystem:
    """A new system that hands cases over, or a change of one; its code stays, and an empty `secret` keeps the old one.

    Raises InvalidInput for a gateway that signs without an address or a long enough key.
    """
    row = system or TransferSystem()
    if not fields.get("secret"):
        fields.pop("secret", None)
    told = {name: fields.get(name, getattr(row, name)) for name in ("gateway", "address", "secret")}
    if isinstance(gateway(told["gateway"]), SignedGateway):
        address_check(told["address"])
        if len(told["secret"]) < MIN_SECRET:
            cure = _("由双方约定，至少 %(least)s 个字符") % {"least": MIN_SECRET}
            raise InvalidInput(_("签名密钥过短"), field="secret", value=len(told["secret"]), cure=cure)
    return _saved(actor, row, fields, DataClass.TRANSFER)


def transfer_kind_save(*, actor: Actor, row: TransferKind | None = None, **fields: Any) -> TransferKind:
    """What a kind code of another system is called here. Raises InvalidInput for an unknown kind."""
    kind = fields.get("kind", row.kind if row is not None else "")
    known = list(IncidentKind.objects.filter(is_active=True).values_list("code", flat=True))
    if kind not in known:
        raise InvalidInput(_("未知的警情类别"), field="kind", value=kind, cure="、".join(known) or "crash")
    return _saved(actor, row or TransferKind(), fields, DataClass.TRANSFER)


def casework_restore(*, actor: Actor) -> list[str]:
    """Make what is missing of kinds of task and of systems. Returns what was made; what is there stays."""
    made = []
    known = set(IncidentTaskKind.objects.values_list("code", flat=True))
    for order, task in enumerate(TASK_KINDS):
        if task.code not in known:
            task_kind_save(actor=actor, code=task.code, name=task.name, role=task.role, order=order)
            made.append(f"task kind {task.code}")
    systems = set(TransferSystem.objects.values_list("code", flat=True))
    for seed in SYSTEMS:
        if seed.code not in systems:
            system = transfer_system_save(actor=actor, code=seed.code, name=seed.name)
            transfer_kind_save(actor=actor, system=system, code="", name="其余类别", kind=seed.other_kind)
            made.append(f"transfer system {seed.code}")
    return made


def _saved(actor: Actor, row: Any, fields: dict[str, Any], data_class: DataClass) -> Any:
    path = organisation_root().path or ""
    require(actor, Verb.CREATE if row.pk is None else Verb.CHANGE, data_class, path)
    if row.pk is not None and not isinstance(row, TransferKind) and fields.get("code", row.code) != row.code:
        raise InvalidInput(_("代码不能修改"), field="code", value=fields["code"], cure=_("停用后新建"))
    for name, value in fields.items():
        setattr(row, name, value)
    try:
        with transaction.atomic():
            row.save()
            audit.record(
                actor_id=actor.user_id,
                action=f"incidents.{row._meta.model_name}_save",
                object_type="incident_rule",
                object_id=str(row)[:100],
                organisation_path=path,
                details={name: _told(name, value) for name, value in fields.items()},
            )
    except IntegrityError as error:
        raise Conflict(
            _("代码已存在"), code="code_taken", field="code", value=str(fields.get("code", "")), cure=_("请换一个代码")
        ) from error
    return row


def _told(name: str, value: Any) -> str:
    """What the audit says of a field: of a key only its name."""
    return secret_name(value) if name == "secret" else str(value)[:200]
