"""协查通报: make a look-out notice, carry it to the tours it concerns, take receipts, withdraw it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.gis.geos import GEOSException, GEOSGeometry, Point, Polygon
from django.db import connection, transaction
from django.utils.translation import gettext as _

from core import audit, clock, events
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.geo.datum import place_check
from core.geo.srid import STORE_SRID
from incidents.models import Broadcast, BroadcastReceipt
from incidents.selectors.broadcasts import broadcasts_visible_to, receipts_count
from patrols.selectors import freshness_limits, system_tours_on_duty, tour_of_person
from patrols.types import TourOnDuty
from roads.selectors import deployment_bounds
from stations.selectors import organisation_root, organisations_visible_to
from stations.services import require
from stations.types import Actor, DataClass, Verb

TEXT_CHARACTERS = 200
LONGEST = timedelta(hours=72)
RADIUS_M = (100, 50_000)
CORNERS = (3, 200)


@dataclass(frozen=True, slots=True)
class BroadcastArea:
    """Where a notice goes: a circle (`lon`, `lat`, `radius_m`), a ring of `(lon, lat)` corners, or neither (all tours
    of the organisation). Coordinates are in `datum`.
    """

    datum: str = ""
    lon: float | None = None
    lat: float | None = None
    radius_m: float | None = None
    polygon: Sequence[Sequence[float]] | None = None


def broadcast_make(
    *, actor: Actor, text: str, valid_until: datetime, area: BroadcastArea, organisation_uid: str | None = None
) -> Broadcast:
    """A look-out notice to the tours of an organisation (without one: of all that the actor may address) in an area.

    Raises InvalidInput for an empty or long text, a validity that is over or longer than 72 h, an impossible area;
    Conflict (`nobody_there`) when not one tour on duty is meant: a notice that nobody gets must not look sent.
    """
    words = text.strip()
    now = clock.now()
    _check(words, valid_until, now)
    organisation = _organisation(actor, organisation_uid)
    path = organisation.path or ""
    require(actor, Verb.CREATE, DataClass.BROADCAST, path)
    shape = _shape(area)
    with transaction.atomic():
        broadcast = Broadcast.objects.create(
            organisation=organisation,
            organisation_path=path,
            text=words,
            area=shape,
            radius_m=round(area.radius_m) if shape is not None and area.radius_m is not None else None,
            made_at=now,
            made_by_id=actor.user_id,
            made_by_name=actor.name[:60],
            valid_until=valid_until,
        )
        if not _carry(broadcast, system_tours_on_duty(at=now, paths=[path]), now):
            raise Conflict(
                _("范围内没有在勤单元，通报没有发出"),
                code="nobody_there",
                field="area",
                value=organisation.name,
                cure=_("请扩大范围，或改发全部单元"),
            )
        audit.record(
            actor_id=actor.user_id,
            action="incidents.broadcast_make",
            object_type="broadcast",
            object_id=str(broadcast.uid),
            organisation_path=path,
            details={"valid_until": valid_until.isoformat()},
        )
        _tell_desk(broadcast)
    return broadcast


def broadcasts_carry() -> int:
    """Carry every notice in force to tours that came on duty or drove in since. Returns how many it reached."""
    now = clock.now()
    reached = 0
    standing = Broadcast.objects.filter(withdrawn_at=None, valid_until__gt=now).order_by("id")
    for broadcast in standing:
        with transaction.atomic():
            tours = system_tours_on_duty(at=now, paths=[broadcast.organisation_path])
            found = _carry(broadcast, tours, now)
            if found:
                _tell_desk(broadcast)
            reached += found
    return reached


def broadcast_seen(*, actor: Actor, broadcast_uid: str) -> BroadcastReceipt:
    """A crew has the notice before its eyes. Repeating it changes nothing. Raises Forbidden for anybody to whose tour
    it did not go, NotFound for who may not see it at all.
    """
    tour = tour_of_person(actor.person_id) if actor.person_id is not None else None
    with transaction.atomic():
        receipt = (
            BroadcastReceipt.objects.select_for_update(of=("self",))
            .select_related("broadcast")
            .filter(broadcast__uid=broadcast_uid, tour_id=tour.pk if tour is not None else 0)
            .first()
        )
        if receipt is None and not broadcasts_visible_to(actor).filter(uid=broadcast_uid).exists():
            raise NotFound(_("没有这条通报"), field="broadcast", value=broadcast_uid)
        if receipt is None:
            raise Forbidden(
                _("这条通报没有发给您的单元"),
                field="broadcast",
                value=broadcast_uid,
                cure=_("请由收到通报的出勤人员确认"),
            )
        if receipt.seen_at is None:
            receipt.seen_at, receipt.seen_by_id = clock.now(), actor.user_id
            receipt.save(update_fields=["seen_at", "seen_by_id"])
            _tell_desk(receipt.broadcast)
    return receipt


def broadcast_withdraw(*, actor: Actor, broadcast_uid: str, reason: str) -> Broadcast:
    """Call a notice back before its time, with a reason; phones take it away."""
    if not reason.strip():
        raise InvalidInput(_("请说明原因"), field="reason", cure=_("填写一句话原因后再提交"))
    with transaction.atomic():
        broadcast = Broadcast.objects.select_for_update(of=("self",)).filter(uid=broadcast_uid).first()
        if broadcast is None:
            raise NotFound(_("没有这条通报"), field="broadcast", value=broadcast_uid)
        require(actor, Verb.CHANGE, DataClass.BROADCAST, broadcast.organisation_path)
        if broadcast.withdrawn_at is not None:
            return broadcast
        if broadcast.valid_until <= clock.now():
            raise Conflict(
                _("通报已过有效期"),
                code="broadcast_over",
                field="broadcast",
                value=broadcast_uid,
                cure=_("不必撤销，手机上已不再显示"),
            )
        broadcast.withdrawn_at, broadcast.withdrawn_by_id = clock.now(), actor.user_id
        broadcast.save(update_fields=["withdrawn_at", "withdrawn_by_id"])
        audit.record(
            actor_id=actor.user_id,
            action="incidents.broadcast_withdraw",
            object_type="broadcast",
            object_id=str(broadcast.uid),
            organisation_path=broadcast.organisation_path,
            reason=reason,
        )
        for tour_id, path in broadcast.receipts.filter(tour__state="open").values_list(
            "tour_id", "tour__organisation_path"
        ):
            _tell_tour(broadcast, "incidents.broadcast_ended", tour_id, path)
        _tell_desk(broadcast)
    return broadcast


def _check(words: str, valid_until: datetime, now: datetime) -> None:
    if not words:
        raise InvalidInput(_("请填写通报内容"), field="text", cure=_("写明要找的人或车、特征和去向"))
    if len(words) > TEXT_CHARACTERS:
        raise InvalidInput(
            _("通报内容过长"),
            field="text",
            value=len(words),
            cure=_("不超过 %(most)s 字，手机上要一眼看完") % {"most": TEXT_CHARACTERS},
        )
    if not now < valid_until <= now + LONGEST:
        raise InvalidInput(
            _("有效期不对"),
            field="valid_until",
            value=valid_until.isoformat(),
            cure=_("晚于现在，最长 %(hours)s 小时") % {"hours": LONGEST.days * 24},
        )


def _organisation(actor: Actor, uid: str | None) -> Any:
    """The organisation whose tours are meant: the named one, else the highest over which the actor may do this."""
    if uid is not None:
        found = organisations_visible_to(actor).filter(uid=uid).first()
        if found is None:
            raise NotFound(_("没有这个机构"), field="organisation", value=uid)
        return found
    paths = actor.scope_paths(Verb.CREATE, DataClass.BROADCAST)
    if paths and paths[0]:
        return organisations_visible_to(actor).filter(path=paths[0]).first() or organisation_root()
    return organisation_root()


def _shape(area: BroadcastArea) -> Polygon | None:
    if area.polygon is not None:
        return _ring(area.polygon, area.datum)
    if area.lon is None and area.lat is None and area.radius_m is None:
        return None
    lon, lat = place_check(area.lon, area.lat, area.datum, deployment_bounds())
    if area.radius_m is None or not RADIUS_M[0] <= area.radius_m <= RADIUS_M[1]:
        cure = f"{RADIUS_M[0]} – {RADIUS_M[1]} m"
        raise InvalidInput(_("半径不对"), field="radius_m", value=area.radius_m, cure=cure)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_AsText(ST_Buffer(ST_SetSRID(ST_MakePoint(%s, %s), %s)::geography, %s)::geometry)",
            [lon, lat, STORE_SRID, area.radius_m],
        )
        return GEOSGeometry(cursor.fetchone()[0], srid=STORE_SRID)  # type: ignore[return-value]


def _ring(corners: Sequence[Sequence[float]], datum: str) -> Polygon:
    least, most = CORNERS
    if not least <= len(corners) <= most or not all(len(corner) == 2 for corner in corners):
        raise InvalidInput(
            _("范围的顶点不对"),
            field="polygon",
            value=len(corners),
            cure=_("%(least)s 到 %(most)s 个 [经度, 纬度]") % {"least": least, "most": most},
        )
    bounds = deployment_bounds()
    ring = [place_check(lon, lat, datum, bounds, lon_field="polygon", lat_field="polygon") for lon, lat in corners]
    try:
        shape = Polygon([*ring, ring[0]], srid=STORE_SRID)
        sound = shape.valid and shape.area > 0
    except GEOSException:
        sound = False
    if not sound:
        raise InvalidInput(_("范围自相交或没有面积"), field="polygon", cure=_("按顺序重画一圈，边不要交叉"))
    return shape


def _carry(broadcast: Broadcast, tours: Iterable[TourOnDuty], now: datetime) -> int:
    """A receipt and an event for each of these tours that is meant and has none yet."""
    shape = broadcast.area.prepared if broadcast.area is not None else None
    aged_s = freshness_limits()[1]
    had = set(broadcast.receipts.values_list("tour_id", flat=True))
    meant = [tour for tour in tours if tour.tour_id not in had and (shape is None or _within(shape, tour, now, aged_s))]
    BroadcastReceipt.objects.bulk_create(
        (BroadcastReceipt(broadcast=broadcast, tour_id=tour.tour_id, sent_at=now) for tour in meant),
        ignore_conflicts=True,
    )
    for tour in meant:
        _tell_tour(broadcast, "incidents.broadcast_sent", tour.tour_id, tour.organisation_path)
    return len(meant)


def _within(shape: Any, tour: TourOnDuty, now: datetime, aged_s: float) -> bool:
    """Where the tour is: its last fix, or where that is stale its post (invariant 10)."""
    stale = tour.fixed_at is None or (now - tour.fixed_at).total_seconds() > aged_s or tour.is_mock
    lon, lat = (tour.post_lon, tour.post_lat) if stale and tour.post_lon is not None else (tour.lon, tour.lat)
    return lon is not None and lat is not None and shape.covers(Point(lon, lat, srid=STORE_SRID))


def _subject(broadcast: Broadcast) -> dict[str, Any]:
    return {"broadcast_id": broadcast.pk, "broadcast": str(broadcast.uid)}


def _tell_tour(broadcast: Broadcast, topic: str, tour_id: int, path: str) -> None:
    """The phones of a tour hear that there is something to read, or no longer; the text they fetch."""
    events.publish(
        topic,
        organisation_path=path,
        audience=DataClass.BROADCAST.value,
        subject={**_subject(broadcast), "tour_id": tour_id},
        payload={"made_at": broadcast.made_at.isoformat(), "valid_until": broadcast.valid_until.isoformat()},
    )


def _tell_desk(broadcast: Broadcast) -> None:
    counts: Mapping[str, int] = receipts_count(broadcast)
    events.publish(
        "incidents.broadcast_changed",
        organisation_path=broadcast.organisation_path,
        audience=DataClass.BROADCAST.value,
        subject=_subject(broadcast),
        payload={**counts, "withdrawn": broadcast.withdrawn_at is not None},
    )
