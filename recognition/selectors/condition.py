"""How cameras do: what they read by day and by night, how their clocks stand, when nothing came, what they misread.

Counts only; which cars passed is for a search on the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q

from core import clock
from recognition.models import Alarm, CameraStanding, ViidSender
from recognition.services.standing import offset_s
from stations.selectors import cameras_visible_to
from stations.types import Actor

WRONG_WITHIN = timedelta(days=30)
LOOKED_AT = timedelta(days=7)
# Domain §3.13 (GA/T 497): at least 90 of 100 read by day and 80 by night; day is 06:00 to 19:00 of the house's zone.
DAY_FROM, DAY_UNTIL = 6, 19
DAY_SHARE, NIGHT_SHARE = 0.9, 0.8
# A busy camera without a car for so long is off line; a quiet one may just be quiet: the page says "no passage".
GAP = timedelta(minutes=30)
MOST_GAPS = 20
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

_BY_DAY = """
select (passed_at at time zone %(zone)s)::date as day,
       extract(hour from passed_at at time zone %(zone)s) between %(from)s and %(until)s - 1 as by_day,
       count(*), count(*) filter (where reading <> 'no_plate'), count(*) filter (where reading in ('plate', 'foreign'))
  from recognition_passage
 where camera_id = %(camera)s and passed_at >= %(since)s and day >= %(first)s
 group by 1, 2 order by 1 desc, 2 desc
"""
_GAPS = """
select seen, next from (
    select passed_at as seen, coalesce(lead(passed_at) over (order by passed_at), %(now)s) as next
      from recognition_passage
     where camera_id = %(camera)s and passed_at >= %(since)s and day >= %(first)s) passages
 where next - seen >= %(gap)s
 order by seen desc limit %(most)s
"""


def camera_conditions(actor: Actor) -> list[dict[str, Any]]:
    """Every camera of the actor's scope: those that misread most first, then those that are silent longest."""
    cameras = list(cameras_visible_to(actor))
    standings = _standings([camera.code for camera in cameras])
    wrong = _wrong([camera.pk for camera in cameras])
    online = dict(ViidSender.objects.values_list("device_id", "online"))
    rows = [_row(one, standings.get(one.code, []), wrong.get(one.pk, (0, 0)), online) for one in cameras]
    return sorted(rows, key=lambda row: (-row["wrong"], row["last_received_at"] or _NEVER))


def camera_condition(actor: Actor, code: str) -> dict[str, Any] | None:
    """One camera with a week's counts and silences; None where the actor sees none of this code."""
    camera = cameras_visible_to(actor).filter(code=code).first()
    if camera is None:
        return None
    now = clock.now()
    since = now - LOOKED_AT
    values: dict[str, Any] = {
        "camera": camera.pk,
        "since": since,
        "first": (since - timedelta(days=1)).date(),
        "now": now,
        "zone": settings.TIME_ZONE,
        "from": DAY_FROM,
        "until": DAY_UNTIL,
        "gap": GAP,
        "most": MOST_GAPS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BY_DAY, values)
        days = [
            {"day": day, "by_day": by_day, "passages": count, "with_plate": plated, "read": read}
            for day, by_day, count, plated, read in cursor.fetchall()
        ]
        cursor.execute(_GAPS, values)
        gaps = [{"since": seen, "until": until, "open": until == now} for seen, until in cursor.fetchall()]
    online = dict(ViidSender.objects.values_list("device_id", "online"))
    return {
        **_row(camera, _standings([code]).get(code, []), _wrong([camera.pk]).get(camera.pk, (0, 0)), online),
        "place": [camera.geom.x, camera.geom.y],
        "is_private": camera.is_private,
        "days": days,
        "rate": {"day": _share(days, by_day=True), "night": _share(days, by_day=False)},
        "wanted": {"day": DAY_SHARE, "night": NIGHT_SHARE},
        "gaps": gaps,
        "gap_minutes": GAP.total_seconds() / 60,
    }


def _row(
    camera: Any, standings: Sequence[CameraStanding], wrong: tuple[int, int], online: dict[int, bool]
) -> dict[str, Any]:
    last = max(standings, key=lambda one: one.last_received_at, default=None)
    passages, read = sum(one.passages for one in standings), sum(one.read for one in standings)
    return {
        "code": camera.code,
        "name": camera.name,
        "checkpoint": camera.checkpoint.name if camera.checkpoint is not None else "",
        "organisation": camera.organisation.name,
        "ring": camera.ring,
        "last_passed_at": last.last_passed_at if last is not None else None,
        "last_received_at": last.last_received_at if last is not None else None,
        "passages": passages,
        "read_share": round(read / passages, 4) if passages else None,
        # Seconds that are added to the camera's time; 0: nothing certain.
        "offset_s": offset_s(last.lag_s, last.lag_before_s) if last is not None else None,
        "lag_s": last.lag_s if last is not None else None,
        "online": online.get(last.device_id) if last is not None else None,
        "wrong": wrong[0],
        "alarms": wrong[1],
    }


def _standings(codes: Sequence[str]) -> dict[str, list[CameraStanding]]:
    found: dict[str, list[CameraStanding]] = {}
    for one in CameraStanding.objects.filter(camera_code__in=codes):
        found.setdefault(one.camera_code, []).append(one)
    return found


def _wrong(camera_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """(misread, all) alarms of the last month by camera."""
    rows = (
        Alarm.objects.filter(camera_id__in=camera_ids, raised_at__gte=clock.now() - WRONG_WITHIN)
        .order_by().values("camera_id")
        .annotate(wrong=Count("id", filter=Q(outcome=Alarm.Outcome.WRONG_READ.value)), all=Count("id"))
    )  # fmt: skip
    return {row["camera_id"]: (row["wrong"], row["all"]) for row in rows}


def _share(days: Sequence[dict[str, Any]], *, by_day: bool) -> float | None:
    """Of the cars with a plate, those that were read; None without any."""
    chosen = [row for row in days if row["by_day"] is by_day]
    plated = sum(row["with_plate"] for row in chosen)
    return round(sum(row["read"] for row in chosen) / plated, 4) if plated else None
