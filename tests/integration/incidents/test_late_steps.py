"""Steps taken without network: both times kept, sent twice they count once; and the way from somewhere else."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from core import clock
from core.device_time import DeviceMoment
from core.errors import Conflict, Forbidden, InvalidInput
from incidents import services
from incidents.selectors import crew_acts
from tests.factories.incidents import World, refresh
from tests.factories.roads import lonlat


def test_both_times_are_kept_and_a_repetition_changes_nothing(world: World) -> None:
    crew = world.crew(2000.0, 900.0)
    incident, assignment = world.sent(kind="congestion")
    now = clock.now()
    wrong = now + timedelta(hours=1)
    moment = DeviceMoment(at=wrong - timedelta(minutes=7), sent_at=wrong, monotonic_ms=420_000, lon=110.1, lat=19.2)
    for _turn in range(2):
        world.step(assignment, "acknowledged", client_key="a", moment=moment)
    (step,) = assignment.steps.filter(to_state="acknowledged")
    assert step.device_time == moment.at
    device = step.details["device"]
    assert device["clock_ahead_s"] == pytest.approx(3600, abs=5)
    assert datetime.fromisoformat(device["acted_at"]) == pytest.approx(
        now - timedelta(minutes=7), abs=timedelta(seconds=5)
    )
    # Timers and stamps run by the house's clock alone.
    assert refresh(incident).acknowledged_at >= now

    (act,) = crew_acts(actor=crew.actor, start=now - timedelta(hours=1), end=now + timedelta(hours=1))
    assert (act.what, act.about, act.refused) == ("已签收", incident.number, False)
    assert act.acted_at is not None and step.at - act.acted_at == pytest.approx(
        timedelta(minutes=7), abs=timedelta(seconds=1)
    )
    other = world.crew(100.0, 100.0)
    assert crew_acts(actor=other.actor, start=now - timedelta(hours=1), end=now + timedelta(hours=1)) == []


def test_a_new_way_from_where_the_unit_is_now(world: World) -> None:
    crew = world.crew(2000.0, 900.0)
    incident, assignment = world.sent(kind="congestion")
    lon, lat = lonlat(1000.0, 100.0)
    way = services.assignment_way(actor=crew.actor, assignment=assignment, lon=lon, lat=lat, datum="wgs84")
    first, last = way["route"][0], way["route"][-1]
    assert first == pytest.approx([lon, lat], abs=0.005)
    assert last == pytest.approx([incident.geom.x, incident.geom.y], abs=0.002)
    assert way["directions"][0]["kind"] == "depart" and way["directions"][-1]["kind"] == "arrive"
    assert way["road_m"] == pytest.approx(sum(leg["length_m"] for leg in way["directions"]), rel=0.01)
    assert refresh(assignment).predicted_road_m == assignment.predicted_road_m


def test_who_asks_for_a_way_and_when(world: World) -> None:
    crew = world.crew(2000.0, 900.0)
    other = world.crew(100.0, 100.0)
    _incident, assignment = world.sent(kind="congestion")
    lon, lat = lonlat(1000.0, 100.0)
    values = {"assignment": assignment, "lon": lon, "lat": lat, "datum": "wgs84"}
    with pytest.raises(Forbidden):
        services.assignment_way(actor=other.actor, **values)
    with pytest.raises(InvalidInput) as swapped:
        services.assignment_way(actor=crew.actor, **{**values, "lon": lat, "lat": lon})
    assert swapped.value.field == "lon,lat" and swapped.value.cure
    with pytest.raises(InvalidInput):
        services.assignment_way(actor=crew.actor, **values, course_deg=700.0)
    done = world.walk(assignment, "acknowledged", "on_scene", "cleared")
    with pytest.raises(Conflict):
        services.assignment_way(actor=crew.actor, **{**values, "assignment": done})
