"""Stations, checkpoints and cameras on roads: the tie from a place of the lower room to axis, metre and side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import clock
from core.errors import InvalidInput
from roads.models import FacilityOnRoad
from roads.selectors.placing import place_locate
from stations.selectors import cameras_visible_to, checkpoints_visible_to, stations_visible_to
from stations.services import require
from stations.types import Actor, DataClass, Verb

_CLASSES = {"station": DataClass.STATION, "checkpoint": DataClass.CHECKPOINT, "camera": DataClass.CAMERA}


def facility_locate(*, actor: Actor, facility: Any) -> FacilityOnRoad | None:
    """Tie a station, checkpoint or camera to the road it stands at, or untie it where no axis is near.

    Its heading, where it has one, tells the carriageway. Run again after the place or the network changed: the newest
    tie replaces the former.
    """
    kind = type(facility).__name__.lower()
    if kind not in _CLASSES:
        raise InvalidInput(
            _("只有站点、卡口和摄像机能挂接道路"), field="facility", value=kind, cure=_("请选择站点、卡口或摄像机")
        )
    require(actor, Verb.CHANGE, _CLASSES[kind], facility.organisation.path)
    heading = getattr(facility, "heading_deg", None)
    place = place_locate(facility.geom.x, facility.geom.y, at=clock.now(), course_deg=heading)
    with transaction.atomic():
        if place.axis_id is None or place.axis_m is None:
            FacilityOnRoad.objects.filter(**{kind: facility}).delete()
            return None
        tie, _created = FacilityOnRoad.objects.update_or_create(
            **{kind: facility},
            defaults={
                "axis_id": place.axis_id,
                "distance_m": place.axis_m,
                "offset_m": place.offset_m or 0.0,
                "side": place.side,
            },
        )
    return tie


def facilities_locate(*, actor: Actor, progress: Callable[[str], None] = lambda _text: None) -> tuple[int, int]:
    """Tie all stations, checkpoints and cameras anew (after an import of roads): (tied, without a road near)."""
    tied = loose = 0
    for visible in (stations_visible_to, checkpoints_visible_to, cameras_visible_to):
        rows: QuerySet[Any] = visible(actor)
        for facility in rows.order_by("pk").iterator(chunk_size=500):
            if facility_locate(actor=actor, facility=facility) is None:
                loose += 1
            else:
                tied += 1
            if (tied + loose) % 500 == 0:
                progress(f"facilities {tied + loose}")
    progress(f"facilities: {tied} on roads, {loose} away from roads")
    return tied, loose
