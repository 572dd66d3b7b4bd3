"""Checkpoints 卡口 of a plan, in the six rings of the reference county (domain.md 2.4 D9, 6): 177 where roads allow.

1 county border, 2 trunk roads, 3 the grid around each town, 4 town cores, 5 mobile posts, 6 private ones. Each ring has
its candidates in the order in which a county would build them; what one ring lacks, the grid makes up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely.ops import unary_union

from roads.network.source import Float64, Int64, RoadClass

from .plan_roads import Ground, along
from .plan_types import AxisLine, CameraRow, CheckpointRow, District

CHECKPOINTS = 177
# Of each ring; the grid (3) takes what is left over.
QUOTA = {1: 26, 2: 44, 3: 41, 4: 30, 5: 14, 6: 22}
GRID, MOBILE, PRIVATE = 3, 5, 6
# How a name begins to differ from its neighbours': 卡口, 电警 … by ring.
LABELS = {1: "县界卡口", 2: "卡口", 3: "片区卡口", 4: "核心区卡口", 5: "移动卡点", 6: "社会卡口"}
PRIVATE_OWNERS = ("加油站（示例）", "农贸市场（示例）", "停车场（示例）", "物流园（示例）", "酒店（示例）")
KM_DEG = 1.0 / 111.32
BORDER_KM, INLAND_M, TRUNK_EVERY_M = 3.0, 400.0, 12_000.0
# Kilometres from a town's centre: its core, and the ring road of its grid.
CORE_KM, GRID_KM, TOWN_KM = 0.9, (0.9, 3.5), 2.0
APART_KM = {1: 1.5, 2: 2.5, 3: 0.6, 4: 0.25, 5: 3.0, 6: 0.3}
STEP_M = 250.0
LONE_CAMERAS = (3, 4, 5, 6)

# axis, metre of it
Spot = tuple[int, float]


def place_checkpoints(
    axes: Sequence[AxisLine], ground: Ground, rng: np.random.Generator
) -> tuple[tuple[CheckpointRow, ...], tuple[CameraRow, ...]]:
    """Checkpoints with a camera each, both directions of a road apart; lone cameras in districts (rings 3 to 5) and
    private ones (ring 6). Never two of one ring at one place, never more than `CHECKPOINTS`.
    """
    land = _Land(axes, ground)
    chosen: dict[int, list[Spot]] = {}
    room = CHECKPOINTS
    for ring in (1, 2, 4, 6, 5, GRID):
        # A quota is of both directions; private ones and mobile posts watch one.
        ways = _ways(ring)
        at_most = min(QUOTA[ring] if ring != GRID else room, room)
        chosen[ring] = land.pick(ring, at_most // ways)
        room -= len(chosen[ring]) * ways
    if room:  # an odd one
        more = land.pick(MOBILE, room)
        chosen[MOBILE] += more
    points, cameras = _rows(axes, ground, chosen)
    cameras += _lone_cameras(ground.districts, len(cameras), rng)
    return tuple(points), tuple(cameras)


def _ways(ring: int) -> int:
    return 1 if ring in (MOBILE, PRIVATE) else 2


class _Land:
    """The spots where a checkpoint could stand, by ring, and those that are taken."""

    def __init__(self, axes: Sequence[AxisLine], ground: Ground) -> None:
        self._axes = axes
        self._scale = float(np.cos(np.radians(ground.districts[0].lat)))
        areas = [shapely.Polygon(each.ring).buffer(0) for each in ground.districts]
        # Towns share their borders; a sliver between two of them is no border of the county.
        self._border = unary_union(areas).buffer(0.002).buffer(-0.002).boundary
        self._centres = cKDTree([(each.lon * self._scale, each.lat) for each in ground.districts])
        order = sorted(range(len(axes)), key=lambda i: (axes[i].road_class, -axes[i].length_m, i))
        self._main = [i for i in order if axes[i].road_class <= RoadClass.SECONDARY and axes[i].length_m > 1500]
        self._local = [i for i in order if i not in set(self._main)]
        self._spots = self._all_spots(order)
        self._taken: dict[int, list[tuple[float, float]]] = {}

    def pick(self, ring: int, count: int) -> list[Spot]:
        """So many spots of a ring, the best first, none too near another of it."""
        found: list[Spot] = []
        taken = self._taken.setdefault(ring, [])
        reach = APART_KM[ring] * KM_DEG
        for spot in self._candidates(ring):
            if len(found) >= count:
                break
            at = self._at(spot)
            if all((at[0] - x) ** 2 + (at[1] - y) ** 2 > reach**2 for x, y in taken):
                taken.append(at)
                found.append(spot)
        return found

    def _candidates(self, ring: int) -> Iterable[Spot]:
        if ring == 1:
            return self._at_border()
        if ring == 2:
            return self._on_trunks()
        if ring == MOBILE:
            return self._between_towns()
        low, high = (0.0, CORE_KM) if ring in (4, PRIVATE) else GRID_KM
        return self._round_towns(low, high, outermost=ring == GRID)

    def _at_border(self) -> Iterator[Spot]:
        """Where main roads leave the county, those of the highest class first."""
        for i in self._main:
            for metre in (INLAND_M, self._axes[i].length_m - INLAND_M):
                lon, lat, _heading = along(self._axes[i], metre)
                # A road that ends in a town on the coast leaves the county nowhere.
                in_town = self._centres.query((lon * self._scale, lat))[0] < TOWN_KM * KM_DEG
                if not in_town and self._border.distance(shapely.Point(lon, lat)) < BORDER_KM * KM_DEG:
                    yield i, metre

    def _on_trunks(self) -> Iterator[Spot]:
        for i in self._main:
            length = self._axes[i].length_m
            inner = np.linspace(0.0, length, max(3, round(length / TRUNK_EVERY_M) + 2))[1:-1]
            yield from ((i, float(metre)) for metre in inner)

    def _between_towns(self) -> Iterator[Spot]:
        """The middles of local roads, far from every centre: where a car with a camera stands now and then."""
        yield from ((i, self._axes[i].length_m / 2) for i in self._local or self._main)

    def _round_towns(self, low_km: float, high_km: float, *, outermost: bool) -> Iterator[Spot]:
        """Spots by turns over the towns; on the higher classes first, from the rim of the ring inwards or from the
        middle outwards."""
        axis, metre, town, away_km, rank = self._spots
        inside = (away_km >= low_km) & (away_km < high_km)
        index = np.flatnonzero(inside)
        order = index[np.lexsort((-away_km[index] if outermost else away_km[index], rank[index]))]
        queues = [order[town[order] == number].tolist() for number in range(len(self._centres.data))]
        for turn in range(max(map(len, queues), default=0)):
            for queue in queues:
                if turn < len(queue):
                    yield int(axis[queue[turn]]), float(metre[queue[turn]])

    def _all_spots(self, order: Sequence[int]) -> tuple[Int64, Float64, Int64, Float64, Float64]:
        """Every STEP_M of every axis: axis, metre, nearest town, kilometres to its centre, class of the road."""
        metres = [np.arange(STEP_M / 2, self._axes[i].length_m, STEP_M) for i in order]
        axis = np.repeat(np.array(order, np.int64), [each.size for each in metres])
        places = np.concatenate([self._many(i, metre) for i, metre in zip(order, metres, strict=True)])
        away, town = self._centres.query(places)
        rank = np.array([self._axes[i].road_class for i in order], np.float64)
        return axis, np.concatenate(metres), town, away / KM_DEG, np.repeat(rank, [each.size for each in metres])

    def _many(self, i: int, metres: Float64) -> Float64:
        """Places along an axis, in the plane of `_at`."""
        axis = self._axes[i]
        lon, lat = axis.lon * self._scale, axis.lat
        run = np.r_[0.0, np.cumsum(np.hypot(np.diff(lon), np.diff(lat)))]
        run *= axis.length_m / max(float(run[-1]), 1e-12)
        return np.column_stack([np.interp(metres, run, lon), np.interp(metres, run, lat)])

    def _at(self, spot: Spot) -> tuple[float, float]:
        lon, lat, _heading = along(self._axes[spot[0]], spot[1])
        return lon * self._scale, lat


def _rows(
    axes: Sequence[AxisLine], ground: Ground, chosen: dict[int, list[Spot]]
) -> tuple[list[CheckpointRow], list[CameraRow]]:
    points: list[CheckpointRow] = []
    cameras: list[CameraRow] = []
    named: dict[str, int] = {}
    for ring, spots in sorted(chosen.items()):
        for i, metre in spots:
            axis = axes[i]
            lon, lat, heading = along(axis, metre)
            district = ground.of(lon, lat)
            town = "" if ring < GRID else ground.districts[district].name
            called = f"{town}{axis.label}{LABELS[ring]}"
            named[called] = named.get(called, 0) + 1
            called += str(named[called])
            lanes = (1, 2) if axis.road_class <= RoadClass.PRIMARY else (1,)
            owner = PRIVATE_OWNERS[len(points) % len(PRIVATE_OWNERS)] if ring == PRIVATE else ""
            ends = (("down", heading, "下行"), ("up", round((heading + 180.0) % 360.0, 1), "上行"))
            for side, turned, word in ends[: _ways(ring)]:
                k = len(points) + 1
                name = f"{called}（{word}）"
                key, at_m, home = f"checkpoint:{k}", round(metre, 1), f"district:{district}"
                points.append(CheckpointRow(key, home, f"CP-{k:04d}", name, lon, lat, turned, lanes, ring, i, at_m,
                                            side, owner))  # fmt: skip
                cameras.append(CameraRow(f"camera:{k}", home, key, f"CAM-{k:04d}", f"{name}摄像机", lon, lat, turned,
                                         lanes, ring, ring == PRIVATE, i, at_m))  # fmt: skip
    return points, cameras


def _lone_cameras(districts: Sequence[District], known: int, rng: np.random.Generator) -> list[CameraRow]:
    rows: list[CameraRow] = []
    for d, district in enumerate(districts):
        for n, ring in enumerate(LONE_CAMERAS):
            k = known + len(rows) + 1
            name = f"{district.name}{'社会面' if ring == PRIVATE else '街面'}摄像机{n + 1}"
            east, north = rng.uniform(-0.006, 0.006, 2)
            rows.append(CameraRow(f"camera:{k}", f"district:{d}", "", f"CAM-{k:04d}", name,
                                  round(district.lon + float(east), 7), round(district.lat + float(north), 7),
                                  round(float(rng.uniform(0, 360)), 1) % 360.0, (1,), ring,
                                  ring == PRIVATE))  # fmt: skip
    return rows
