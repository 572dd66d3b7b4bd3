"""The invented organisation over a network: who answers for which stretch, who is out there, what stands where.

Plain data; services of the rooms write it. It is laid over the generated county, or over any real network.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from scipy.cluster.vq import kmeans2

from core.errors import InvalidInput
from core.messages import gettext_noop as _
from roads.network.source import Float64

from .checkpoints import place_checkpoints
from .measure import junction_mask
from .people import PeopleRegister, duty_phone
from .plan_roads import (
    LEVELS,
    Ground,
    VillageName,
    appoint_chiefs,
    bounds_ring,
    cut_segments,
    place_stations,
)
from .plan_types import AxisLine, District, OrganisationPlan, OrganisationRow
from .plan_units import SHIFTS, lay_units
from .types import County
from .zones import district_zones

MOST_UNITS = 20_000
DISTRICT_EVERY_UNITS = 25
CODE_PREFIX = "99"  # no administrative division has it
_NUMERALS = "零一二三四五六七八九十"
# role -> (kind of person, title) of the demonstration accounts, all of them in the root organisation
ACCOUNTS: dict[str, tuple[str, str]] = {
    "commander": ("officer", "指挥长"),
    "dispatcher": ("officer", "指挥员"),
    "officer": ("officer", "民警"),
    "auxiliary": ("auxiliary", "辅警"),
    "warden": ("warden", "路管员"),
    "chief": ("leader", "路长"),
    "persuader": ("persuader", "劝导员"),
    "station_staff": ("staff", "服务站人员"),
    "reviewer": ("officer", "审核员"),
    "payee_desk": ("staff", "奖金发放员"),
    "analyst": ("staff", "分析员"),
    "administrator": ("staff", "系统管理员"),
    "security_administrator": ("staff", "安全管理员"),
    "auditor": ("staff", "审计员"),
}


def organisation_lay(
    *, axes: Sequence[AxisLine], lon: Float64, lat: Float64, bounds: tuple[float, float, float, float],
    units: int = 240, seed: int = 1, districts: Sequence[District] = (), name: str = "示例市",
    villages: Sequence[VillageName] = (),
) -> OrganisationPlan:  # fmt: skip
    """Lay an invented organisation over a road network.

    `lon`, `lat`: junctions of the network (WGS-84 degrees); units stand on them. `bounds`: west, south, east, north.
    Persuasion stations are named after `villages` (name, lon, lat). Without `districts` they are found by k-means over
    the junctions and named 示例一区, 示例二区 … The same input gives the same plan. Raises InvalidInput for no axes, no
    junctions, or an unusable number of units.
    """
    if not 1 <= units <= MOST_UNITS:
        raise InvalidInput(
            _("单元数超出范围。"),
            field="units",
            value=units,
            cure=_("取 1 至 %(most_units)s 之间的整数。", most_units=MOST_UNITS),
        )
    if not axes or lon.size == 0:
        raise InvalidInput(
            _("路网没有道路轴线或路口。"), field="axes", value=len(axes), cure=_("先导入路网并生成道路轴线。")
        )
    rng = np.random.default_rng([seed, 11])
    found = tuple(districts) or find_districts(lon, lat, bounds, units, seed)
    ground = Ground(found)
    people = PeopleRegister(np.random.default_rng([seed, 12]))
    for role, (kind, title) in ACCOUNTS.items():
        people.add("root", kind, roles=(role,), title=f"{title}（演示账号）", key=f"account:{role}")
    segments = cut_segments(axes, ground, rng)
    chiefs, leaves = appoint_chiefs(segments, len(found), people, rng)
    stations = place_stations(axes, segments, ground, rng, villages)
    checkpoints, cameras = place_checkpoints(axes, ground, rng)
    unit_rows, vehicles = lay_units(units, axes, segments, stations, ground, lon, lat, people, rng)
    return OrganisationPlan(
        name=name,
        organisations=organisation_tree(name, found, district_zones(lon, lat, found)),
        levels=LEVELS,
        people=people.rows,
        segments=segments,
        chiefs=chiefs,
        leaves=leaves,
        stations=stations,
        checkpoints=checkpoints,
        cameras=cameras,
        shifts=SHIFTS,
        vehicles=vehicles,
        units=unit_rows,
    )


def county_organisation(county: County, *, units: int = 120, seed: int | None = None) -> OrganisationPlan:
    """The organisation of a generated county: its towns are the districts, units stand on its junctions."""
    source = county.source
    junction = np.flatnonzero(junction_mask(source))
    return organisation_lay(
        axes=county_axis_lines(county),
        lon=source.lon[junction],
        lat=source.lat[junction],
        bounds=county.bounds,
        units=units,
        seed=county.seed if seed is None else seed,
        districts=[District(town.name, town.lon, town.lat, town.district) for town in county.towns],
        name=county.name,
        villages=[(village.name, village.lon, village.lat) for village in county.villages],
    )


def county_axis_lines(county: County) -> tuple[AxisLine, ...]:
    """The axes of a county with their reference lines, in the order of `county.axes`."""
    lines = []
    for axis in county.axes:
        index = np.asarray(axis.nodes)
        lon, lat = county.source.lon[index], county.source.lat[index]
        lines.append(AxisLine(axis.code, axis.name, int(axis.road_class), axis.length_m, lon, lat))
    return tuple(lines)


def find_districts(
    lon: Float64, lat: Float64, bounds: tuple[float, float, float, float], units: int, seed: int
) -> tuple[District, ...]:
    """Four to twelve districts by k-means over the junctions; outlines are Voronoi cells within the bounds."""
    wanted = int(np.clip(round(units / DISTRICT_EVERY_UNITS), 4, 12))
    rng = np.random.default_rng([seed, 13])
    scale = float(np.cos(np.radians(lat.mean())))
    pick = rng.permutation(lon.size)[:20_000]
    sample = np.column_stack([lon[pick] * scale, lat[pick]])
    distinct = np.unique(sample, axis=0)
    wanted = min(wanted, distinct.shape[0])
    centre = kmeans2(sample, wanted, minit="++", seed=rng)[0]
    centre = np.unique(centre[np.isfinite(centre).all(axis=1)], axis=0)
    order = np.argsort(-centre[:, 1], kind="stable")
    centre = centre[order] / np.array([scale, 1.0])
    frame = shapely.Polygon(bounds_ring(bounds))
    rings: list[tuple[tuple[float, float], ...]] = [tuple(map(tuple, frame.exterior.coords))]
    if centre.shape[0] > 1:
        cells = shapely.voronoi_polygons(shapely.MultiPoint(centre), extend_to=frame, ordered=True)
        rings = [tuple(map(tuple, cell.intersection(frame).exterior.coords)) for cell in cells.geoms]
    return tuple(
        District(f"示例{_numeral(i + 1)}区", round(float(x), 7), round(float(y), 7), rings[i])
        for i, (x, y) in enumerate(centre)
    )


def _numeral(number: int) -> str:
    if number <= 10:
        return _NUMERALS[number]
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else _NUMERALS[tens]) + "十" + ("" if ones == 0 else _NUMERALS[ones])


def organisation_tree(name: str, districts: Sequence[District], zones: Sequence[str]) -> tuple[OrganisationRow, ...]:
    """City at the top; brigades of traffic and special police; under each district a police station, a traffic
    squadron and the wardens. `zones`: what the land of each district is."""
    rows: list[OrganisationRow] = []

    def add(
        key: str, parent: str, kind: str, title: str, ring: tuple[tuple[float, float], ...] = (), zone: str = ""
    ) -> None:
        """One organisation more; its code counts on."""
        n = len(rows)
        rows.append(
            OrganisationRow(
                key, parent, kind, f"{CODE_PREFIX}{n:04d}", title, duty_phone(n), duty_phone(900 + n % 100), ring, zone
            )
        )

    add("root", "", "city", name)
    add("brigade:traffic", "root", "brigade", "交警大队（示例）")
    add("brigade:special", "root", "brigade", "特警大队（示例）")
    for i, (district, zone) in enumerate(zip(districts, zones, strict=True)):
        key = f"district:{i}"
        kind = "town" if district.name.endswith(("镇", "乡", "农场", "街道")) else "district"
        add(key, "root", kind, district.name, district.ring, zone)
        add(f"{key}:police", key, "police_station", f"{district.name}派出所（示例）")
        add(f"{key}:traffic", key, "squadron", f"{district.name}交警中队（示例）")
        add(f"{key}:wardens", key, "agency", f"{district.name}路管中队（示例）")
    return tuple(rows)
