"""The gazetteer: what callers name, and the districts of the towns."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.spatial import cKDTree

from . import facts
from .carriageways import Expressway
from .frame import Frame, Terrain
from .mesh import COMPOUND, Mesh
from .settlements import Settlement
from .types import Place, Ring, Town, Village

_TOWN_KINDS = (
    ("government", "{town}人民政府", 1),
    ("bus_station", "{town}汽车站", 1),
    ("hospital", "{town}卫生院", 1),
    ("market", "{town}农贸市场", 1),
    ("school", "{town}第{n}小学", 2),
    ("school", "{town}中学", 1),
)
_CITY_KINDS = (
    ("hospital", "县第{n}人民医院", 2),
    ("bus_station", "县城{n}号客运站", 2),
    ("market", "县城第{n}集贸市场", 4),
    ("school", "县第{n}中学", 4),
)
_NUMBERS = "一二三四五六七八九十"


def districts(terrain: Terrain, places: list[Settlement]) -> tuple[Ring, ...]:
    """One ring a town: the Voronoi cell of its centre within the county (the largest piece where the coast cuts it)."""
    towns = [place for place in places if place.is_town]
    centres = shapely.MultiPoint([(town.x, town.y) for town in towns])
    cells = shapely.voronoi_polygons(centres, extend_to=terrain.outline, ordered=True)
    rings = []
    for cell in cells.geoms:
        part = cell.intersection(terrain.outline)
        if part.geom_type == "MultiPolygon":
            part = max(part.geoms, key=lambda piece: float(piece.area))
        rings.append(terrain.frame.ring(np.asarray(part.exterior.coords)))
    return tuple(rings)


def describe_towns(terrain: Terrain, places: list[Settlement]) -> tuple[Town, ...]:
    """The towns with their districts."""
    rings = districts(terrain, places)
    towns = []
    for i, place in enumerate(p for p in places if p.is_town):
        lon, lat = _degrees(terrain.frame, place.x, place.y)
        towns.append(Town(place.name, lon, lat, facts.TOWNS[i][3], rings[i]))
    return tuple(towns)


def describe_villages(frame: Frame, places: list[Settlement]) -> tuple[Village, ...]:
    """The villages with their towns."""
    villages = []
    for place in places:
        if not place.is_town:
            lon, lat = _degrees(frame, place.x, place.y)
            villages.append(Village(place.name, lon, lat, facts.TOWNS[place.town][0]))
    return tuple(villages)


def gazetteer(
    terrain: Terrain, mesh: Mesh, places: list[Settlement], expressway: Expressway, route_names: list[str],
    rng: np.random.Generator,
) -> tuple[Place, ...]:  # fmt: skip
    """Named places beside the streets: offices, schools, markets, villages, bridges and interchanges."""
    found: list[Place] = []
    street = np.flatnonzero(mesh.zone != COMPOUND)
    tree = cKDTree(np.column_stack([mesh.x[street], mesh.y[street]]))
    for i, place in enumerate(places):
        if place.is_town:
            kinds = _TOWN_KINDS + (_CITY_KINDS if i == 0 else ())
            for kind, pattern, count in kinds:
                for n in range(count):
                    name = pattern.format(town=place.name, n=_NUMBERS[n])
                    found.append(_beside(terrain, mesh, street, tree, place, name, kind, rng))
        else:
            town = facts.TOWNS[place.town][0]
            found.append(_beside(terrain, mesh, street, tree, place, f"{place.name}村", "village", rng))
            if rng.random() < 0.25:
                name = f"{town}{place.name}小学"
                found.append(_beside(terrain, mesh, street, tree, place, name, "school", rng))
    found.extend(_bridges(terrain, mesh, places, route_names))
    for x, y, route in expressway.interchanges:
        lon, lat = _degrees(terrain.frame, x, y)
        found.append(Place(f"{_nearest_town(places, x, y)[:2]}互通（{route_names[route]}）", "interchange", lon, lat,
                           _nearest_town(places, x, y)))  # fmt: skip
    return tuple(found)


def _beside(
    terrain: Terrain, mesh: Mesh, street: np.ndarray[tuple[int], np.dtype[np.int64]], tree: cKDTree, place: Settlement,
    name: str, kind: str, rng: np.random.Generator,
) -> Place:  # fmt: skip
    """A place some 20 m off a street junction near the middle of a settlement."""
    angle, reach = rng.uniform(0, 2 * np.pi), place.radius_m * 0.75 * np.sqrt(rng.random())
    node = int(street[tree.query((place.x + reach * np.cos(angle), place.y + reach * np.sin(angle)))[1]])
    x, y = float(mesh.x[node] + rng.uniform(12, 24)), float(mesh.y[node] + rng.uniform(12, 24))
    lon, lat = _degrees(terrain.frame, x, y)
    return Place(name, kind, lon, lat, facts.TOWNS[place.town][0])


def _bridges(terrain: Terrain, mesh: Mesh, places: list[Settlement], route_names: list[str]) -> list[Place]:
    river = terrain.river
    over = np.flatnonzero(river.side(mesh.x[mesh.a], mesh.y[mesh.a]) != river.side(mesh.x[mesh.b], mesh.y[mesh.b]))
    bridges = []
    for number, e in enumerate(over.tolist()):
        x = float(mesh.x[mesh.a[e]] + mesh.x[mesh.b[e]]) / 2
        y = float(mesh.y[mesh.a[e]] + mesh.y[mesh.b[e]]) / 2
        lon, lat = _degrees(terrain.frame, x, y)
        town = _nearest_town(places, x, y)
        road = f"（{route_names[mesh.route[e]]}）" if mesh.route[e] >= 0 else ""
        bridges.append(Place(f"{town[:2]}{number + 1}号大桥{road}", "bridge", lon, lat, town))
    return bridges


def _nearest_town(places: list[Settlement], x: float, y: float) -> str:
    return min((p for p in places if p.is_town), key=lambda p: float(np.hypot(p.x - x, p.y - y))).name


def _degrees(frame: Frame, x: float, y: float) -> tuple[float, float]:
    lon, lat = frame.degrees(np.array([x]), np.array([y]))
    return float(lon[0]), float(lat[0])
