"""Segments, chiefs and what stands along the roads (stations, checkpoints, cameras) of a plan."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial import cKDTree

from roads.network.source import Float64, RoadClass
from stations.catalogue.services import AT_PERSUASION, COUNTER, HOUSEHOLD, PUBLIC_ORDER, SETTLEMENT_CODES

from .people import PeopleRegister, duty_phone
from .plan_types import (
    AxisLine,
    ChiefRow,
    District,
    LeaveRow,
    LevelRow,
    SegmentRow,
    StationRow,
)

LEVELS = (
    LevelRow(1, "总路长", "#b71c1c", 7200),
    LevelRow(2, "一级路长", "#e65100", 3600),
    LevelRow(3, "二级路长", "#1565c0", 1800),
    LevelRow(4, "三级路长", "#2e7d32", 900),
)
SEGMENT_M, SHORTEST_M, LONGEST_M = 5000.0, 2000.0, 8000.0
HOLE_M = 700.0
VILLAGE_REACH_DEG = 0.03
_NTH = "零一二三四五六七八九十"
# name, longitude, latitude
VillageName = tuple[str, float, float]
SEGMENTS_AT_MOST = 900
# Persuasion stations stand at villages; the reference county has 214 of them (domain.md 2.4, D5).
PERSUASION_A_DISTRICT, PERSUASION_MORE = 16, 6
# On the way to school and home again, and on market days.
PERSUASION_HOURS = "周一至周五 07:00-08:30, 16:00-18:30；周六、周日 07:00-11:30"
# Of the duty phones of chiefs, by rank; the head's office is manned at all hours.
DUTY_HOURS = {1: "", 2: "周一至周五 08:00-18:00", 3: "每天 08:00-20:00", 4: "每天 06:00-22:00"}
COUNTER_HOURS = "周一至周五 08:00-12:00, 14:30-17:30；周六、周日 09:00-12:00"
# Service codes (stations.catalogue) by kind of station; a police station's counter keeps households and public order.
OFFERED = {
    "service": tuple(each.code for each in COUNTER),
    "police_station": tuple(each.code for each in COUNTER if each.service_class in (HOUSEHOLD, PUBLIC_ORDER)),
    "settlement": SETTLEMENT_CODES,
    "persuasion": tuple(each.code for each in AT_PERSUASION),
}


def along(axis: AxisLine, distance_m: float) -> tuple[float, float, float]:
    """Longitude, latitude and heading (degrees from north, down direction) at a metre of an axis."""
    scale = np.cos(np.radians(axis.lat[0]))
    step = np.hypot(np.diff(axis.lon) * scale, np.diff(axis.lat))
    run = np.r_[0.0, np.cumsum(step)]
    run *= axis.length_m / max(float(run[-1]), 1e-12)
    lon, lat = float(np.interp(distance_m, run, axis.lon)), float(np.interp(distance_m, run, axis.lat))
    i = int(np.clip(np.searchsorted(run, distance_m, side="right") - 1, 0, axis.lon.size - 2))
    east, north = (axis.lon[i + 1] - axis.lon[i]) * scale, axis.lat[i + 1] - axis.lat[i]
    return round(lon, 7), round(lat, 7), round(float(np.degrees(np.arctan2(east, north))) % 360.0, 1)


class Ground:
    """Which district a point belongs to: the one with the nearest centre."""

    def __init__(self, districts: Sequence[District]) -> None:
        self.districts = tuple(districts)
        self._scale = np.cos(np.radians(districts[0].lat))
        self._tree = cKDTree([(d.lon * self._scale, d.lat) for d in districts])

    def of(self, lon: float, lat: float) -> int:
        """Number of the district."""
        return int(self._tree.query((lon * self._scale, lat))[1])


def cut_segments(axes: Sequence[AxisLine], ground: Ground, rng: np.random.Generator) -> tuple[SegmentRow, ...]:
    """Cut axes into stretches of 2 to 8 km (a shorter axis is one segment), leaving a few holes of 700 m on purpose."""
    rows: list[SegmentRow] = []
    order = sorted(range(len(axes)), key=lambda i: (axes[i].road_class, -axes[i].length_m, i))
    for i in order:
        axis = axes[i]
        count = max(1, round(axis.length_m / SEGMENT_M))
        if len(rows) + count > SEGMENTS_AT_MOST:
            break
        border = np.linspace(0.0, axis.length_m, count + 1)
        play = min(900.0, axis.length_m / count * 0.15)
        border[1:-1] += rng.uniform(-play, play, count - 1)
        border = np.round(border, 1)
        border[-1] = min(border[-1], axis.length_m)
        hole = count >= 3 and axis.road_class == RoadClass.SECONDARY and i % 3 == 0
        for n in range(count):
            start, stop = float(border[n]), float(border[n + 1])
            if hole and n == count // 2:
                start = round(start + HOLE_M, 1)
            lon, lat, _ = along(axis, (start + stop) / 2)
            district = ground.of(lon, lat)
            name = f"{axis.label}{'' if count == 1 else f'第{n + 1}段'}（{ground.districts[district].name}）"
            every = 1 if axis.road_class <= RoadClass.PRIMARY else 3 if axis.road_class <= RoadClass.SECONDARY else 7
            rows.append(
                SegmentRow(
                    f"segment:{i}:{n}", f"district:{district}", f"SEG-{i + 1:04d}-{n + 1:02d}", name, i, start, stop,
                    int(axis.road_class), every,
                )
            )  # fmt: skip
    return tuple(rows)


def appoint_chiefs(
    segments: Sequence[SegmentRow], districts: int, people: PeopleRegister, rng: np.random.Generator
) -> tuple[tuple[ChiefRow, ...], tuple[LeaveRow, ...]]:
    """Four levels: one 总路长, 一级 by road class, 二级 by district, 三级 by a few segments. About 4 % of the segments
    have nobody at the lowest level and every second of those nobody at all."""
    # The head of the whole scheme signs in, too: the page of districts is theirs.
    general = people.add("root", "leader", roles=("chief",), title="总路长（示例）", key="account:chief_general")
    general_deputy = people.add("root", "leader", roles=("chief",), title="副总路长（示例）")
    firsts: dict[int, tuple[str, str]] = {}
    seconds: dict[str, tuple[str, str]] = {}
    for i in range(districts):
        key = f"district:{i}"
        pair = [
            people.add(key, "leader", roles=("chief",), title=t) for t in ("二级路长（示例）", "二级副路长（示例）")
        ]
        seconds[key] = (pair[0], pair[1])
    thirds: dict[str, list[str]] = {}
    rows: list[ChiefRow] = []
    for number, segment in enumerate(segments):
        vacant = rng.random() < 0.04 or number == 5
        if vacant and number % 2 == 1:
            continue
        group = min(segment.road_class, int(RoadClass.TERTIARY))
        if group not in firsts:
            pair = [
                people.add("root", "leader", roles=("chief",), title=t)
                for t in ("一级路长（示例）", "一级副路长（示例）")
            ]
            firsts[group] = (pair[0], pair[1])
        chain = [(1, general, general_deputy), (2, *firsts[group]), (3, *seconds[segment.organisation])]
        if not vacant:
            pool = thirds.setdefault(segment.organisation, [])
            if not pool or rng.random() < 0.5:
                pool.append(
                    people.add(segment.organisation, "officer", roles=("chief", "officer"), title="三级路长（示例）")
                )
            deputy = ""
            if rng.random() < 0.3:
                deputy = people.add(
                    segment.organisation, "officer", roles=("chief", "officer"), title="三级副路长（示例）"
                )
            chain.append((4, pool[-1], deputy))
        for rank, person, deputy in chain:
            rows.append(
                ChiefRow(segment.key, rank, person, duty_phone(3000 + rank * 500 + number), deputy, DUTY_HOURS[rank])
            )
    with_deputy = sorted({row.person for row in rows if row.deputy and row.rank >= 3})
    away = [with_deputy[int(i)] for i in rng.permutation(len(with_deputy))[:3]]
    leaves = tuple(LeaveRow(person, -2 - i, 4 + 2 * i, "年休假（示例）") for i, person in enumerate(away))
    return tuple(rows), leaves


def place_stations(
    axes: Sequence[AxisLine], segments: Sequence[SegmentRow], ground: Ground, rng: np.random.Generator,
    villages: Sequence[VillageName] = (),
) -> tuple[StationRow, ...]:  # fmt: skip
    """One command centre, one settlement centre; a police station and a service station a district; posts on main
    roads; persuasion stations on township and village roads, named after the nearest of `villages`."""
    rows: list[StationRow] = []

    def add(
        kind: str, name: str, organisation: str, lon: float, lat: float, hours: str, axis: int, metre: float,
        address: str = "",
    ) -> None:  # fmt: skip
        """One station more."""
        n = len(rows) + 1
        rows.append(
            StationRow(f"station:{n}", organisation, kind, f"ST-{n:04d}", name, round(lon, 7), round(lat, 7),
                       duty_phone(1000 + n), hours, OFFERED.get(kind, ()), axis, metre, address)
        )  # fmt: skip

    first = ground.districts[0]
    add("command", "指挥中心（示例）", "root", first.lon, first.lat, "24小时", -1, 0.0)
    add("settlement", "事故快处快赔中心（示例）", "root", first.lon + 0.004, first.lat - 0.003,
        "周一至周五 08:30-17:30", -1, 0.0)  # fmt: skip
    for i, district in enumerate(ground.districts):
        key = f"district:{i}"
        add("police_station", f"{district.name}派出所", f"{key}:police", district.lon + 0.001, district.lat + 0.001,
            "24小时", -1, 0.0)  # fmt: skip
        add("service", f"{district.name}公安执法服务站", f"{key}:police", district.lon - 0.002, district.lat + 0.0015,
            COUNTER_HOURS, -1, 0.0)  # fmt: skip
    posts = [s for s in segments if s.road_class <= RoadClass.SECONDARY]
    local = [s for s in segments if s.road_class > RoadClass.SECONDARY]
    many = len(ground.districts)
    village_names = _VillageNames(villages)
    for kind, label, pool, at_most, hours in (
        ("post", "警务岗亭", posts, max(8, many * 2), "每天 06:00-24:00"),
        ("persuasion", "交通劝导站", local or posts, many * PERSUASION_A_DISTRICT + PERSUASION_MORE, PERSUASION_HOURS),
    ):
        for n in sorted(rng.permutation(len(pool))[:at_most].tolist()):
            segment = pool[n]
            metre = round((segment.from_m + segment.to_m) / 2, 1)
            lon, lat, _ = along(axes[segment.axis], metre)
            road = axes[segment.axis].label
            name = village_names.near(lon, lat) if kind == "persuasion" else ""
            add(kind, f"{name}{label}" if name else f"{road}{label}（{segment.code}）", segment.organisation, lon, lat,
                hours, segment.axis, metre, f"{road}旁")  # fmt: skip
    return tuple(rows)


class _VillageNames:
    """Names of the villages that places lie at: 美景村, for the next one there 美景村第二."""

    def __init__(self, villages: Sequence[VillageName]) -> None:
        self._villages = tuple(villages)
        self._scale = float(np.cos(np.radians(villages[0][2]))) if villages else 1.0
        self._tree = cKDTree([(lon * self._scale, lat) for _, lon, lat in villages]) if villages else None
        self._given: dict[str, int] = {}

    def near(self, lon: float, lat: float) -> str:
        """The name for a place (WGS-84 degrees); empty where no village is within VILLAGE_REACH_DEG."""
        if self._tree is None:
            return ""
        away, index = self._tree.query((lon * self._scale, lat))
        if away > VILLAGE_REACH_DEG:
            return ""
        name = f"{self._villages[int(index)][0]}村"
        count = self._given[name] = self._given.get(name, 0) + 1
        return name if count == 1 else f"{name}第{_NTH[min(count, len(_NTH) - 1)]}"


def bounds_ring(bounds: tuple[float, float, float, float]) -> Float64:
    """Corners of (west, south, east, north) as an array (4, 2)."""
    west, south, east, north = bounds
    return np.array([[west, south], [east, south], [east, north], [west, north]])
