"""Reading the tracks of all units of a window of time, for a replay: asked for with a reason, which is written down."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import InvalidInput
from stations.services import require
from stations.types import Actor, DataClass, Verb

MOST_WINDOW = timedelta(hours=6)
# So many points fit a page; with more units or a longer window they lie further apart.
MOST_POINTS = 240_000
LEAST_STEP_S = 5
STOP_LEAST_S = 120.0
STOP_MOST_MPS = 1.0
# Nobody knows what a unit did while it was not heard for longer than this: it neither stood nor drove.
GAP_S = 180.0
EARTH_M = 6_371_008.8

_TOURS_SQL = """
    SELECT t.id, t.uid::text, u.call_sign, u.kind, u.agency, t.organisation_path
      FROM patrols_tour t JOIN patrols_unit u ON u.id = t.unit_id
     WHERE (t.organisation_path LIKE ANY(%(paths)s) OR EXISTS (
               SELECT 1 FROM patrols_tour_partners j JOIN stations_organisation o ON o.id = j.organisation_id
                WHERE j.tour_id = t.id AND o.path LIKE ANY(%(paths)s)))
       AND t.opened_at < %(until)s AND (t.closed_at IS NULL OR t.closed_at > %(since)s)
     ORDER BY u.call_sign, t.id
"""
_FIXES_SQL = """
    SELECT DISTINCT ON (f.tour_id, step) f.tour_id, extract(epoch FROM f.fixed_at - %(since)s)::float8,
           f.lon, f.lat, f.speed_mps, f.is_mock,
           floor(extract(epoch FROM f.fixed_at - %(since)s) / %(step_s)s) AS step
      FROM patrols_fix f
     WHERE f.tour_id = ANY(%(tours)s) AND f.fixed_at >= %(since)s AND f.fixed_at < %(until)s
     ORDER BY f.tour_id, step, f.accuracy_m NULLS LAST, f.fixed_at
"""

# Seconds since the window's beginning, longitude, latitude, speed (None: not reported).
Sample = tuple[float, float, float, float | None]


@dataclass(frozen=True, slots=True)
class Stop:
    """A unit stood from `since_s` to `until_s` (of the window) at a WGS-84 place."""

    since_s: float
    until_s: float
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class ReplayTrack:
    """One tour within the window, in order of time."""

    tour_id: int
    tour_uid: str
    call_sign: str
    kind: str
    agency: str
    has_mock: bool
    samples: tuple[Sample, ...]
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """Tracks of a window; samples are `step_s` or more apart."""

    since: datetime
    until: datetime
    step_s: int
    tracks: tuple[ReplayTrack, ...]


def tracks_replay(*, actor: Actor, since: datetime, until: datetime, reason: str) -> Replay:
    """The tracks of every tour whose tracks the actor may see, from `since` to before `until` by the devices' time.

    Raises Forbidden without the right to tracks; InvalidInput for a window that is empty, longer than six hours or lies
    ahead, and without a reason. Reading is audited once for each organisation that the actor's grants name.
    """
    require(actor, Verb.VIEW, DataClass.TRACK)
    until = _window(since, until)
    why = reason.strip()
    if not why:
        raise InvalidInput(_("回放他人轨迹须填写事由"), field="reason", cure=_("请填写事由，例如警情编号"))
    paths = actor.scope_paths(Verb.VIEW, DataClass.TRACK)
    with transaction.atomic(), connection.cursor() as cursor:
        values: dict[str, Any] = {"since": since, "until": until, "paths": [f"{path}%" for path in paths]}
        cursor.execute(_TOURS_SQL, values)
        tours = cursor.fetchall()
        step_s = step_for((until - since).total_seconds(), len(tours))
        cursor.execute(_FIXES_SQL, {**values, "tours": [row[0] for row in tours], "step_s": step_s})
        samples = {tour_id: list(rows) for tour_id, rows in groupby(cursor.fetchall(), itemgetter(0))}
        for path in paths:
            audit.record(
                actor_id=actor.user_id,
                action="patrols.tracks_replayed",
                object_type="tracks",
                object_id="/".join(f"{each.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for each in (since, until)),
                organisation_path=path,
                reason=why,
                details={"since": since, "until": until, "tours": sum(row[5].startswith(path) for row in tours)},
            )
    tracks = tuple(_track(row, samples.get(row[0], ())) for row in tours)
    return Replay(since, until, step_s, tracks)


def _window(since: datetime, until: datetime) -> datetime:
    """The window's end, not later than now."""
    now = clock.now()
    if since >= now:
        raise InvalidInput(_("回放的时段还没有到来"), field="from", value=since.isoformat(), cure=_("请选过去的时间"))
    if until <= since:
        raise InvalidInput(_("结束时间须晚于开始时间"), field="to", value=until.isoformat(), cure=_("请调整时段"))
    if until - since > MOST_WINDOW:
        raise InvalidInput(_("一次最多回放 6 小时"), field="to", value=until.isoformat(), cure=_("请分段回放"))
    return min(until, now)


def step_for(window_s: float, tours: int) -> int:
    """Seconds between samples, so that `MOST_POINTS` hold the window of so many tours."""
    return max(LEAST_STEP_S, math.ceil(window_s * max(1, tours) / MOST_POINTS))


def _track(tour: Sequence[Any], rows: Sequence[Sequence[Any]]) -> ReplayTrack:
    samples = tuple((row[1], row[2], row[3], row[4]) for row in rows)
    tour_id, uid, call_sign, kind, agency = tour[:5]
    has_mock = any(row[5] for row in rows)
    return ReplayTrack(tour_id, uid, call_sign, kind, agency, has_mock, samples, tuple(stops_of(samples)))


def stops_of(samples: Sequence[Sample]) -> Iterator[Stop]:
    """Where a unit stood for two minutes and more: slower than 1 m/s from sample to sample, and never unheard for
    more than three minutes in between. The speed is that of the way made, whatever the device says: a receiver that
    stands reports drift as speed, and one that lost its satellites reports nothing.
    """
    begin = 0
    for at in range(1, len(samples) + 1):
        if at < len(samples) and _stands(samples[at - 1], samples[at]) and _near(samples[begin], samples[at]):
            continue
        since_s, until_s = samples[begin][0], samples[at - 1][0]
        if until_s - since_s >= STOP_LEAST_S:
            several = samples[begin:at]
            middle = several[len(several) // 2]
            yield Stop(since_s, until_s, middle[1], middle[2])
        begin = at


def _stands(one: Sample, next_one: Sample) -> bool:
    elapsed_s = next_one[0] - one[0]
    return elapsed_s <= GAP_S and _metres(one, next_one) < STOP_MOST_MPS * max(elapsed_s, 1.0)


def _near(first: Sample, one: Sample) -> bool:
    """Whoever creeps is not standing: within 60 m of where the stop began."""
    return _metres(first, one) <= 60.0


def _metres(one: Sample, other: Sample) -> float:
    north = math.radians(other[2] - one[2])
    east = math.radians(other[1] - one[1]) * math.cos(math.radians(one[2]))
    return EARTH_M * math.hypot(north, east)
