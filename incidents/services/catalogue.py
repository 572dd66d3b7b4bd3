"""Kinds of incident and versions of the dispatch policy: set up by administrators of the whole deployment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import Conflict, InvalidInput, NotFound
from core.rules import tables
from incidents.catalogue.kinds import KINDS
from incidents.catalogue.policy import POLICY
from incidents.dispatch.policy import DispatchPolicy
from incidents.models import DispatchPolicyVersion, IncidentKind
from incidents.services.casework_setup import casework_restore
from stations.selectors import organisation_root
from stations.services import require
from stations.types import Actor, DataClass, Power, Verb

_FILES = Path(__file__).resolve().parent.parent / "catalogue"
# Decision tables that the house starts from: key, file, note of the first version.
TABLES = (
    ("incidents.grading", _FILES / "grading.json", "初始定级表"),
    ("incidents.zones", _FILES / "zones.json", "初始地带表"),
    ("incidents.deadlines", _FILES / "deadlines.json", "初始时限表"),
)
POLICY_LOCK = 0x4C5A50  # "LZP"


def kind_create(*, actor: Actor, code: str, name: str, **fields: Any) -> IncidentKind:
    """A new kind of incident. Raises Conflict when the code is known, InvalidInput for unknown powers."""
    path = organisation_root().path or ""
    require(actor, Verb.CREATE, DataClass.RULE, path)
    _checked(fields)
    try:
        with transaction.atomic():
            kind = IncidentKind.objects.create(code=code, name=name, **fields)
            _record(actor, "kind_create", kind.code, path, {"name": name})
    except IntegrityError as error:
        raise Conflict(_("类别代码已存在"), field="code", value=code, cure=_("请换一个代码")) from error
    return kind


def kind_change(*, actor: Actor, kind: IncidentKind, **fields: Any) -> IncidentKind:
    """Change a kind; its code stays, because incidents name it."""
    path = organisation_root().path or ""
    require(actor, Verb.CHANGE, DataClass.RULE, path)
    if "code" in fields and fields["code"] != kind.code:
        raise InvalidInput(_("类别代码不能修改"), field="code", value=fields["code"], cure=_("停用后新建"))
    _checked(fields)
    with transaction.atomic():
        row = IncidentKind.objects.select_for_update().get(pk=kind.pk)
        for name, value in fields.items():
            setattr(row, name, value)
        row.save(update_fields=list(fields))
        _record(actor, "kind_change", row.code, path, dict(fields))
    return row


def policy_publish(
    *, actor: Actor, content: Mapping[str, Any], valid_from: datetime | None = None, note: str = ""
) -> DispatchPolicyVersion:
    """A new version of the dispatch policy; it is read once before it is stored. Raises InvalidInput for its faults.

    Every process follows within two seconds.
    """
    path = organisation_root().path or ""
    require(actor, Verb.CREATE, DataClass.RULE, path)
    DispatchPolicy.from_json(content)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [POLICY_LOCK])
        last = DispatchPolicyVersion.objects.order_by("-version").values_list("version", flat=True).first()
        version = DispatchPolicyVersion.objects.create(
            version=(last or 0) + 1,
            content=dict(content),
            valid_from=valid_from or clock.now(),
            note=note,
            created_by_id=actor.user_id,
        )
        _record(actor, "policy_publish", str(version.version), path, {"note": note})
    return version


def catalogue_restore(*, actor: Actor) -> list[str]:
    """Make what the house starts from and this installation lacks: kinds, the decision tables, the dispatch policy.
    Returns what was made; what is there stays as the county has it.
    """
    made = []
    known = set(IncidentKind.objects.values_list("code", flat=True))
    for order, kind in enumerate(KINDS):
        if kind.code not in known:
            kind_create(
                actor=actor,
                code=kind.code,
                name=kind.name,
                order=order,
                required_powers=list(kind.required_powers),
                units_needed=kind.units_needed,
                dedupe_radius_m=kind.dedupe_radius_m,
                dedupe_window_s=kind.dedupe_window_s,
                umbrella=kind.umbrella,
            )
            made.append(f"kind {kind.code}")
    for key, file, note in TABLES:
        try:
            tables.table_in_force(key)
        except NotFound:
            content = json.loads(file.read_text(encoding="utf-8"))
            tables.table_publish(actor_id=actor.user_id, key=key, content=content, note=note)
            made.append(f"table {key}")
    if not DispatchPolicyVersion.objects.exists():
        policy_publish(actor=actor, content=POLICY, note="初始派警策略")
        made.append("policy 1")
    return made + casework_restore(actor=actor)


def _checked(fields: Mapping[str, Any]) -> None:
    unknown = sorted(set(fields.get("required_powers") or ()) - {power.value for power in Power})
    if unknown:
        known = "、".join(power.value for power in Power)
        raise InvalidInput(_("未知的权限"), field="required_powers", value=", ".join(unknown), cure=known)
    if fields.get("units_needed", 1) < 1:
        raise InvalidInput(_("数量至少为 1"), field="units_needed", value=fields["units_needed"], cure="1")


def _record(actor: Actor, action: str, object_id: str, path: str, details: dict[str, Any]) -> None:
    audit.record(
        actor_id=actor.user_id,
        action=f"incidents.{action}",
        object_type="incident_rule",
        object_id=object_id,
        organisation_path=path,
        details=details,
    )
