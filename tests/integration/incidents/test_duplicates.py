"""Dedupe hints: what counts as near in place and time, in which order, for whom; merging takes a hint away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from pyproj import Geod

from core import clock
from incidents import services
from incidents.models import Incident, IncidentKind
from incidents.selectors import duplicates_near, incident_detail
from incidents.selectors.duplicates import DEFAULT_RADIUS_M, DEFAULT_WINDOW_S, HINTS_AT_MOST, DuplicateHint
from incidents.states import SETTLED
from stations.types import Actor, Role
from tests.factories.incidents import World
from tests.factories.roads import lonlat
from tests.factories.stations import an_actor

HERE = (2000.0, 1000.0)


@pytest.fixture(autouse=True)
def limits(world: World) -> None:
    """Radius and window of the two kinds that these tests use, other than the defaults."""
    IncidentKind.objects.filter(code="crash").update(dedupe_radius_m=300, dedupe_window_s=600)
    IncidentKind.objects.filter(code="hazard").update(dedupe_radius_m=100, dedupe_window_s=7200)


def _near(world: World, *, actor: Actor | None = None, at: Any = None, **fields: Any) -> list[DuplicateHint]:
    lon, lat = lonlat(*HERE)
    values: dict[str, Any] = {"lon": lon, "lat": lat, "kind": "crash", **fields}
    return duplicates_near(actor=actor or world.desk, at=at or clock.now(), **values)


def _uids(hints: list[DuplicateHint]) -> list[str]:
    return [hint.uid for hint in hints]


def _aged(incident: Incident, seconds: float) -> Incident:
    Incident.objects.filter(pk=incident.pk).update(received_at=clock.now() - timedelta(seconds=seconds))
    return incident


@pytest.mark.parametrize(
    ("kind", "away_m", "found"),
    [("crash", 290, True), ("crash", 310, False), ("hazard", 90, True), ("hazard", 110, False)],
)
def test_the_radius_is_that_of_the_kind(world: World, kind: str, away_m: float, found: bool) -> None:
    other = world.report(HERE[0], HERE[1] + away_m, kind=kind)
    hints = _near(world, kind=kind)
    assert _uids(hints) == ([str(other.uid)] if found else [])
    if found:
        assert hints[0].distance_m == pytest.approx(away_m, abs=1.0)


@pytest.mark.parametrize(
    ("kind", "age_s", "found"),
    [("crash", 590, True), ("crash", 610, False), ("hazard", 7190, True), ("hazard", 7210, False)],
)
def test_the_window_is_that_of_the_kind(world: World, kind: str, age_s: float, found: bool) -> None:
    other = _aged(world.report(*HERE, kind=kind), age_s)
    hints = _near(world, kind=kind)
    assert _uids(hints) == ([str(other.uid)] if found else [])
    if found:
        assert hints[0].age_s == pytest.approx(age_s, abs=5.0)


@pytest.mark.parametrize("kind", ["", "no such kind"])
def test_a_kind_that_is_not_known_yet_has_the_defaults(world: World, kind: str) -> None:
    within = _aged(world.report(HERE[0], HERE[1] + DEFAULT_RADIUS_M - 5), DEFAULT_WINDOW_S - 10)
    world.report(HERE[0], HERE[1] + DEFAULT_RADIUS_M + 5)
    _aged(world.report(*HERE), DEFAULT_WINDOW_S + 10)
    assert _uids(_near(world, kind=kind)) == [str(within.uid)]


def test_the_same_kind_comes_first_then_the_nearest(world: World) -> None:
    other_kind = world.report(*HERE, kind="hazard")
    far = world.report(HERE[0], HERE[1] + 200, kind="crash")
    near = world.report(HERE[0], HERE[1] + 100, kind="crash")
    farther_kind = world.report(HERE[0], HERE[1] + 50, kind="hazard")
    hints = _near(world)
    assert _uids(hints) == [str(row.uid) for row in (near, far, other_kind, farther_kind)]
    assert [hint.same_kind for hint in hints] == [True, True, False, False]


def test_of_very_many_the_best_are_named(world: World) -> None:
    for number in range(HINTS_AT_MOST):
        world.report(HERE[0], HERE[1] + 10.0 + number, kind="hazard")
    best = world.report(HERE[0], HERE[1] + 250, kind="crash")
    hints = _near(world)
    assert len(hints) == HINTS_AT_MOST and hints[0].uid == str(best.uid)
    distances = [hint.distance_m for hint in hints[1:]]
    assert distances == sorted(distances) and distances[0] == pytest.approx(10.0, abs=0.5)


def test_an_incident_is_not_its_own_duplicate(world: World) -> None:
    own, other = world.report(*HERE), world.report(*HERE)
    assert set(_uids(_near(world))) == {str(own.uid), str(other.uid)}
    assert _uids(_near(world, exclude_uid=str(own.uid))) == [str(other.uid)]
    assert [row["uid"] for row in incident_detail(actor=world.desk, incident=own)["duplicates"]] == [str(other.uid)]


@pytest.mark.parametrize("state", sorted(SETTLED))
def test_what_is_settled_is_no_hint(world: World, state: str) -> None:
    incident = world.report(*HERE)
    assert _uids(_near(world)) == [str(incident.uid)]
    Incident.objects.filter(pk=incident.pk).update(state=state)
    assert _near(world) == []


def test_what_one_may_not_see_is_no_hint(world: World) -> None:
    incident = world.report(*HERE)
    owner, other = (world.north, world.south)
    if incident.organisation_id == world.south.pk:
        owner, other = other, owner
    assert _uids(_near(world, actor=an_actor(owner, Role.DISPATCHER))) == [str(incident.uid)]
    assert _near(world, actor=an_actor(other, Role.DISPATCHER)) == []


@pytest.mark.parametrize("lat", [0.0, 19.2, 53.5, -53.5])
def test_the_radius_is_round_everywhere(world: World, lat: float) -> None:
    """Mohe lies at 53.5° N, where a degree of longitude is 66 km."""
    incident = world.report(*HERE)
    for bearing_deg in (0.0, 90.0, 180.0, 270.0):
        lon, at_lat, _back = Geod(ellps="WGS84").fwd(122.5, lat, bearing_deg, 290.0)
        Incident.objects.filter(pk=incident.pk).update(geom=Point(lon, at_lat, srid=4326))
        hints = _near(world, lon=122.5, lat=lat)
        assert [round(hint.distance_m) for hint in hints] == [290], bearing_deg


def test_merging_takes_the_hint_away(world: World) -> None:
    target, double = world.report(*HERE), world.report(HERE[0], HERE[1] + 20)
    (hint,) = _near(world, exclude_uid=str(double.uid))
    assert hint.uid == str(target.uid)
    services.incident_merge(actor=world.desk, incident_uid=str(double.uid), into_uid=hint.uid, reason="同一起")
    assert _uids(_near(world)) == [str(target.uid)]
