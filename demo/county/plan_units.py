"""Units of four agencies with crews for three shifts, spread over the road network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.spatial import cKDTree

from roads.network.source import Float64

from .people import PeopleRegister
from .plan_roads import Ground, along
from .plan_types import AxisLine, SegmentRow, ShiftRow, StationRow, UnitRow, VehicleRow

SHIFTS = (
    ShiftRow("shift:1", "早班", "06:00", "14:00"),
    ShiftRow("shift:2", "中班", "14:00", "22:00"),
    ShiftRow("shift:3", "夜班", "22:00", "06:00"),
)
# agency, share of all units, kinds with their shares
_MIX: tuple[tuple[str, float, tuple[tuple[str, float], ...]], ...] = (
    ("traffic", 0.40, (("car", 0.5), ("motorcycle", 0.38), ("drone", 0.12))),
    ("police_station", 0.25, (("car", 0.6), ("motorcycle", 0.2), ("foot", 0.2))),
    ("special", 0.10, (("car", 0.9), ("drone", 0.1))),
    ("warden", 0.25, (("motorcycle", 0.5), ("foot", 0.3), ("car", 0.2))),
)
_PREFIX = {"traffic": "交警", "police_station": "派出所", "special": "特警", "warden": "路管"}
_CREW = {
    ("traffic", "plain"): ("officer", "auxiliary"),
    ("traffic", "auxiliary"): ("auxiliary", "auxiliary"),
    ("police_station", "plain"): ("officer", "auxiliary"),
    ("special", "plain"): ("officer", "officer", "officer"),
    ("warden", "plain"): ("warden", "auxiliary"),
}
AUXILIARY_ONLY_EVERY = 8
_BRANCH = {"traffic": "traffic", "police_station": "police", "warden": "wardens"}


@dataclass(slots=True)
class _Garage:
    rows: list[VehicleRow] = field(default_factory=list)

    def add(self, organisation: str, kind: str) -> str:
        """A vehicle for a unit; the key, '' for those on foot."""
        if kind == "foot":
            return ""
        n = len(self.rows) + 1
        self.rows.append(VehicleRow(f"vehicle:{n}", organisation, f"示例{n:04d}", kind))
        return f"vehicle:{n}"


def _kinds(count: int) -> list[tuple[str, str]]:
    """(agency, kind) of each unit by the shares of _MIX, largest remainders first."""
    pairs = [(agency, kind, share * part) for agency, share, kinds in _MIX for kind, part in kinds]
    exact = np.array([share for _, _, share in pairs]) * count
    whole = np.floor(exact).astype(int)
    for i in np.argsort(-(exact - whole), kind="stable")[: count - int(whole.sum())]:
        whole[i] += 1
    return [(agency, kind) for (agency, kind, _), n in zip(pairs, whole.tolist(), strict=True) for _ in range(n)]


def organisation_of(agency: str, district: int) -> str:
    """The organisation that a unit of an agency in a district belongs to."""
    if agency == "special":
        return "brigade:special"
    return f"district:{district}:{_BRANCH[agency]}"


def agency_of(organisation: str) -> str:
    """The agency that an organisation of the plan belongs to; '' for the county and its districts themselves."""
    branch = organisation.rpartition(":")[2]
    return next(
        (agency for agency, name in _BRANCH.items() if name == branch), "special" if branch == "special" else ""
    )


def lay_units(
    count: int, axes: Sequence[AxisLine], segments: Sequence[SegmentRow], stations: Sequence[StationRow],
    ground: Ground, lon: Float64, lat: Float64, people: PeopleRegister, rng: np.random.Generator,
) -> tuple[tuple[UnitRow, ...], tuple[VehicleRow, ...]]:  # fmt: skip
    """Units with posts on junctions: seven of ten anywhere, three of ten near a station."""
    scale = float(np.cos(np.radians(lat.mean())))
    tree = cKDTree(np.column_stack([lon * scale, lat]))
    homes = [s for s in stations if s.kind in ("police_station", "service", "post", "command")]
    home_tree = cKDTree([(s.lon * scale, s.lat) for s in homes])
    middles = [along(axes[s.axis], (s.from_m + s.to_m) / 2)[:2] for s in segments]
    segment_tree = cKDTree([(x * scale, y) for x, y in middles]) if middles else None
    garage = _Garage()
    rows: list[UnitRow] = []
    serial: dict[tuple[str, int], int] = {}
    for n, (agency, kind) in enumerate(_kinds(count)):
        if rng.random() < 0.7:
            node = int(rng.integers(lon.size))
        else:
            home = homes[int(rng.integers(len(homes)))]
            away = rng.normal(0, 0.008, 2)
            node = int(tree.query(((home.lon + away[0]) * scale, home.lat + away[1]))[1])
        x, y = float(lon[node]), float(lat[node])
        district = ground.of(x, y)
        organisation = organisation_of(agency, district)
        place = district if agency != "special" else -1
        serial[agency, place] = serial.get((agency, place), 0) + 1
        area = "" if place < 0 else ground.districts[district].name
        call_sign = f"{_PREFIX[agency]}{area}{serial[agency, place]:02d}"
        near: tuple[str, ...] = ()
        if segment_tree is not None:
            found = np.atleast_1d(segment_tree.query((x * scale, y), k=min(2, len(segments)))[1])
            near = tuple(segments[int(i)].key for i in found)
        crew = (
            "auxiliary" if agency == "traffic" and kind == "motorcycle" and n % AUXILIARY_ONLY_EVERY == 0 else "plain"
        )
        crews = tuple(_crew(people, organisation, _CREW[agency, crew]) for _ in SHIFTS)
        rows.append(
            UnitRow(
                key=f"unit:{n + 1}",
                organisation=organisation,
                call_sign=call_sign,
                kind=kind,
                agency=agency,
                home_station=homes[int(home_tree.query((x * scale, y))[1])].key,
                post_lon=round(x, 7),
                post_lat=round(y, 7),
                radio=f"{n + 1:05d}",
                vehicle=garage.add(organisation, kind),
                crews=crews,
                segments=near,
            )
        )
    return _joint(rows, people), tuple(garage.rows)


def _joint(rows: Sequence[UnitRow], people: PeopleRegister) -> tuple[UnitRow, ...]:
    """One joint tour 联勤 a district: with its first traffic car rides an officer of the police stations."""
    seen: set[str] = set()
    laid = []
    for row in rows:
        if row.agency == "traffic" and row.kind == "car" and row.organisation not in seen:
            seen.add(row.organisation)
            home = organisation_of("police_station", int(row.organisation.split(":")[1]))
            row = replace(row, crews=tuple((*crew, *_crew(people, home, ("officer",))) for crew in row.crews))
        laid.append(row)
    return tuple(laid)


def _crew(people: PeopleRegister, organisation: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    keys: list[str] = []
    lead = ""
    for kind in kinds:
        supervisor = lead if kind == "auxiliary" else ""
        key = people.add(organisation, kind, roles=(kind,), supervising_officer=supervisor)
        lead = lead or (key if kind == "officer" else "")
        keys.append(key)
    return tuple(keys)
