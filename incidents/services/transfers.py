"""Cases that another system (110, 122) hands over: taken in once, by its kind codes and its places."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import InvalidInput, NotFound
from incidents.models import Incident, TransferCase, TransferKind, TransferSystem
from incidents.services.intake import IncidentReport, incident_receive
from incidents.services.intake_rows import kinds_active
from incidents.services.places import place_resolve
from incidents.services.status_returns import status_return_add
from stations.services import require
from stations.types import Actor, DataClass, Verb

MAX_NUMBER = 60


@dataclass(frozen=True, slots=True)
class Transfer:
    """What a system hands over. The place as point with its datum, as chainage, or as road and junction."""

    system: str
    number: str
    kind_code: str = ""
    text: str = ""
    title: str = ""
    caller_name: str = ""
    caller_phone: str = ""
    plate: str = ""
    place_text: str = ""
    happened_at: datetime | None = None
    exercise: bool = False
    place: dict[str, Any] = field(default_factory=dict)


def transfer_receive(*, actor: Actor, transfer: Transfer) -> tuple[TransferCase, bool]:
    """Take a case in. Returns it and whether it is new: the same number of the same system comes in once.

    Raises NotFound for an unknown system, InvalidInput for a kind code that no row translates and for what intake
    refuses; then nothing is kept, and their system may send it again corrected.
    """
    require(actor, Verb.CREATE, DataClass.TRANSFER)
    system = TransferSystem.objects.filter(code=transfer.system, is_active=True).first()
    if system is None:
        raise NotFound(_("没有登记这个转警系统"), field="system", value=transfer.system, cure=_("请管理员在设置中登记"))
    number = transfer.number.strip()
    if not number or len(number) > MAX_NUMBER:
        raise InvalidInput(_("请填写对方警情编号"), field="number", value=number[:80], cure=_("1–60 个字符"))
    known = _case(system, number)
    if known is not None:
        return known, False
    kind = _kind(system, transfer.kind_code)
    lon, lat, datum, course_deg = place_resolve(**_place(transfer.place))
    with transaction.atomic():
        incident, created = incident_receive(
            actor=actor,
            report=IncidentReport(
                kind=kind,
                source=Incident.Source.TRANSFER.value,
                lon=lon,
                lat=lat,
                datum=datum,
                course_deg=course_deg,
                title=transfer.title,
                text=transfer.text,
                place_text=transfer.place_text,
                happened_at=transfer.happened_at,
                reporter_name=transfer.caller_name,
                reporter_phone=transfer.caller_phone,
                plate=transfer.plate,
                exercise=transfer.exercise,
            ),
            client_scope=f"transfer:{system.code}",
            client_key=number,
        )
        if not created:
            # Somebody was quicker with the same number; its row is there by now.
            return TransferCase.objects.get(system=system, number=number), False
        case = TransferCase.objects.create(
            system=system, number=number, kind_code=transfer.kind_code, incident=incident
        )
        status_return_add(incident)
        audit.record(
            actor_id=actor.user_id,
            action="incidents.transfer_receive",
            object_type="incident",
            object_id=str(incident.uid),
            organisation_path=incident.organisation_path,
            details={"system": system.code, "number": number, "kind_code": transfer.kind_code},
        )
    return case, True


def _case(system: TransferSystem, number: str) -> TransferCase | None:
    return TransferCase.objects.select_related("incident", "system").filter(system=system, number=number).first()


def _kind(system: TransferSystem, code: str) -> str:
    """Our kind: by the system's own row, else the same code here, else its row for everything else."""
    rows = dict(TransferKind.objects.filter(system=system, code__in=(code, "")).values_list("code", "kind"))
    if code in rows:
        return rows[code]
    if code in kinds_active():
        return code
    if "" in rows:
        return rows[""]
    raise InvalidInput(
        _("没有对应的警情类别"), field="kind_code", value=code, cure=_("请管理员在“转警类别对照”中补一行")
    )


def _place(given: dict[str, Any]) -> dict[str, Any]:
    return {
        "lon": given.get("lon"),
        "lat": given.get("lat"),
        "datum": given.get("datum") or "",
        "chainage": given.get("chainage") or "",
        "road": given.get("road") or "",
        "junction": given.get("junction") or "",
    }
