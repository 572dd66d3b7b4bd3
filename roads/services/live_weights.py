"""Closures, speeds and the hour of the week → live travel times of the network in force, in every process of the host.

Run by `run_urgent` several times a second. One small statement tells whether anything in force changed since the last
look; only then all weights are computed anew and published in the mmap'd file. One writer a host: the process that
holds the file lock; the others try again each time and take over when it dies.
"""

from __future__ import annotations

import logging
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import connection

from core import clock
from roads.network.files import GraphFileError, load_graph
from roads.network.graph import RoadGraph
from roads.network.live import ArcSpeeds, EdgeClosure
from roads.network.profiles import PASSERS, Profile
from roads.network.source import Float64
from roads.network.weights import WeightsWriter, WriterBusy
from roads.selectors.networks import networks_directory

logger = logging.getLogger(__name__)

EVERY_S = 0.2
# An edge that a closure only touches is not closed.
TOUCH_M = 0.01

_FINGERPRINT_SQL = """
    SELECT b.id, b.version,
           (SELECT coalesce(string_agg(c.id || ':' || c.xmin, ',' ORDER BY c.id), '') FROM roads_closure c
             WHERE c.valid @> core_now() AND (c.ended_at IS NULL OR c.ended_at > core_now())),
           (SELECT coalesce(string_agg(s.id || ':' || s.xmin, ',' ORDER BY s.id), '') FROM roads_roadspeed s
             WHERE s.build_id = b.id AND s.valid @> core_now())
      FROM roads_networkbuild b WHERE b.is_current
"""

_AXIS_CLOSURES_SQL = """
    SELECT e.edge_no, e.axis_from_m, e.axis_to_m, e.oneway, c.kind = 'block', c.penalty_s, c.from_m, c.to_m,
           lower(c.sides), upper(c.sides), c.who_may_pass
      FROM roads_closure c JOIN roads_roadedge e ON e.axis_id = c.axis_id AND e.build_id = %(build)s
     WHERE c.id = ANY(%(ids)s) AND e.axis_from_m IS NOT NULL AND e.axis_to_m IS NOT NULL
       AND least(e.axis_from_m, e.axis_to_m) < c.to_m AND greatest(e.axis_from_m, e.axis_to_m) > c.from_m
     ORDER BY c.id, e.edge_no
"""

_EDGE_CLOSURES_SQL = """
    SELECT e.edge_no, c.kind = 'block', c.penalty_s, e.length_m / nullif(sum(e.length_m) OVER (PARTITION BY c.id), 0),
           c.who_may_pass
      FROM roads_closure c JOIN roads_roadedge e ON e.build_id = %(build)s AND e.edge_no = ANY(c.edge_nos)
     WHERE c.id = ANY(%(ids)s) AND c.axis_id IS NULL AND c.build_id = %(build)s
     ORDER BY c.id, e.edge_no
"""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is in force: the network, the closure and speed rows with their row versions, the hour of the week."""

    build_id: int
    version: str
    closures: str
    speeds: str
    hour_of_week: int

    @property
    def closure_ids(self) -> list[int]:
        """Primary keys of the closures in force."""
        return _ids(self.closures)

    @property
    def speed_ids(self) -> list[int]:
        """Primary keys of the speeds in force."""
        return _ids(self.speeds)


def _ids(text: str) -> list[int]:
    return [int(part.split(":", 1)[0]) for part in text.split(",") if part]


def fingerprint() -> Fingerprint | None:
    """What is in force now by the house's clock; None before the first import."""
    with connection.cursor() as cursor:
        cursor.execute(_FINGERPRINT_SQL)
        row = cursor.fetchone()
    if row is None:
        return None
    build_id, version, closures, speeds = row
    return Fingerprint(build_id, version, closures, speeds, hour_of_week(clock.now()))


def hour_of_week(at: datetime) -> int:
    """0 = Monday 00:00 to 167 = Sunday 23:00, local time of the deployment (`LUZHANG_TIME_ZONE`)."""
    local = at.astimezone(zoneinfo.ZoneInfo(settings.TIME_ZONE))
    return local.weekday() * 24 + local.hour


def axis_edge_closure(
    *,
    edge_no: int,
    axis_from_m: float,
    axis_to_m: float,
    oneway: int,
    blocked: bool,
    penalty_s: float,
    from_m: float,
    to_m: float,
    sides: tuple[int, int],
    passing: frozenset[Profile] | None = None,
) -> EdgeClosure | None:
    """What a closure of metres `[from_m, to_m)` and sides of an axis does to one edge on it; None for nothing.

    `axis_from_m` belongs to the first vertex of the edge. 下行 (0) runs with growing metres, 上行 (1) against. A
    one-way edge is a carriageway of one side: closed with all that moves on it. A two-way edge is closed in the
    direction of the side only. A penalty is for the whole stretch: each edge bears the share of it that lies on it.
    `passing`: as in `EdgeClosure`.
    """
    span_m = axis_to_m - axis_from_m
    low, high = max(min(axis_from_m, axis_to_m), from_m), min(max(axis_from_m, axis_to_m), to_m)
    if high - low < TOUCH_M or abs(span_m) < TOUCH_M:
        return None
    down, up = sides[0] <= 0 < sides[1], sides[0] <= 1 < sides[1]
    with_metres = 1 if span_m > 0 else -1
    if oneway:
        if not (down if oneway == with_metres else up):
            return None
        direction = 0
    else:
        direction = 0 if down and up else with_metres if down else -with_metres
    ends = sorted(((low - axis_from_m) / span_m, (high - axis_from_m) / span_m))
    return EdgeClosure(
        edge_no,
        max(0.0, ends[0]),
        min(1.0, ends[1]),
        direction,
        blocked,
        0 if blocked else round(penalty_s * 1000.0 * (high - low) / (to_m - from_m)),
        passing,
    )


def profiles_passing(who_may_pass: Sequence[str]) -> frozenset[Profile] | None:
    """Whose times works or a control only slow: all (None) where the closure names nobody, else those it names."""
    if not who_may_pass:
        return None
    return frozenset[Profile]().union(*(PASSERS.get(word, frozenset()) for word in who_may_pass))


def edge_closures(closure_ids: list[int], build_id: int) -> list[EdgeClosure]:
    """Closures as the routing network takes them."""
    if not closure_ids:
        return []
    found: list[EdgeClosure] = []
    with connection.cursor() as cursor:
        cursor.execute(_AXIS_CLOSURES_SQL, {"ids": closure_ids, "build": build_id})
        for edge_no, axis_from_m, axis_to_m, oneway, blocked, penalty_s, from_m, to_m, low, high, who in cursor:
            closure = axis_edge_closure(
                edge_no=edge_no,
                axis_from_m=axis_from_m,
                axis_to_m=axis_to_m,
                oneway=oneway,
                blocked=blocked,
                penalty_s=penalty_s,
                from_m=from_m,
                to_m=to_m,
                sides=(low, high),
                passing=profiles_passing(who),
            )
            if closure is not None:
                found.append(closure)
        cursor.execute(_EDGE_CLOSURES_SQL, {"ids": closure_ids, "build": build_id})
        for edge_no, blocked, penalty_s, share, who in cursor:
            penalty_ms = 0 if blocked else round(penalty_s * 1000.0 * (share or 0.0))
            found.append(EdgeClosure(edge_no, 0.0, 1.0, 0, blocked, penalty_ms, profiles_passing(who)))
    return found


def arc_speeds(speed_ids: list[int], graph: RoadGraph) -> ArcSpeeds | None:
    """Measured speeds by arc: base speed / factor. Of several on an edge the latest row holds."""
    if not speed_ids:
        return None
    factor: Float64 = np.zeros(graph.edge_count)
    with connection.cursor() as cursor:
        cursor.execute("SELECT edge_nos, factor FROM roads_roadspeed WHERE id = ANY(%s) ORDER BY id", [speed_ids])
        for edge_nos, value in cursor.fetchall():
            numbers = np.asarray(edge_nos, np.int64)
            factor[numbers[numbers < graph.edge_count]] = value
    pairs = np.asarray(graph.edge_arc)[np.flatnonzero(factor > 0)]
    arcs = pairs[pairs >= 0]
    if arcs.size == 0:
        return None
    edge = np.asarray(graph.arc_edge)[arcs]
    base_s = np.asarray(graph.base_ms)[Profile.DRIVE][arcs] / 1000.0
    speed_kmh = np.asarray(graph.edge_length_m)[edge] / base_s * 3.6 / factor[edge]
    return ArcSpeeds(arcs.astype(np.int32), np.maximum(speed_kmh, 1e-3).astype(np.float32))


class LiveWeights:
    """The part of an urgent process that writes the live weights; used by one thread."""

    def __init__(self) -> None:
        self._writer: WeightsWriter | None = None
        self._opened: tuple[str, RoadGraph, Path] | None = None
        self._written: Fingerprint | None = None
        self._complaint = ""

    def run_once(self) -> int | None:
        """Bring the weights up to date. Returns the generation it wrote; None when nothing changed, another process of
        this host writes, or there is no network yet."""
        now = fingerprint()
        if now is None or now == self._written:
            return None
        writer = self._writer_for(now.version)
        if writer is None:
            return None
        closures = edge_closures(now.closure_ids, now.build_id)
        generation = writer.apply(
            closures,
            arc_speeds(now.speed_ids, writer.graph),
            now.hour_of_week,
            closure_version=max(now.closure_ids, default=0),
        )
        self._written = now
        logger.info("weights generation %d: %d closed edges, hour %d", generation, len(closures), now.hour_of_week)
        return generation

    def close(self) -> None:
        """Give the file lock back; the next look begins anew."""
        if self._writer is not None:
            self._writer.close()
        self._writer, self._written = None, None

    def _writer_for(self, version: str) -> WeightsWriter | None:
        if self._writer is not None and self._opened is not None and self._opened[0] == version:
            return self._writer
        self.close()
        directory = networks_directory() / version
        try:
            if self._opened is None or self._opened[0] != version:
                self._opened = (version, load_graph(directory, verify=False), directory)
            self._writer = WeightsWriter(self._opened[1], self._opened[2])
        except WriterBusy:
            return None
        except (GraphFileError, OSError) as problem:
            # Said once a network, not five times a second; `/readyz` and doctor say it too.
            if self._complaint != version:
                logger.error("no live weights for network %s: %s", version, problem)
                self._complaint = version
            return None
        self._complaint = ""
        return self._writer


_live = LiveWeights()


def weights_refresh() -> None:
    """The job of `run_urgent`: see `LiveWeights.run_once`."""
    _live.run_once()
