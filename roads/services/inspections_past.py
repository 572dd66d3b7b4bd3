"""A log kept elsewhere (on paper, in another system) taken over, so that what is due does not begin with nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import InvalidInput
from core.geo.srid import STORE_SRID
from roads.models import Inspection, Segment
from roads.selectors.chainage import axis_shapes, shape_chainage_text
from roads.selectors.holdings import local_date
from stations.services import require
from stations.types import Actor, DataClass, Verb

SCOPE = "taken_over"


@dataclass(frozen=True, slots=True)
class PastInspection:
    """An entry of such a log. It names no place: the middle of the segment stands for it."""

    segment: Segment
    person_id: int
    levels: tuple[int, ...]
    inspected_at: datetime
    finding: str = Inspection.Finding.CLEAR.value
    text: str = ""


def inspections_put(*, actor: Actor, rows: Iterable[PastInspection], origin: str, generated: bool = False) -> int:
    """Write entries of the past; what is there already stays. Nothing becomes an incident. Returns how many were given.

    Raises InvalidInput for an entry of the future or an unknown finding.
    """
    require(actor, Verb.CREATE, DataClass.IMPORT_RUN)
    given, now = list(rows), clock.now()
    shapes = axis_shapes({row.segment.axis_id for row in given if row.segment.axis_id is not None})
    made = []
    for row in given:
        if row.inspected_at > now:
            raise InvalidInput(
                _("时间在将来"), field="inspected_at", value=row.inspected_at.isoformat(), cure=_("请检查日期")
            )
        if row.finding not in Inspection.Finding.values:
            known = "、".join(Inspection.Finding.values)
            raise InvalidInput(_("未知的巡查结果"), field="finding", value=row.finding, cure=known)
        made.append(_made(row, shapes, now, generated))
    with transaction.atomic():
        Inspection.objects.bulk_create(made, batch_size=1000, ignore_conflicts=True)
        audit.record(
            actor_id=actor.user_id,
            action="roads.inspections_put",
            object_type="inspections",
            object_id=origin[:60],
            organisation_path="",
            details={"rows": len(made)},
        )
    return len(made)


def _made(row: PastInspection, shapes: dict[int, Any], now: datetime, generated: bool) -> Inspection:
    segment = row.segment
    place: dict[str, Any]
    if segment.axis_id is not None and segment.from_m is not None and segment.to_m is not None:
        shape, metre = shapes[segment.axis_id], (segment.from_m + segment.to_m) / 2
        lon, lat = shape.line.point_at(metre)
        place = {
            "geom": Point(lon, lat, srid=STORE_SRID),
            "axis_m": metre,
            "chainage_text": shape_chainage_text(shape, metre, ""),
        }
    else:
        place = {"geom": segment.area.point_on_surface if segment.area is not None else None}
    return Inspection(
        segment=segment,
        organisation_id=segment.organisation_id,
        person_id=row.person_id,
        levels=list(row.levels),
        finding=row.finding,
        text=row.text[:1000],
        place_source=Inspection.PlaceSource.MAP,
        distance_m=0.0,
        inspected_at=row.inspected_at,
        inspected_on=local_date(row.inspected_at, segment.organisation.time_zone),
        received_at=now,
        client_scope=SCOPE,
        client_key=f"{segment.pk}:{'-'.join(map(str, row.levels))}:{row.inspected_at.isoformat()}"[:100],
        generated=generated,
        **place,
    )
