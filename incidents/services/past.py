"""Figures of another system: days before the house counted itself, so that a first year can be compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import InvalidInput
from incidents.models import PastIncidentDay
from stations.services import require
from stations.types import Actor, DataClass, Verb


@dataclass(frozen=True, slots=True)
class PastDay:
    """A row of another system's figures."""

    segment_id: int
    day: date
    kind: str
    received: int


def past_incidents_put(*, actor: Actor, rows: Iterable[PastDay], origin: str, generated: bool = False) -> int:
    """Take over figures of days before the house counted itself; a day that is there already gets the new figure.

    Raises InvalidInput for a day that is not over yet and for a count below zero.
    """
    require(actor, Verb.CREATE, DataClass.IMPORT_RUN)
    today = timezone.localdate(clock.now())
    made = []
    for row in rows:
        if row.day >= today:
            raise InvalidInput(
                _("日期还没有过去"), field="day", value=row.day.isoformat(), cure=_("只填系统启用之前的日期")
            )
        if row.received < 0:
            raise InvalidInput(_("数量不能为负"), field="received", value=row.received, cure="≥ 0")
        made.append(PastIncidentDay(segment_id=row.segment_id, day=row.day, kind=row.kind, received=row.received,
                                    origin=origin[:100], generated=generated))  # fmt: skip
    with transaction.atomic():
        PastIncidentDay.objects.bulk_create(
            made,
            batch_size=1000,
            update_conflicts=True,
            unique_fields=["segment", "day", "kind"],
            update_fields=["received", "origin", "generated"],
        )
        audit.record(
            actor_id=actor.user_id,
            action="incidents.past_incidents_put",
            object_type="past_incidents",
            object_id=origin[:60],
            organisation_path="",
            details={"rows": len(made)},
        )
    return len(made)
