"""The main roads: curves between neighbouring towns, sampled into points that the mesh must connect in a row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import Delaunay, cKDTree

from roads.network.source import Float64, Int32, RoadClass

from . import facts
from .frame import Bool, Terrain, resample, smooth
from .settlements import RIVER_BANK_M, TOWN_SPACING_M, Settlement

RURAL_STEP_M = 330.0
CLEARANCE = 0.62


@dataclass(frozen=True, slots=True)
class Route:
    """A numbered road through towns (indices into facts.TOWNS). `exits`: where it leaves the county, '' nowhere."""

    code: str
    name: str
    road_class: RoadClass
    towns: tuple[int, ...]
    exits: tuple[str, str]
    start_km: float
    dual_m: float


_INDEX = {town[0][:2]: i for i, town in enumerate(facts.TOWNS)}


def _through(*names: str) -> tuple[int, ...]:
    return tuple(_INDEX[name] for name in names)


ROUTES: tuple[Route, ...] = (
    Route(
        "G223", "海榆东线", RoadClass.TRUNK, _through("大路", "塔洋", "嘉积", "中原"), ("north", "south"), 74.0, 9000.0
    ),
    Route(
        "S213",
        "嘉会公路",
        RoadClass.PRIMARY,
        _through("嘉积", "万泉", "龙江", "阳江", "会山"),
        ("", "west"),
        0.0,
        3500.0,
    ),
    Route(
        "S201",
        "滨海公路",
        RoadClass.PRIMARY,
        _through("彬村", "长坡", "潭门", "博鳌", "中原"),
        ("north", ""),
        31.0,
        2500.0,
    ),
    Route("X324", "嘉潭公路", RoadClass.SECONDARY, _through("嘉积", "潭门"), ("", ""), 0.0, 0.0),
)


@dataclass(frozen=True, slots=True)
class Backbone:
    """Points of the main roads and their chains. `settlement` is that of the ground a point lies on (-1 open country);
    the first `len(facts.TOWNS)` points are the town centres. `chains` holds point numbers in chainage order."""

    x: Float64
    y: Float64
    settlement: Int32
    routes: tuple[Route, ...]
    chains: tuple[tuple[int, ...], ...]


def _neighbours(centre: Float64) -> set[tuple[int, int]]:
    """Gabriel graph of the towns: pairs with no third town in the circle between them."""
    pairs: set[tuple[int, int]] = set()
    for triangle in Delaunay(centre).simplices.tolist():
        for a, b in ((0, 1), (1, 2), (0, 2)):
            pairs.add((min(triangle[a], triangle[b]), max(triangle[a], triangle[b])))
    kept = set()
    for a, b in pairs:
        middle, radius = (centre[a] + centre[b]) / 2, np.hypot(*(centre[a] - centre[b])) / 2
        distance = np.hypot(*(centre - middle).T)
        if int((distance < radius * 0.999).sum()) == 0:
            kept.add((a, b))
    return kept


def _county_roads(centre: Float64) -> list[Route]:
    """The neighbouring towns that no named route connects yet, as X roads."""
    joined = {(min(p), max(p)) for route in ROUTES for p in zip(route.towns[:-1], route.towns[1:], strict=True)}
    routes = []
    for number, (a, b) in enumerate(sorted(_neighbours(centre) - joined)):
        name = facts.TOWNS[a][0][0] + facts.TOWNS[b][0][0] + "公路"
        routes.append(Route(f"X{331 + 4 * number}", name, RoadClass.SECONDARY, (a, b), ("", ""), 0.0, 0.0))
    return routes


def _exit_point(terrain: Terrain, start: Float64, towards: str) -> Float64:
    """Where a road from `start` meets the county border, 120 m inside."""
    heading = {"north": (0.12, 1.0), "south": (0.1, -1.0), "west": (-1.0, 0.1)}[towards]
    reach = np.arange(500.0, 60_000.0 * terrain.frame.stretch, 120.0)
    x, y = start[0] + heading[0] * reach, start[1] + heading[1] * reach
    outside = np.flatnonzero(~terrain.inside(x, y))
    last = max(int(outside[0]) - 1, 0)
    return np.array([x[last], y[last]])


def _curve(a: Float64, b: Float64, rng: np.random.Generator, sway: float = 0.075) -> Float64:
    """A gently winding line from a to b, 40 m between its points."""
    length = float(np.hypot(*(b - a)))
    across = np.array([-(b - a)[1], (b - a)[0]]) / length
    t = np.linspace(0, 1, 9)
    swing = np.sin(np.pi * t) * (rng.uniform(-1, 1) * sway + sway * 0.5 * np.sin(2 * np.pi * t + rng.uniform(0, 6.3)))
    line = a + t[:, None] * (b - a) + (swing * length)[:, None] * across
    return resample(smooth(line, 2), 40.0)


def _thin(line: Float64, towns: list[Settlement], rural_step_m: float) -> Float64:
    """Inner points of a line: a street block apart within towns, `rural_step_m` outside."""
    step = np.full(line.shape[0], rural_step_m)
    for town in towns:
        step[np.hypot(line[:, 0] - town.x, line[:, 1] - town.y) < town.radius_m * 1.15] = TOWN_SPACING_M
    ticks = np.r_[0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T) / step[1:])]
    count = max(round(float(ticks[-1])), 2)
    at = np.linspace(0, ticks[-1], count + 1)[1:-1]
    return np.column_stack([np.interp(at, ticks, line[:, 0]), np.interp(at, ticks, line[:, 1])])


def lay_backbone(terrain: Terrain, places: list[Settlement], rural_step_m: float, rng: np.random.Generator) -> Backbone:
    """Lay the main roads between the towns."""
    towns = [place for place in places if place.is_town]
    centre = np.array([[town.x, town.y] for town in towns])
    routes = [*ROUTES, *_county_roads(centre)]
    points: list[Float64] = [centre]
    total = centre.shape[0]
    chains: list[tuple[int, ...]] = []
    for route in routes:
        legs: list[tuple[Float64, Float64, int, int]] = []
        if route.exits[0]:
            start = _exit_point(terrain, centre[route.towns[0]], route.exits[0])
            legs.append((start, centre[route.towns[0]], -1, route.towns[0]))
        for a, b in zip(route.towns[:-1], route.towns[1:], strict=True):
            legs.append((centre[a], centre[b], a, b))
        if route.exits[1]:
            end = _exit_point(terrain, centre[route.towns[-1]], route.exits[1])
            legs.append((centre[route.towns[-1]], end, route.towns[-1], -1))
        chain: list[int] = []
        for start, end, first, last in legs:
            inner = _thin(_curve(start, end, rng), towns, rural_step_m)
            inner = inner[_buildable(terrain, inner)]
            block = np.vstack([start[None, :], inner] if first < 0 else [inner])
            block = np.vstack([block, end[None, :]]) if last < 0 else block
            if not chain and first >= 0:
                chain.append(first)
            chain.extend(range(total, total + block.shape[0]))
            points.append(block)
            total += block.shape[0]
            if last >= 0:
                chain.append(last)
        chains.append(tuple(chain))
    xy = np.vstack(points)
    return Backbone(xy[:, 0].copy(), xy[:, 1].copy(), _ground(xy, places), tuple(routes), tuple(chains))


def _buildable(terrain: Terrain, xy: Float64) -> Bool:
    """Main roads may cross the river and the railway, but have no junction on the bridge or in the cutting."""
    keep = terrain.inside(xy[:, 0], xy[:, 1]) & (np.abs(terrain.river.offset(xy[:, 0], xy[:, 1])) > RIVER_BANK_M)
    for line in terrain.strips:
        keep &= np.abs(line.offset(xy[:, 0], xy[:, 1])) > 70.0
    return np.asarray(keep)


def _ground(xy: Float64, places: list[Settlement]) -> Int32:
    ground = np.full(xy.shape[0], -1, np.int32)
    for number, place in enumerate(places):
        if place.is_town:
            ground[np.hypot(xy[:, 0] - place.x, xy[:, 1] - place.y) < place.radius_m] = number
    return ground


def clear_of(backbone: Backbone, x: Float64, y: Float64) -> Bool:
    """True where a point keeps clear of the main roads, so that no mesh edge can jump across one."""
    a = np.concatenate([np.asarray(chain[:-1]) for chain in backbone.chains])
    b = np.concatenate([np.asarray(chain[1:]) for chain in backbone.chains])
    ax, ay, bx, by = backbone.x[a], backbone.y[a], backbone.x[b], backbone.y[b]
    length = np.hypot(bx - ax, by - ay)
    keep = np.ones(x.size, bool)
    share = np.array([0.0, 0.25, 0.5, 0.75])
    px = (ax[:, None] + (bx - ax)[:, None] * share).ravel()
    py = (ay[:, None] + (by - ay)[:, None] * share).ravel()
    reach = np.minimum(np.repeat(length * CLEARANCE * 0.5 * 1.35, 4), 260.0)
    tree = cKDTree(np.column_stack([x, y]))
    for hits in tree.query_ball_point(np.column_stack([px, py]), reach):
        keep[hits] = False
    return keep
