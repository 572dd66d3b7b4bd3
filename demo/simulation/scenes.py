"""Seeded events: what happens where and when. The same seed over the same network gives the same list."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from demo.simulation.habits import Habits
from roads.network.graph import RoadGraph
from roads.network.route import arc_shape

# Kind, share, title. Shares are ours: mostly small things, some grave ones.
KINDS: tuple[tuple[str, float, str], ...] = (
    ("illegal_parking", 0.17, "车辆违停占道"),
    ("crash", 0.14, "两车追尾，无人受伤"),
    ("congestion", 0.11, "路口拥堵"),
    ("breakdown", 0.10, "货车抛锚"),
    ("hazard", 0.08, "路面坑洞"),
    ("obstacle", 0.07, "散落物占用车道"),
    ("broken_facility", 0.06, "护栏损坏"),
    ("overload", 0.06, "三轮车违法载人"),
    ("dispute", 0.05, "行车纠纷"),
    ("other", 0.05, "其他求助"),
    ("crash_injury", 0.03, "摩托车碰撞，有人受伤"),
    ("drunk_driving", 0.02, "疑似酒驾"),
    ("watchlist_hit", 0.02, "布控车辆经过卡口"),
    ("roadworks", 0.02, "占道施工未设标志"),
    ("sos", 0.01, "紧急求助"),
    ("hit_and_run", 0.01, "肇事逃逸"),
)
SOURCES = ("phone", "phone", "phone", "self_found", "community", "superior", "api")
FAR_M = (300.0, 900.0)
METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Scene:
    """An event to report: seconds of house time after the beginning, client key, body for the API.

    `repeat_after_s`: the caller sends the same again (a lost answer, a double tap); it must do no harm.
    """

    at_s: float
    key: str
    body: dict[str, Any]
    repeat_after_s: float | None = None


class Scenes:
    """Draws events over a network: edges in proportion to their length, a few metres beside the road.

    `posts`: places as callers name them by the posts beside the road ("G98 K12+300 下行"); some calls use one.
    """

    def __init__(self, graph: RoadGraph, *, seed: int, habits: Habits) -> None:
        self._graph, self._habits, self._seed = graph, habits, seed
        self._rng = random.Random(seed)
        self.posts: Sequence[str] = ()
        length = np.where(np.asarray(graph.edge_island) == 0, np.asarray(graph.edge_length_m), 0.0)
        self._edges = np.cumsum(length)
        self._arcs = np.asarray(graph.edge_arc).max(axis=1)

    def draw(self, at_s: float, key: str) -> Scene:
        """The next event."""
        rng, habits = self._rng, self._habits
        kind, _, title = rng.choices(KINDS, weights=[share for _, share, _ in KINDS])[0]
        far = rng.random() < habits.far_share
        lon, lat = self._place(rng.uniform(*FAR_M) if far else rng.uniform(0.0, 12.0), rng)
        place: dict[str, Any] = {"lon": round(lon, 7), "lat": round(lat, 7), "datum": "wgs84"}
        if rng.random() < habits.chainage_share and not far and self.posts:
            place = {"chainage": rng.choice(self.posts)}
        risk = {"injured": rng.randint(1, 3)} if kind == "crash_injury" else {}
        repeat = rng.uniform(*habits.repeat_s) if rng.random() < habits.repeat_share else None
        body = {**place, "kind": kind, "title": title, "source": rng.choice(SOURCES), "risk": risk}
        return Scene(at_s, key, body, repeat)

    def places(self, count: int) -> list[tuple[float, float]]:
        """Points on the network (WGS-84), drawn apart from the events: of some the posts are read, for `posts`."""
        rng = random.Random(f"{self._seed}:posts")
        return [self._place(0.0, rng) for _ in range(count)]

    def _place(self, beside_m: float, rng: random.Random) -> tuple[float, float]:
        graph = self._graph
        edge = int(np.searchsorted(self._edges, rng.random() * float(self._edges[-1]), side="right"))
        x, y = arc_shape(graph, int(self._arcs[edge]), 0.0, rng.uniform(0.05, 0.95))
        angle = rng.uniform(0.0, 2.0 * np.pi)
        lat = float(y[-1]) + beside_m * float(np.sin(angle)) / METRES_PER_DEGREE
        lon = float(x[-1]) + beside_m * float(np.cos(angle)) / (METRES_PER_DEGREE * float(np.cos(np.radians(lat))))
        return lon, lat

    def spread(self, count: int, seconds: float, prefix: str) -> list[Scene]:
        """`count` events at random times within `seconds`, in order of time."""
        times = sorted(self._rng.uniform(0.0, seconds) for _ in range(count))
        return [self.draw(at_s, f"{prefix}-{n}") for n, at_s in enumerate(times)]
