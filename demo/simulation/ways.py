"""Moving along the road network: a route becomes a drive, a function from house time to place, course and speed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from scipy.spatial import cKDTree

from roads.network.loader import RoadNetwork
from roads.network.placement import Placement
from roads.network.profiles import Profile
from roads.network.route import Route, Step, arc_shape
from roads.network.source import Float64

METRES_PER_DEGREE = 111_320.0
# How far a patrol looks for its next waypoint, metres in a straight line.
LEG_M = {Profile.DRIVE: (600.0, 3000.0), Profile.FOOT: (150.0, 500.0)}


@dataclass(frozen=True, slots=True)
class Moment:
    """Where something is: WGS-84 degrees, course in degrees from north, metres a second."""

    lon: float
    lat: float
    course_deg: float
    speed_mps: float


@dataclass(frozen=True, slots=True)
class Drive:
    """A route begun at a moment. `at_s`: seconds since the beginning at each point of the line; `ends_s`: at the end of
    each step.
    """

    begun: datetime
    lon: Float64
    lat: Float64
    at_s: Float64
    steps: tuple[Step, ...]
    ends_s: Float64

    @property
    def ends(self) -> datetime:
        """When the end of the route is reached."""
        return self.begun + timedelta(seconds=float(self.at_s[-1]))

    def over(self, now: datetime) -> bool:
        """True when the end is reached."""
        return now >= self.ends

    def moment(self, now: datetime) -> Moment:
        """Place, course and speed at a time; standing at the end afterwards."""
        t = min(max(0.0, (now - self.begun).total_seconds()), float(self.at_s[-1]))
        i = min(max(int(np.searchsorted(self.at_s, t, side="right")), 1), self.at_s.size - 1)
        span = float(self.at_s[i] - self.at_s[i - 1])
        share = 1.0 if span <= 0 else (t - float(self.at_s[i - 1])) / span
        dx, dy = float(self.lon[i] - self.lon[i - 1]), float(self.lat[i] - self.lat[i - 1])
        kx = float(np.cos(np.radians(self.lat[i])))
        course = float(np.degrees(np.arctan2(dx * kx, dy)) % 360.0)
        metres = float(np.hypot(dx * kx, dy)) * METRES_PER_DEGREE
        speed = 0.0 if self.over(now) or span <= 0 else metres / span
        return Moment(float(self.lon[i - 1]) + share * dx, float(self.lat[i - 1]) + share * dy, course, speed)

    def spot(self, now: datetime) -> tuple[int, float]:
        """Arc and fraction at a time, from which the next route begins."""
        t = min(max(0.0, (now - self.begun).total_seconds()), float(self.ends_s[-1]))
        i = min(int(np.searchsorted(self.ends_s, t)), self.ends_s.size - 1)
        step = self.steps[i]
        before = float(self.ends_s[i - 1]) if i else 0.0
        span = float(self.ends_s[i]) - before
        share = 1.0 if span <= 0 else (t - before) / span
        return step.arc, step.from_fraction + share * (step.to_fraction - step.from_fraction)


class Ways:
    """Routes of simulated units over one network, under the weights in force."""

    def __init__(self, network: RoadNetwork) -> None:
        self.network = network
        graph = network.graph
        self._lon, self._lat = np.asarray(graph.state_lon), np.asarray(graph.state_lat)
        self._kx = float(np.cos(np.radians(self._lat.mean()))) * METRES_PER_DEGREE
        self._tree = cKDTree(np.column_stack([self._lon * self._kx, self._lat * METRES_PER_DEGREE]))

    def place_of(self, arc: int, fraction: float) -> Placement:
        """A placement on an arc."""
        graph = self.network.graph
        return Placement(
            int(graph.arc_edge[arc]), arc, int(graph.arc_tail[arc]), int(graph.arc_head[arc]), fraction, 0.0, 0.0, 0.0
        )

    def leg(self, start: list[Placement], lon: float, lat: float, profile: Profile, rng: random.Random) -> Route | None:
        """A route to a random waypoint some way off; None where there is no way."""
        low, high = LEG_M.get(profile, LEG_M[Profile.DRIVE])
        for _try in range(4):
            angle, away = rng.uniform(0, 2 * np.pi), rng.uniform(low, high)
            goal = (lon * self._kx + away * np.cos(angle), lat * METRES_PER_DEGREE + away * np.sin(angle))
            state = int(self._tree.query(goal)[1])
            route = self.route(start, float(self._lon[state]), float(self._lat[state]), profile)
            if route is not None and route.road_m > 1.0:
                return route
        return None

    def route(self, start: list[Placement], lon: float, lat: float, profile: Profile) -> Route | None:
        """The fastest way from a place to a point (to the road nearest to it)."""
        begin = self.network.alternatives(start, profile)
        goal = self.network.snap(lon, lat, both_carriageways=True)
        goal = self.network.alternatives(goal, profile) if profile == Profile.FOOT else goal
        return self.network.route(begin, goal, profile=profile)

    def drive(self, route: Route, begun: datetime) -> Drive:
        """Begin a route now. Within a step the speed is even."""
        graph = self.network.graph
        lon, lat, at_s, ends_s = [], [], [], []
        t = 0.0
        for step in route.steps:
            x, y = arc_shape(graph, step.arc, step.from_fraction, step.to_fraction)
            along = np.r_[0.0, np.cumsum(np.hypot(np.diff(x) * np.cos(np.radians(y[0])), np.diff(y)))]
            total = float(along[-1])
            share = along / total if total > 0 else np.linspace(0.0, 1.0, along.size)
            lon.append(x)
            lat.append(y)
            at_s.append(t + share * step.time_ms / 1000.0)
            t += step.time_ms / 1000.0
            ends_s.append(t)
        return Drive(
            begun, np.concatenate(lon), np.concatenate(lat), np.concatenate(at_s), route.steps, np.array(ends_s)
        )
