"""Places that callers name: replaced as a whole per organisation and origin, with pinyin for the search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.db.spelling import spell
from core.errors import InvalidInput
from core.geo.srid import STORE_SRID
from roads.models import GazetteerPlace
from stations.services import require
from stations.types import Actor, DataClass, Verb

CHUNK = 2_000

# name, kind, longitude and latitude in WGS-84 degrees
PlaceRow = tuple[str, str, float, float]


def gazetteer_replace(*, actor: Actor, organisation: Any, rows: Sequence[PlaceRow], generated: bool = False) -> int:
    """Put these places in the stead of the organisation's former ones of the same origin (generated or not).

    One transaction: a search sees the old list or the new one. Returns how many there are. Raises InvalidInput for a
    place without a name or outside the globe.
    """
    require(actor, Verb.CREATE, DataClass.ROAD_NETWORK, organisation.path)
    places = [_place(organisation, row, generated, number) for number, row in enumerate(rows, start=1)]
    with transaction.atomic():
        GazetteerPlace.objects.filter(organisation=organisation, generated=generated).delete()
        GazetteerPlace.objects.bulk_create(places, batch_size=CHUNK)
        audit.record(
            actor_id=actor.user_id,
            action="roads.gazetteer_replaced",
            object_type="gazetteer",
            object_id=str(organisation.uid),
            organisation_path=organisation.path or "",
            details={"places": len(places), "generated": generated},
        )
    return len(places)


def _place(organisation: Any, row: PlaceRow, generated: bool, number: int) -> GazetteerPlace:
    name, kind, lon, lat = row
    if not name.strip():
        raise InvalidInput(_("地名为空"), field="name", value=number, cure=_("补全后重新导入"))
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise InvalidInput(_("坐标超出范围"), field="lon,lat", value=f"{lon},{lat}", cure=_("经度在前，单位为度"))
    full, initials = spell(name)
    return GazetteerPlace(
        organisation=organisation,
        name=name.strip()[:120],
        kind=kind[:30],
        pinyin=full[:300],
        initials=initials[:60],
        geom=Point(lon, lat, srid=STORE_SRID),
        generated=generated,
    )
