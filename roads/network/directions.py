"""A route as a list of manoeuvres: language-neutral; the text is made where it is shown."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from .graph import RoadGraph
from .route import Route, Step, arc_shape
from .source import Float64, WayFlag

STRAIGHT_DEG = 30.0  # below: the road just bends
SLIGHT_DEG = 60.0
SHARP_DEG = 120.0
TURN_ROUND_DEG = 165.0
_ROUNDABOUT = int(WayFlag.ROUNDABOUT)


class Manoeuvre(StrEnum):
    """What to do at the beginning of a leg."""

    DEPART = "depart"
    CONTINUE = "continue"
    SLIGHT_LEFT = "slight_left"
    LEFT = "left"
    SHARP_LEFT = "sharp_left"
    SLIGHT_RIGHT = "slight_right"
    RIGHT = "right"
    SHARP_RIGHT = "sharp_right"
    TURN_ROUND = "turn_round"
    ROUNDABOUT = "roundabout"
    ARRIVE = "arrive"


@dataclass(frozen=True, slots=True)
class Leg:
    """A manoeuvre and the stretch of one road that follows it.

    `lon`, `lat`: where it is done. `bearing_deg`: direction of travel after it. `axis` (-1 none) and `axis_m` place it
    on a road axis; `axis_to_m` where the leg ends on the same axis, NaN where it does not.
    """

    kind: Manoeuvre
    name: str
    ref: str
    length_m: float
    time_ms: int
    lon: float
    lat: float
    bearing_deg: float
    axis: int
    axis_m: float
    axis_to_m: float


def _bearing(lon: Float64, lat: Float64, *, at_end: bool) -> float | None:
    """Bearing of the first or last segment that has a length."""
    # A handful of points each: plain numbers are several times faster here than arrays.
    xs, ys = lon.tolist(), lat.tolist()
    scale = math.cos(math.radians(ys[0]))
    places = range(len(xs) - 1)
    for i in reversed(places) if at_end else places:
        dx, dy = (xs[i + 1] - xs[i]) * scale, ys[i + 1] - ys[i]
        if math.hypot(dx, dy) > 1e-9:
            return math.degrees(math.atan2(dx, dy)) % 360.0
    return None


def turn_kind(before_deg: float, after_deg: float) -> Manoeuvre:
    """The turn from one bearing to another (clockwise from north)."""
    angle = (after_deg - before_deg + 180.0) % 360.0 - 180.0
    size = abs(angle)
    if size < STRAIGHT_DEG:
        return Manoeuvre.CONTINUE
    if size >= TURN_ROUND_DEG:
        return Manoeuvre.TURN_ROUND
    right = angle > 0
    if size < SLIGHT_DEG:
        return Manoeuvre.SLIGHT_RIGHT if right else Manoeuvre.SLIGHT_LEFT
    if size < SHARP_DEG:
        return Manoeuvre.RIGHT if right else Manoeuvre.LEFT
    return Manoeuvre.SHARP_RIGHT if right else Manoeuvre.SHARP_LEFT


def _metre(graph: RoadGraph, step: Step, fraction: float) -> tuple[int, float]:
    """Axis and metre at a fraction of a step's arc; (-1, NaN) off every axis."""
    axis = int(graph.edge_axis[step.edge_no])
    if axis < 0:
        return -1, float("nan")
    along = fraction if graph.arc_forward[step.arc] else 1.0 - fraction
    begin, end = float(graph.edge_axis_from_m[step.edge_no]), float(graph.edge_axis_to_m[step.edge_no])
    return axis, begin + (end - begin) * along


def directions(graph: RoadGraph, route: Route) -> list[Leg]:
    """Legs of a route, from DEPART to ARRIVE. Steps of one road (name and ref) without a turn are one leg; a
    roundabout is one leg whatever it is called. Lengths of all legs add up to the route's."""
    legs: list[Leg] = []
    group: list[Step] = []
    kind, bearing, before = Manoeuvre.DEPART, 0.0, None
    for step in route.steps:
        x, y = arc_shape(graph, step.arc, step.from_fraction, step.to_fraction)
        first = _bearing(x, y, at_end=False)
        turn = Manoeuvre.CONTINUE if before is None or first is None else turn_kind(before, first)
        if group and not _same_leg(graph, group[-1], step, turn):
            legs.append(_leg(graph, kind, group, bearing))
            group = []
            kind = Manoeuvre.ROUNDABOUT if _round(graph, step) else turn
        if not group:
            bearing = first if first is not None else bearing
        group.append(step)
        last_bearing = _bearing(x, y, at_end=True)
        before = before if last_bearing is None else last_bearing
    legs.append(_leg(graph, kind, group, bearing))
    last = route.steps[-1]
    axis, metre = _metre(graph, last, last.to_fraction)
    name, ref = _road(graph, last)
    legs.append(Leg(Manoeuvre.ARRIVE, name, ref, 0.0, 0, float(route.lon[-1]), float(route.lat[-1]),
                    before if before is not None else 0.0, axis, metre, metre))  # fmt: skip
    return legs


def _round(graph: RoadGraph, step: Step) -> bool:
    return bool(int(graph.edge_flags[step.edge_no]) & _ROUNDABOUT)


def _road(graph: RoadGraph, step: Step) -> tuple[str, str]:
    return graph.string_at(int(graph.edge_name[step.edge_no])), graph.string_at(int(graph.edge_ref[step.edge_no]))


def _same_leg(graph: RoadGraph, last: Step, step: Step, turn: Manoeuvre) -> bool:
    if _round(graph, last) or _round(graph, step):
        return _round(graph, last) and _round(graph, step)
    return _road(graph, last) == _road(graph, step) and turn == Manoeuvre.CONTINUE


def _leg(graph: RoadGraph, kind: Manoeuvre, group: list[Step], bearing: float) -> Leg:
    name, ref = _road(graph, group[0])
    x, y = arc_shape(graph, group[0].arc, group[0].from_fraction, group[0].to_fraction)
    axis, metre = _metre(graph, group[0], group[0].from_fraction)
    end_axis, end = _metre(graph, group[-1], group[-1].to_fraction)
    length_m, time_ms = sum(s.length_m for s in group), sum(s.time_ms for s in group)
    until = end if end_axis == axis else float("nan")
    return Leg(kind, name, ref, length_m, time_ms, float(x[0]), float(y[0]), bearing, axis, metre, until)
