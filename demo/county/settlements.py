"""Towns, villages and open country as points: where the streets' junctions will be.

Every settlement is a jittered square lattice, turned by its own angle. Lattice coordinates are kept, because streets
are its rows and columns, and walled compounds its blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from roads.network.source import Float64, Int32

from . import facts
from .frame import Bool, Terrain

TOWN_SPACING_M = 112.0
VILLAGE_SPACING_M = 95.0
RIVER_BANK_M = 170.0
RAIL_STRIP_M = 45.0
BLOCK = 4
COMPOUND_SHARE = 0.55
TOWN_SHARE, VILLAGE_SHARE = 0.56, 0.24


@dataclass(frozen=True, slots=True)
class Settlement:
    """Centre (plane metres), radius and spacing of a town (`is_town`) or village."""

    name: str
    town: int
    x: float
    y: float
    radius_m: float
    spacing_m: float
    angle: float
    is_town: bool


@dataclass(frozen=True, slots=True)
class Points:
    """Candidate junctions. `settlement` -1 in open country; `row`/`column` lattice coordinates; `compound` -1 outside
    walls."""

    x: Float64
    y: Float64
    settlement: Int32
    row: Int32
    column: Int32
    compound: Int32

    def take(self, keep: Bool) -> Points:
        """The points where `keep` holds."""
        return Points(
            self.x[keep], self.y[keep], self.settlement[keep], self.row[keep], self.column[keep], self.compound[keep]
        )


def town_weights() -> Float64:
    """Share of the town streets that each town has."""
    weight = np.array([town[3] for town in facts.TOWNS])
    return np.asarray(weight / weight.sum())


def place_towns(terrain: Terrain, points: float, rng: np.random.Generator) -> list[Settlement]:
    """The towns, sized for `points` junctions in all."""
    xy = terrain.frame.plane(tuple((town[1], town[2]) for town in facts.TOWNS))
    towns = []
    for i, share in enumerate(town_weights()):
        radius = TOWN_SPACING_M * np.sqrt(max(points * share, 12.0) / np.pi)
        angle = float(rng.uniform(-0.5, 0.5))
        towns.append(
            Settlement(
                facts.TOWNS[i][0], i, float(xy[i, 0]), float(xy[i, 1]), float(radius), TOWN_SPACING_M, angle, True
            )
        )
    return towns


def _village_names(town: int, count: int, rng: np.random.Generator) -> list[str]:
    names = list(facts.VILLAGES[facts.TOWNS[town][0]])[:count]
    seen = set(names)
    serial = 1
    while len(names) < count:
        first = facts.VILLAGE_FIRST[int(rng.integers(len(facts.VILLAGE_FIRST)))]
        last = facts.VILLAGE_LAST[int(rng.integers(len(facts.VILLAGE_LAST)))]
        name = first + last
        if name in seen:
            name, serial = f"{name}{serial}队", serial + 1
        seen.add(name)
        names.append(name)
    return names


def place_villages(
    terrain: Terrain, towns: list[Settlement], count: int, points: float, rng: np.random.Generator
) -> list[Settlement]:
    """Villages, apart from each other, outside towns, off the river, the expressway and the railway."""
    low_x, low_y, high_x, high_y = terrain.outline.bounds
    draws = max(count * 12, 400)
    x, y = rng.uniform(low_x, high_x, draws), rng.uniform(low_y, high_y, draws)
    keep = terrain.inside(x, y) & (np.abs(terrain.river.offset(x, y)) > 450)
    for line in terrain.strips:
        keep &= np.abs(line.offset(x, y)) > 350
    for town in towns:
        keep &= np.hypot(x - town.x, y - town.y) > town.radius_m + 350
    x, y = x[keep], y[keep]
    apart = 0.62 * np.sqrt(terrain.outline.area / max(count, 1))
    chosen: list[int] = []
    near = cKDTree(np.column_stack([x, y]))
    blocked = np.zeros(x.size, bool)
    for i in range(x.size):
        if len(chosen) == count:
            break
        if not blocked[i]:
            chosen.append(i)
            blocked[near.query_ball_point((x[i], y[i]), apart)] = True
    centre = np.array([[town.x, town.y] for town in towns])
    owner = cKDTree(centre).query(np.column_stack([x[chosen], y[chosen]]))[1]
    size = rng.lognormal(0.0, 0.45, len(chosen))
    size *= points / max(size.sum(), 1e-9)
    names = {i: _village_names(i, int((owner == i).sum()), rng) for i in range(len(towns))}
    villages = []
    for k, i in enumerate(chosen):
        radius = min(VILLAGE_SPACING_M * np.sqrt(max(size[k], 3.0) / np.pi), apart * 0.48)
        name = names[int(owner[k])].pop(0)
        villages.append(
            Settlement(
                name, int(owner[k]), float(x[i]), float(y[i]), float(radius), VILLAGE_SPACING_M,
                float(rng.uniform(-0.7, 0.7)), False,
            )
        )  # fmt: skip
    return villages


def lattice(place: Settlement, number: int, first_compound: int, rng: np.random.Generator) -> tuple[Points, int]:
    """The lattice points of a settlement, and how many compounds it has."""
    reach = int(place.radius_m / place.spacing_m) + 1
    line = np.arange(-reach, reach + 1)
    row, column = np.repeat(line, line.size), np.tile(line, line.size)
    u = (column + rng.normal(0, 0.14, row.size)) * place.spacing_m
    v = (row + rng.normal(0, 0.14, row.size)) * place.spacing_m
    ragged = place.radius_m * (1.0 + 0.18 * np.sin(np.arctan2(v, u) * 3 + place.angle * 9))
    keep = (np.hypot(u, v) <= ragged) & ((rng.random(row.size) > 0.07) | ((row % BLOCK == 0) & (column % BLOCK == 0)))
    row, column, u, v = row[keep], column[keep], u[keep], v[keep]
    x = place.x + u * np.cos(place.angle) - v * np.sin(place.angle)
    y = place.y + u * np.sin(place.angle) + v * np.cos(place.angle)
    compound = np.full(row.size, -1, np.int32)
    count = 0
    if place.is_town:
        inner = (row % BLOCK != 0) & (column % BLOCK != 0)
        side = 2 * reach // BLOCK + 3
        block = (row // BLOCK + reach) * side + column // BLOCK + reach
        unique, index = np.unique(block, return_inverse=True)
        walled = rng.random(unique.size) < COMPOUND_SHARE
        compound = np.where(inner & walled[index], first_compound + index, -1).astype(np.int32)
        count = int(unique.size)
    points = Points(
        x, y, np.full(row.size, number, np.int32), row.astype(np.int32), column.astype(np.int32), compound
    )  # fmt: skip
    return points, count


def open_country(
    terrain: Terrain, places: list[Settlement], spacing_m: float, rng: np.random.Generator
) -> tuple[Float64, Float64]:
    """Loose points between the settlements, `spacing_m` apart on average."""
    low_x, low_y, high_x, high_y = terrain.outline.bounds
    gx, gy = np.meshgrid(np.arange(low_x, high_x, spacing_m), np.arange(low_y, high_y, spacing_m))
    x = gx.ravel() + rng.uniform(-0.42, 0.42, gx.size) * spacing_m
    y = gy.ravel() + rng.uniform(-0.42, 0.42, gx.size) * spacing_m
    keep = terrain.inside(x, y)
    x, y = x[keep], y[keep]
    keep = np.ones(x.size, bool)
    for town in places:
        if town.is_town:
            keep &= np.hypot(x - town.x, y - town.y) > town.radius_m * 1.2 + 90
    villages = [place for place in places if not place.is_town]
    if villages:
        centre = np.array([[place.x, place.y] for place in villages])
        radius = np.array([place.radius_m for place in villages])
        distance, index = cKDTree(centre).query(np.column_stack([x, y]))
        keep &= distance > radius[index] * 1.2 + 70
    return x[keep], y[keep]


def _own_ground(points: Points, places: list[Settlement]) -> Bool:
    """True where no other settlement has a better claim (distance over radius) to a point."""
    centre = np.array([[place.x, place.y] for place in places])
    radius = np.array([place.radius_m for place in places])
    own = points.settlement
    claim = np.hypot(points.x - centre[own, 0], points.y - centre[own, 1]) / radius[own]
    keep = np.ones(points.x.size, bool)
    for i, place in enumerate(places):
        if place.is_town:
            other = np.hypot(points.x - place.x, points.y - place.y) / place.radius_m
            keep &= (own == i) | (other > claim)
    return keep


def dry(terrain: Terrain, x: Float64, y: Float64) -> Bool:
    """True off the river's bed and off the strips of expressway and railway."""
    keep = np.abs(terrain.river.offset(x, y)) > RIVER_BANK_M
    for line in terrain.strips:
        keep &= np.abs(line.offset(x, y)) > RAIL_STRIP_M
    return np.asarray(keep)


def scatter(terrain: Terrain, budget: int, villages: int, rng: np.random.Generator) -> tuple[Points, list[Settlement]]:
    """About `budget` points over towns, villages and open country, and the settlements."""
    towns = place_towns(terrain, budget * TOWN_SHARE, rng)
    places = towns + place_villages(terrain, towns, villages, budget * VILLAGE_SHARE, rng)
    parts: list[Points] = []
    compounds = 0
    for number, place in enumerate(places):
        part, count = lattice(place, number, compounds, rng)
        compounds += count
        parts.append(part)
    built = _join(parts)
    built = built.take(terrain.inside(built.x, built.y) & dry(terrain, built.x, built.y) & _own_ground(built, places))
    left = max(budget - built.x.size, int(budget * 0.1))
    covered = sum(np.pi * (place.radius_m * 1.2 + 80) ** 2 for place in places)
    free = max(terrain.outline.area - covered, terrain.outline.area * 0.15)
    x, y = open_country(terrain, places, float(np.sqrt(free / left)), rng)
    keep = dry(terrain, x, y)
    x, y = x[keep], y[keep]
    none = np.full(x.size, -1, np.int32)
    zero = np.zeros(x.size, np.int32)
    return _join([built, Points(x, y, none, zero, zero, none)]), places


def _join(parts: list[Points]) -> Points:
    return Points(
        np.concatenate([p.x for p in parts]),
        np.concatenate([p.y for p in parts]),
        np.concatenate([p.settlement for p in parts]),
        np.concatenate([p.row for p in parts]),
        np.concatenate([p.column for p in parts]),
        np.concatenate([p.compound for p in parts]),
    )
