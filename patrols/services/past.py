"""Tours of another system's rota taken over, ended long ago: nothing of them is published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import Conflict, InvalidInput
from patrols.models import Tour, TourMember, TourStep
from patrols.states import TourState
from stations.services import require
from stations.types import Actor, DataClass, Verb


@dataclass(frozen=True, slots=True)
class PastTour:
    """One outing that is over. The first of `person_ids` led it."""

    unit: Any
    starts_at: datetime
    ends_at: datetime
    person_ids: Sequence[int]
    shift: Any = None
    vehicle: Any = None


def past_tours_put(*, actor: Actor, rows: Iterable[PastTour], generated: bool = False) -> list[Tour]:
    """Write tours that are over, in the order given. Raises InvalidInput for one that has not ended or has nobody,
    Conflict when a person would be on two at once.
    """
    require(actor, Verb.CREATE, DataClass.IMPORT_RUN)
    given, now = list(rows), clock.now()
    for row in given:
        if not row.starts_at < row.ends_at <= now:
            raise InvalidInput(_("时间在将来"), field="ends_at", value=row.ends_at.isoformat(), cure=_("请检查日期"))
        if not row.person_ids:
            raise InvalidInput(_("签到至少需要一名出勤人员"), field="members", cure=_("请选择本次出勤的人员"))
    tours = [_tour(row, generated) for row in given]
    try:
        with transaction.atomic():
            Tour.objects.bulk_create(tours, batch_size=500)
            TourMember.objects.bulk_create(
                [
                    TourMember(
                        tour=tour,
                        person_id=person_id,
                        role=TourMember.Role.MEMBER if number else TourMember.Role.LEAD,
                        present=DateTimeTZRange(row.starts_at, row.ends_at, "[)"),
                    )
                    for tour, row in zip(tours, given, strict=True)
                    for number, person_id in enumerate(row.person_ids)
                ],
                batch_size=1000,
            )
            TourStep.objects.bulk_create(
                [
                    TourStep(tour=tour, at=at, kind=kind)
                    for tour, row in zip(tours, given, strict=True)
                    for at, kind in ((row.starts_at, TourStep.Kind.OPENED), (row.ends_at, TourStep.Kind.CLOSED))
                ],
                batch_size=1000,
            )
            audit.record(
                actor_id=actor.user_id,
                action="patrols.past_tours_put",
                object_type="tour",
                object_id="",
                organisation_path="",
                details={"rows": len(given)},
            )
    except IntegrityError as error:
        if "tour_member" not in str(error):
            raise
        raise Conflict(
            _("有人员已在其他出勤中在岗"), field="members", cure=_("请先结束原出勤，或更换后再试")
        ) from error
    return tours


def _tour(row: PastTour, generated: bool) -> Tour:
    return Tour(
        unit=row.unit,
        organisation_id=row.unit.organisation_id,
        organisation_path=row.unit.organisation.path or "",
        state=TourState.CLOSED.value,
        shift=row.shift,
        planned=DateTimeTZRange(row.starts_at, row.ends_at, "[)"),
        opened_at=row.starts_at,
        closed_at=row.ends_at,
        vehicle=row.vehicle,
        post=row.unit.post,
        agencies=[row.unit.agency],
        generated=generated,
    )
