"""What counters offer: a list of the whole deployment, that its administrators keep."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.errors import Conflict, InvalidInput
from stations.catalogue.services import SERVICES
from stations.models import StationService
from stations.selectors.tree import organisation_root
from stations.services.record import record
from stations.services.require import require
from stations.types import Actor, DataClass, Verb


def station_service_save(*, actor: Actor, row: StationService | None = None, **fields: Any) -> StationService:
    """A new service, or a change of one; its code stays, because files of stations name it.

    Raises Conflict when the code is taken, InvalidInput for an empty name or class.
    """
    path = organisation_root().path or ""
    require(actor, Verb.CREATE if row is None else Verb.CHANGE, DataClass.STATION, path)
    service = row or StationService()
    if row is not None and fields.get("code", row.code) != row.code:
        raise InvalidInput(_("代码不能修改"), field="code", value=fields["code"], cure=_("停用后新建"))
    for name, value in fields.items():
        setattr(service, name, str(value).strip())
    for name in ("code", "name", "service_class"):
        if not getattr(service, name):
            raise InvalidInput(_("必填项为空"), field=name, cure=_("补全后再提交"))
    try:
        with transaction.atomic():
            service.save()
            record(
                actor, "station_service_saved", audience=DataClass.STATION, object_id=service.code,
                organisation_path=path, payload={"name": service.name, "service_class": service.service_class},
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict(
            _("代码已存在"), code="code_taken", field="code", value=service.code, cure=_("请换一个代码")
        ) from error
    return service


def station_services_restore(*, actor: Actor) -> list[str]:
    """Make what is missing of the services that the house starts from. Returns what was made; what is there stays."""
    known = set(StationService.objects.values_list("code", flat=True))
    made = []
    for seed in SERVICES:
        if seed.code not in known:
            station_service_save(actor=actor, code=seed.code, name=seed.name, service_class=seed.service_class)
            made.append(f"service {seed.code} {seed.name}")
    return made
