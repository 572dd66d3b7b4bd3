"""The invented organisation: complete, consistent, seeded, and of nobody real."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import numpy as np
import pytest

from core.errors import InvalidInput
from demo.county import County
from demo.county.checkpoints import CHECKPOINTS
from demo.county.organisation import ACCOUNTS, county_axis_lines, county_organisation, organisation_lay
from demo.county.plan_types import AxisLine, CheckpointRow, District, OrganisationPlan
from demo.county.plan_units import agency_of
from demo.county.zones import district_zones
from stations.access.roles import Role
from stations.catalogue.services import SERVICES
from stations.opening import weekly_windows


@pytest.fixture(scope="module")
def plan(county: County) -> OrganisationPlan:
    return county_organisation(county)


def test_same_seed_same_plan(county: County, plan: OrganisationPlan) -> None:
    assert county_organisation(county) == plan
    assert county_organisation(county, seed=9) != plan


def test_keys_resolve(plan: OrganisationPlan) -> None:
    organisations = {row.key for row in plan.organisations}
    people = {row.key for row in plan.people}
    segments = {row.key for row in plan.segments}
    stations = {row.key for row in plan.stations}
    vehicles = {row.key for row in plan.vehicles}
    seen = {""}
    for row in plan.organisations:
        assert row.parent in seen
        seen.add(row.key)
    for owned in (plan.people, plan.segments, plan.stations, plan.checkpoints, plan.cameras, plan.vehicles, plan.units):
        assert {row.organisation for row in owned} <= organisations
    for chief in plan.chiefs:
        assert chief.segment in segments
        assert chief.person in people
        assert chief.deputy in people | {""}
    for unit in plan.units:
        assert unit.home_station in stations
        assert unit.vehicle in vehicles | {""}
        assert set(unit.segments) <= segments
        assert len(unit.crews) == len(plan.shifts) == 3
    for codes in (
        [r.code for r in plan.organisations],
        [r.code for r in plan.stations],
        [r.code for r in plan.cameras],
    ):
        assert len(set(codes)) == len(codes)


def test_units_of_four_agencies_with_one_crew_each(plan: OrganisationPlan) -> None:
    assert len(plan.units) == 120
    assert {unit.agency for unit in plan.units} == {"traffic", "police_station", "special", "warden"}
    assert {unit.kind for unit in plan.units} == {"car", "motorcycle", "foot", "drone"}
    signs = Counter((unit.organisation, unit.call_sign) for unit in plan.units)
    assert max(signs.values()) == 1
    members = Counter(key for unit in plan.units for crew in unit.crews for key in crew)
    assert max(members.values()) == 1
    kinds = {row.key: row.kind for row in plan.people}
    powerless = [u for u in plan.units if all(kinds[key] == "auxiliary" for key in u.crews[0])]
    assert powerless


def test_one_joint_tour_a_district(plan: OrganisationPlan) -> None:
    homes = {row.key: agency_of(row.organisation) for row in plan.people}
    joint = [unit for unit in plan.units if len({homes[key] for key in unit.crews[0]}) > 1]
    assert len({unit.organisation for unit in joint}) == len(joint) > 0
    for unit in joint:
        assert [{homes[key] for key in crew} for crew in unit.crews] == [{"traffic", "police_station"}] * 3


def test_segments_are_half_open_and_do_not_overlap(plan: OrganisationPlan, county: County) -> None:
    by_axis = defaultdict(list)
    for segment in plan.segments:
        assert 0.0 <= segment.from_m < segment.to_m <= county.axes[segment.axis].length_m + 1e-6
        if county.axes[segment.axis].length_m > 8000:
            assert 1000 < segment.to_m - segment.from_m < 8000
        by_axis[segment.axis].append(segment)
    holes = 0
    for rows in by_axis.values():
        for before, after in zip(rows[:-1], rows[1:], strict=True):
            assert before.to_m <= after.from_m
            holes += before.to_m < after.from_m
    assert 1 <= holes <= 10


def test_four_levels_with_deputies_leave_and_vacancies(plan: OrganisationPlan) -> None:
    assert [level.rank for level in plan.levels] == [1, 2, 3, 4]
    holders = Counter((chief.segment, chief.rank) for chief in plan.chiefs)
    assert max(holders.values()) == 1
    ranks = defaultdict(set)
    for chief in plan.chiefs:
        ranks[chief.segment].add(chief.rank)
        assert chief.deputy != chief.person
    complete = sum(found == {1, 2, 3, 4} for found in ranks.values())
    assert complete >= 0.9 * len(plan.segments)
    assert complete < len(plan.segments)
    assert len(ranks) < len(plan.segments)
    assert plan.leaves
    on_leave = {leave.person for leave in plan.leaves}
    assert all(any(c.person == person and c.deputy for c in plan.chiefs) for person in on_leave)


def test_stations_checkpoints_and_cameras(plan: OrganisationPlan) -> None:
    kinds = {station.kind for station in plan.stations}
    assert kinds == {"command", "settlement", "police_station", "service", "post", "persuasion"}
    persuasion = [station for station in plan.stations if station.kind == "persuasion"]
    assert len(persuasion) == 214 and len({station.name for station in persuasion}) == 214
    assert all(weekly_windows({"text": station.opening_hours}) for station in plan.stations)
    codes = {seed.code for seed in SERVICES}
    assert all(set(station.services) <= codes for station in plan.stations)
    assert all(0.0 <= row.heading_deg < 360.0 for row in (*plan.checkpoints, *plan.cameras))
    rings = Counter(row.ring for row in plan.checkpoints)
    assert rings.total() == CHECKPOINTS == 177 and set(rings) == {1, 2, 3, 4, 5, 6} and min(rings.values()) >= 10
    assert len({row.name for row in plan.checkpoints}) == CHECKPOINTS
    assert len({(row.ring, row.lon, row.lat, row.side) for row in plan.checkpoints}) == CHECKPOINTS
    centres = [(row.lon, row.lat) for row in plan.stations if row.kind == "police_station"]
    away = {ring: [_nearest_km(row, centres) for row in plan.checkpoints if row.ring == ring] for ring in rings}
    assert max(away[4] + away[6]) < 1.0 < 2.0 <= min(away[1]) and max(away[4]) < np.median(away[3]) < np.median(away[5])
    assert all(bool(row.owner) == (row.ring == 6) for row in plan.checkpoints)
    assert {row.ring for row in plan.cameras} == {1, 2, 3, 4, 5, 6}
    assert {row.is_private for row in plan.cameras if row.ring == 6} == {True}
    down, up = plan.checkpoints[0], plan.checkpoints[1]
    assert abs((down.heading_deg - up.heading_deg) % 360.0 - 180.0) < 0.2


def _nearest_km(row: CheckpointRow, places: list[tuple[float, float]]) -> float:
    return min(float(np.hypot((row.lon - x) * 0.944, row.lat - y)) * 111.32 for x, y in places)


def test_accounts_for_every_role_of_people(plan: OrganisationPlan) -> None:
    assert set(ACCOUNTS) == {role.value for role in Role} - {"device", "public"}
    roles = {row.key: row.roles for row in plan.people}
    assert all(roles[f"account:{role}"] == (role,) for role in ACCOUNTS)


def test_no_number_could_be_somebodys(plan: OrganisationPlan) -> None:
    for person in plan.people:
        assert re.fullmatch(r"100-\d{4}", person.personal_phone)
        assert re.fullmatch(r"400-000-\d{4}", person.duty_phone)
        assert re.fullmatch(r"[\u4e00-\u9fff]{2,3}", person.name)
    everything = repr(plan)
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", everything)
    assert not re.search(r"(?<!\d)\d{17}[\dXx](?![\dXx])", everything)
    assert not re.search(
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][A-HJ-NP-Z0-9]{5,6}", everything
    )
    assert all(vehicle.plate.startswith("示例") for vehicle in plan.vehicles)


def test_laid_over_any_network(county: County) -> None:
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(121.41, 121.54, 3000), rng.uniform(31.18, 31.28, 3000)
    axes = [
        AxisLine("", f"示例{i}路", 7, 4200.0, np.linspace(121.42, 121.46, 6), np.full(6, 31.19 + 0.01 * i))
        for i in range(8)
    ]
    plan = organisation_lay(axes=axes, lon=lon, lat=lat, bounds=(121.41, 31.18, 121.54, 31.28), units=240, seed=4)
    assert len(plan.units) == 240
    districts = [row for row in plan.organisations if row.kind == "district"]
    assert 4 <= len(districts) <= 12
    assert districts[0].name == "示例一区"
    assert all(len(row.ring) >= 4 for row in districts)
    assert plan.segments
    assert all(121.41 <= unit.post_lon <= 121.54 for unit in plan.units)
    again = organisation_lay(axes=axes, lon=lon, lat=lat, bounds=(121.41, 31.18, 121.54, 31.28), units=240, seed=4)
    assert again == plan


def test_the_land_of_a_district_is_told_from_its_streets(plan: OrganisationPlan) -> None:
    zones = {row.name: row.zone for row in plan.organisations if row.ring}
    assert zones["嘉积镇"] == "town"
    assert (zones["博鳌镇"], zones["会山镇"]) == ("suburb", "village")
    assert {row.zone for row in plan.organisations if not row.ring} == {""}, "what lies below takes its district's"


def test_zones_of_any_network() -> None:
    step = 0.001
    grid = np.stack(np.meshgrid(np.arange(40), np.arange(40)), axis=-1).reshape(-1, 2) * step
    country = np.stack(np.meshgrid(np.arange(12), np.arange(12)), axis=-1).reshape(-1, 2) * step * 8
    points = np.vstack([grid + (121.40, 31.20), country + (121.60, 31.20)])
    districts = [District("城", 121.42, 31.22), District("野", 121.64, 31.24), District("空", 125.0, 35.0)]
    assert district_zones(points[:, 0], points[:, 1], districts) == ("town", "village", "village")


def test_bad_input_is_refused(county: County) -> None:
    axes = county_axis_lines(county)[:2]
    lon, lat = county.source.lon[:100], county.source.lat[:100]
    with pytest.raises(InvalidInput):
        organisation_lay(axes=axes, lon=lon, lat=lat, bounds=county.bounds, units=0)
    with pytest.raises(InvalidInput):
        organisation_lay(axes=[], lon=lon, lat=lat, bounds=county.bounds)
