"""Cloned plates by impossible travel: each new passage against the one before and the one after it of the same plate.

Neighbours in time are enough: were both steps of A - B - C possible, A - C would be. PostgreSQL drops every pair whose
straight line nobody wonders about; what is left, hardly anything, is judged on the network
(`recognition.judging.travel`).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import connection

from core.errors import Unavailable
from recognition import metrics
from recognition.intake.stored import COLUMNS, Stored
from recognition.judging.travel import EARTH_M, SPHERE_SHARE, Impossible, Sight, TravelTerms, Way, impossible, slack_s
from recognition.models import Alarm, CameraStanding
from recognition.plates.grammar import PlateColour
from recognition.plates.plate import Plate, parse
from recognition.services.concluding import Conclusion
from roads.selectors import current_network

if TYPE_CHECKING:
    from roads.selectors.routing import RoadNetwork

CATEGORY = "cloned_plate"
CLOCKS = ("", "corrected")
# Farther from every road than this a place says nothing about ways by road.
OFF_ROAD_M = 500.0
# The day of a passage is its camera's: a clock that was corrected may have moved it over midnight.
DAY_SLACK = timedelta(hours=12)
# New ways that one batch asks the network for, and how many a process keeps (a county of 200 cameras has 40,000 pairs).
MOST_WAYS, MOST_KEPT = 500, 100_000
Ends = tuple[float, float, float, float]

_USABLE = """p.plate <> '' and p.kind_code not in ('', '99') and p.clock in ('', 'corrected') and p.lon is not null
              and p.lat is not null and coalesce(p.reliability, %(unknown)s) >= %(sure)s"""
_SIDE = """
    (select {columns} from recognition_passage p
      where p.plate = k.plate and p.kind_code = k.kind and {usable}
        and p.day between (k.at - %(reach)s - %(days)s)::date and (k.at + %(reach)s + %(days)s)::date
        and p.passed_at {side} and p.passed_at between k.at - %(reach)s and k.at + %(reach)s
        and starts_with(p.organisation_path, k.root)
        and (p.device_id, p.source_key) <> (k.device, k.key)
      order by p.passed_at {order} limit 1)
"""
_COLUMNS = ", ".join(f"p.{name}" for name in COLUMNS)
_SQL = f"""
select k.ord, {", ".join(f"n.{name}" for name in COLUMNS)}
  from unnest(%(ords)s::int[], %(devices)s::bigint[], %(keys)s::text[], %(plates)s::text[], %(kinds)s::text[],
              %(times)s::timestamptz[], %(lons)s::float8[], %(lats)s::float8[], %(roots)s::text[])
       as k(ord, device, key, plate, kind, at, lon, lat, root)
  cross join lateral (
    {_SIDE.format(columns=_COLUMNS, usable=_USABLE, side="<= k.at", order="desc")}
    union all
    {_SIDE.format(columns=_COLUMNS, usable=_USABLE, side=">= k.at", order="asc")}
  ) n
 where {SPHERE_SHARE * 2 * EARTH_M} * asin(least(1, sqrt(
           power(sin(radians(n.lat - k.lat) / 2), 2)
           + cos(radians(n.lat)) * cos(radians(k.lat)) * power(sin(radians(n.lon - k.lon) / 2), 2))))
       > %(plain)s * (abs(extract(epoch from n.passed_at - k.at)) + %(slack)s)
"""  # noqa: S608  columns and numbers above


def terms_in_force() -> TravelTerms:
    """As the settings say."""
    return TravelTerms(
        tolerance=float(settings.LUZHANG_CLONED_TOLERANCE), unknown_s=float(settings.LUZHANG_CLONED_UNKNOWN_CLOCK_S)
    )


def cloned_among(passages: Sequence[Stored]) -> list[Conclusion]:
    """What stored passages tell of plates that are on two cars. Writes nothing."""
    terms = terms_in_force()
    suspicious = _suspicious([one for one in passages if usable(one)], terms)
    if not suspicious:
        return []
    standings = _standings([each for pair in suspicious for each in pair])
    ways = _Ways()
    found = []
    for one, other in suspicious:
        judged = impossible(_sight(one, standings, terms), _sight(other, standings, terms), terms, ways)
        if judged is not None:
            last = one if judged.second.passage == one.name else other
            unknown = one.reliability is None or other.reliability is None
            found.append(
                Conclusion(
                    last, Alarm.Cause.TRAVEL, CATEGORY, _grounds(judged),
                    doubts=("reliability_unknown",) if unknown else (),
                )
            )  # fmt: skip
    return found


def usable(passage: Stored, *, placed: bool = True) -> bool:
    """Whether a reading is sure enough, has a time of its own and (`placed`) a place."""
    least = float(settings.LUZHANG_LOOK_ALIKE_BELOW)
    sure = settings.LUZHANG_CLONED_TAKES_UNKNOWN if passage.reliability is None else passage.reliability >= least
    somewhere = not placed or (passage.lon is not None and passage.lat is not None)
    return (
        bool(sure)
        and somewhere
        and passage.kind_code not in ("", "99")
        and passage.clock in CLOCKS
        and not _doubtful(passage)
    )


def _doubtful(passage: Stored) -> bool:
    """The plate stands on a ground that its form does not have."""
    known = {colour.value for colour in PlateColour}
    parsed = parse(passage.plate, PlateColour(passage.colour) if passage.colour in known else None)
    return not isinstance(parsed, Plate) or bool(parsed.doubts)


def _suspicious(passages: Sequence[Stored], terms: TravelTerms) -> list[tuple[Stored, Stored]]:
    """Pairs of neighbours that nobody drives on a straight line; each pair once."""
    if not passages:
        return []
    values: dict[str, Any] = {
        "ords": list(range(len(passages))),
        "devices": [one.device_id for one in passages],
        "keys": [one.source_key for one in passages],
        "plates": [one.plate for one in passages],
        "kinds": [one.kind_code for one in passages],
        "times": [one.passed_at for one in passages],
        "lons": [one.lon for one in passages],
        "lats": [one.lat for one in passages],
        "roots": [one.organisation_path.partition(".")[0] + "." for one in passages],
        "reach": timedelta(seconds=float(settings.LUZHANG_CLONED_WINDOW_S)),
        "days": DAY_SLACK,
        "unknown": 1.0 if settings.LUZHANG_CLONED_TAKES_UNKNOWN else 0.0,
        "sure": float(settings.LUZHANG_LOOK_ALIKE_BELOW),
        "plain": terms.plain_mps,
        "slack": 2 * terms.known_s,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, values)
        rows = cursor.fetchall()
    pairs: dict[frozenset[str], tuple[Stored, Stored]] = {}
    for ord_, *columns in rows:
        other = Stored(*columns)
        if not _doubtful(other):
            pairs.setdefault(frozenset((passages[ord_].name, other.name)), (passages[ord_], other))
    return list(pairs.values())


def _standings(passages: Sequence[Stored]) -> dict[tuple[int, str], tuple[float, float | None]]:
    rows = CameraStanding.objects.filter(
        device_id__in={one.device_id for one in passages}, camera_code__in={one.camera_code for one in passages}
    )
    return {(row.device_id, row.camera_code): (row.lag_s, row.lag_before_s) for row in rows}


def _sight(passage: Stored, standings: dict[tuple[int, str], tuple[float, float | None]], terms: TravelTerms) -> Sight:
    lag_s, before_s = standings.get((passage.device_id, passage.camera_code), (None, None))
    off_s = slack_s(terms, lag_s=lag_s, lag_before_s=before_s, corrected=passage.clock == "corrected")
    lon, lat = float(passage.lon or 0.0), float(passage.lat or 0.0)
    return Sight(passage.name, passage.camera_code, lon, lat, passage.passed_at, off_s)


class _Kept:
    """Fastest ways that this process has asked for, of one network: cameras stand still, so pairs of them repeat."""

    lock = threading.Lock()
    version = ""
    ways: ClassVar[dict[Ends, Way | None]] = {}


def ways_forget() -> None:
    """Ask the network anew (tests)."""
    with _Kept.lock:
        _Kept.version, _Kept.ways = "", {}


class _Ways:
    """The network's fastest ways, for the length of one batch, which asks for a limited number of new ones."""

    def __init__(self) -> None:
        self._asked = 0

    def __call__(self, first: Sight, second: Sight) -> Way | None:
        try:
            network = current_network()
        except Unavailable:
            metrics.count("unjudged")
            return None
        ends = (first.lon, first.lat, second.lon, second.lat)
        with _Kept.lock:
            if _Kept.version != network.version or len(_Kept.ways) >= MOST_KEPT:
                _Kept.version, _Kept.ways = network.version, {}
            if ends in _Kept.ways:
                return _Kept.ways[ends]
        if self._asked >= MOST_WAYS:
            metrics.count("unjudged")
            return None
        self._asked += 1
        way = way_between(network, ends)
        with _Kept.lock:
            if _Kept.version == network.version:
                _Kept.ways[ends] = way
        return way


def way_between(network: RoadNetwork, ends: Ends) -> Way | None:
    """The fastest way by car with free roads; None off the roads of the network, or where none joins the two."""
    lon, lat, to_lon, to_lat = ends
    start = network.snap(lon, lat, both_carriageways=True, max_m=OFF_ROAD_M)
    goal = network.snap(to_lon, to_lat, both_carriageways=True, max_m=OFF_ROAD_M)
    route = network.free_flow(start, goal) if start and goal else None
    return None if route is None else Way(route.road_m, route.drive_ms / 1000.0)


def _grounds(judged: Impossible) -> dict[str, Any]:
    return {
        "first": _seen(judged.first),
        "second": _seen(judged.second),
        "straight_m": round(judged.straight_m),
        "road_m": round(judged.road_m),
        "free_flow_s": round(judged.free_flow_s, 1),
        "fastest_s": round(judged.fastest_s, 1),
        "gap_s": round(judged.gap_s, 1),
        "slack_s": round(judged.slack_s, 1),
        "tolerance": judged.tolerance,
    }


def _seen(sight: Sight) -> dict[str, Any]:
    at: datetime = sight.at
    return {
        "passage": sight.passage,
        "camera": sight.camera,
        "lon": sight.lon,
        "lat": sight.lat,
        "passed_at": at.isoformat(),
        "slack_s": round(sight.slack_s, 1),
    }
