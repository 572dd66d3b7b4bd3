"""Logging an inspection 巡查: on one's own segment, where one is, once, with what was found.

The event that leaves this transaction is heard by the incidents room, where a hazard or a broken facility becomes an
incident.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.gis.geos import Point
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from core import audit, clock, events
from core.attachments.services import attachment_create
from core.errors import Conflict, Forbidden, InvalidInput
from core.geo.datum import place_check
from core.geo.srid import STORE_SRID
from roads.models import Inspection, InspectionPicture, Segment
from roads.selectors.chainage import axis_shape, shape_chainage_text, shape_project
from roads.selectors.holdings import holdings_of, local_date
from roads.selectors.placing import deployment_bounds
from roads.selectors.segments import segment_by_uid
from roads.types import Holding
from stations.services import require
from stations.types import Actor, DataClass, Verb

TOLERANCE_M = 100.0
# A poor fix may lie this much further off and is believed; beyond it the place is chosen on the map.
ACCURACY_AT_MOST_M = 200.0
HELD_AT_MOST = timedelta(days=3)
PICTURES_AT_MOST = 3
MAX_TEXT = 1000
MAX_KEY = 100

_DISTANCE_SQL = """
    SELECT ST_Distance(coalesce(s.geom::geometry, s.area::geometry)::geography,
                       ST_SetSRID(ST_MakePoint(%s, %s), %s)::geography)
      FROM roads_segment s WHERE s.id = %s
"""


@dataclass(frozen=True, slots=True)
class InspectionEntry:
    """What the phone sends. Coordinates in degrees of `datum`; `held_s`: how long it kept the entry back for want of a
    network; `device_at`: its own clock, which is kept and not believed. `pictures`: the bytes of each.
    """

    segment_uid: str
    finding: str
    lon: Any
    lat: Any
    datum: str
    place_source: str
    text: str = ""
    accuracy_m: float | None = None
    held_s: float = 0.0
    device_at: datetime | None = None
    pictures: tuple[bytes, ...] = field(default=(), repr=False)


def inspection_log(
    *, actor: Actor, entry: InspectionEntry, client_key: str, generated: bool = False
) -> tuple[Inspection, bool]:
    """Write an entry. Returns it and whether it is new: the same key of the same person gives the first one.

    Raises Forbidden for a segment that the person does not answer for, InvalidInput for a place that is not on the
    segment, a finding without words, or a time beyond three days.
    """
    require(actor, Verb.CREATE, DataClass.ROUND)
    scope = f"user:{actor.user_id}" if actor.user_id is not None else f"person:{actor.person_id}"
    _key_check(client_key)
    known = _known(scope, client_key)
    if known is not None:
        return known, False
    segment = segment_by_uid(entry.segment_uid)
    text = _words_checked(entry)
    now = clock.now()
    inspected_at = now - _held(entry.held_s)
    person_id, own = _own(actor, segment, inspected_at)
    lon, lat = place_check(entry.lon, entry.lat, entry.datum, bounds=deployment_bounds())
    values = {**_place(segment, entry, lon, lat), "text": text, "inspected_at": inspected_at, "received_at": now}
    try:
        with transaction.atomic():
            row = Inspection.objects.create(
                segment=segment,
                organisation=segment.organisation,
                person_id=person_id,
                levels=sorted({holding.level_rank for holding in own}),
                is_acting=all(holding.capacity == "acting" for holding in own),
                finding=entry.finding,
                inspected_on=local_date(inspected_at, segment.organisation.time_zone),
                device_at=entry.device_at,
                client_scope=scope,
                client_key=client_key,
                created_by_id=actor.user_id,
                generated=generated,
                **values,
            )
            _pictures_keep(actor, row, entry.pictures)
            _tell(actor, row, segment)
    except IntegrityError as error:
        known = _known(scope, client_key) if "inspection_client_key_unique" in str(error) else None
        if known is None:
            raise
        return known, False
    return row, True


def _key_check(client_key: str) -> None:
    if not client_key or len(client_key) > MAX_KEY:
        raise InvalidInput(
            _("缺少幂等键") if not client_key else _("幂等键过长"),
            field="Idempotency-Key",
            cure=_("每次上报生成一个唯一键，重试时使用同一个键"),
        )


def _known(scope: str, client_key: str) -> Inspection | None:
    return Inspection.objects.select_related("segment").filter(client_scope=scope, client_key=client_key).first()


def _words_checked(entry: InspectionEntry) -> str:
    text = entry.text.strip()
    if entry.finding not in Inspection.Finding.values:
        known = "、".join(Inspection.Finding.values)
        raise InvalidInput(_("未知的巡查结果"), field="finding", value=entry.finding, cure=known)
    if entry.place_source not in Inspection.PlaceSource.values:
        known = "、".join(Inspection.PlaceSource.values)
        raise InvalidInput(_("未知的位置来源"), field="place_source", value=entry.place_source, cure=known)
    if entry.finding != Inspection.Finding.CLEAR and not text:
        raise InvalidInput(_("请写明发现了什么"), field="text", value="", cure=_("写一句话，例如：护栏缺失 3 米"))
    if len(text) > MAX_TEXT:
        raise InvalidInput(_("内容过长"), field="text", value=len(text), cure=_("不超过 1000 字"))
    if len(entry.pictures) > PICTURES_AT_MOST:
        raise InvalidInput(_("图片过多"), field="file", value=len(entry.pictures), cure=_("一次巡查最多 3 张图片"))
    return text


def _held(held_s: float) -> timedelta:
    """How long the entry lay on the phone. A clock that was set back meanwhile makes it negative: then it is now."""
    held = timedelta(seconds=max(held_s, 0.0))
    if held > HELD_AT_MOST:
        raise InvalidInput(
            _("巡查记录超过三天未上传"), field="held_s", value=round(held_s), cure=_("请重新巡查，或由管理员补录")
        )
    return held


def _own(actor: Actor, segment: Segment, at: datetime) -> tuple[int, list[Holding]]:
    """The person and the levels of the segment that it answers for. Raises Forbidden where there are none."""
    holdings = holdings_of(actor.person_id, at) if actor.person_id is not None else []
    own = [holding for holding in holdings if holding.segment_id == segment.pk]
    if actor.person_id is None or not own:
        raise Forbidden(
            _("您不是该路段的路长"), field="segment", value=segment.code, cure=_("请在“我的路段”中选择路段")
        )
    return actor.person_id, own


def _place(segment: Segment, entry: InspectionEntry, lon: float, lat: float) -> dict[str, Any]:
    """The place as point and on the axis. Raises InvalidInput where it is not on the segment within the tolerance."""
    with connection.cursor() as cursor:
        cursor.execute(_DISTANCE_SQL, [lon, lat, STORE_SRID, segment.pk])
        distance_m = cursor.fetchone()[0]
    if distance_m is None:
        raise Conflict(
            _("该路段没有图形，不能核对位置"), field="segment", value=segment.code, cure=_("请联系管理员补全路段图形")
        )
    accuracy_m = min(max(entry.accuracy_m or 0.0, 0.0), ACCURACY_AT_MOST_M) if entry.place_source == "gps" else 0.0
    if distance_m > TOLERANCE_M + accuracy_m:
        raise InvalidInput(
            _("位置不在该路段上：相距 %(distance)d 米") % {"distance": round(distance_m)},
            code="place_off_segment",
            field="place",
            value=[round(lon, 6), round(lat, 6)],
            cure=_("请到路段上再记，或在地图上点选巡查的位置，或换一个路段"),
        )
    found: dict[str, Any] = {
        "geom": Point(lon, lat, srid=STORE_SRID),
        "place_source": entry.place_source,
        "accuracy_m": entry.accuracy_m,
        "distance_m": distance_m,
    }
    if segment.axis_id is not None:
        shape = axis_shape(segment.axis_id)
        metre = shape_project(shape, lon, lat).axis_m
        found |= {"axis_m": metre, "chainage_text": shape_chainage_text(shape, metre, "")}
    return found


def _pictures_keep(actor: Actor, row: Inspection, pictures: tuple[bytes, ...]) -> None:
    for data in pictures:
        attachment = attachment_create(
            actor_id=actor.user_id, organisation_path=row.organisation.path or "", data=data, purpose="inspection"
        )
        InspectionPicture.objects.create(inspection=row, attachment=attachment)


def _tell(actor: Actor, row: Inspection, segment: Segment) -> None:
    path = row.organisation.path or ""
    audit.record(
        actor_id=actor.user_id,
        action="roads.inspection_log",
        object_type="inspection",
        object_id=str(row.uid),
        organisation_path=path,
        details={"segment": str(segment.uid), "finding": row.finding, "levels": row.levels},
    )
    events.publish(
        "roads.inspection_logged",
        organisation_path=path,
        audience=DataClass.ROUND.value,
        subject={"inspection_id": row.pk, "segment_id": row.segment_id, "person_id": row.person_id},
        payload={"uid": str(row.uid), "segment": segment.name, "finding": row.finding},
    )
