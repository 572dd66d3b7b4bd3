"""Heading a car off: rings and proposals of a case, planned anew at each passage, kept with its history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.errors import Forbidden, InvalidInput
from incidents.models import Incident, IncidentStep
from incidents.services.ahead import incident_interception
from recognition.services import passages_take
from stations.types import Role
from tests.factories.incidents import World, urgent
from tests.factories.recognition import a_camera, a_passage, a_sender, a_watched, two_people
from tests.factories.roads import lonlat
from tests.factories.stations import an_actor

CAMERA, NORTHERN = "46000000001190000021", "46000000001190000022"


@pytest.fixture
def chase(world: World) -> Any:
    """A watched car passes a camera on the county road; the car of a crew stands 1,600 m north, near its end."""
    for code, north_m in ((CAMERA, 1000.0), (NORTHERN, 1200.0)):
        lon, lat = lonlat(2000.0, north_m)
        a_camera(world.city, code, lon=lon, lat=lat)
    _device, sender = a_sender(world.city)
    a_watched(world.city, two_people(world.city), "琼C12345")
    crew = world.crew(2000.0, 2600.0)

    def passes(camera: str, ago_s: float) -> Incident:
        at = clock.now() - timedelta(seconds=ago_s)
        passages_take(sender, [a_passage("琼C12345", at, camera)], received_at=at)
        urgent()
        return Incident.objects.get(kind="interception")

    return passes, crew


def _notes(incident: Incident) -> list[dict[str, Any]]:
    steps = IncidentStep.objects.filter(incident=incident, details__has_key="interception").order_by("id")
    return [step.details for step in steps]


def test_a_unit_ahead_is_proposed_with_its_reasons_and_again_at_each_passage(world: World, chase: Any) -> None:
    passes, crew = chase
    incident = passes(CAMERA, 10.0)
    shown = incident_interception(actor=world.desk, incident=incident)
    (best,) = shown["proposals"]
    assert (best["call_sign"], best["on_its_way"]) == (crew.call_sign, True), "sent already: it learns where to stand"
    assert "那环北路" in best["junction"]
    assert best["lead_s"] == pytest.approx(best["car_s"] - best["unit_s"], abs=1.0)
    assert best["lead_s"] >= 30
    assert f"比车辆早 {best['lead_s']} 秒到达" in best["reasons"][0]
    (inner,) = shown["inner"]["coordinates"][:1]
    assert inner[0] == pytest.approx(lonlat(2000.0, 1000.0), abs=1e-4), "the inner ring begins at the camera"
    assert shown["outer"]["coordinates"]
    assert [note["interception"][0]["call_sign"] for note in _notes(incident)] == [crew.call_sign]
    passes(NORTHERN, 2.0)
    again = incident_interception(actor=world.desk, incident=incident)
    assert again["seen"]["where"] == "测试摄像机0022"
    first, second = (note["interception"] for note in _notes(incident))
    assert second != first


def test_what_is_too_old_says_so_and_who_may_not_send_gets_nothing(world: World, chase: Any) -> None:
    passes, _crew = chase
    incident = passes(CAMERA, 3000.0)
    shown = incident_interception(actor=world.desk, incident=incident)
    assert (shown["stale"], shown["proposals"], shown["inner"]["coordinates"]) == (True, [], [])
    with pytest.raises(Forbidden):
        incident_interception(actor=an_actor(world.city, Role.OFFICER), incident=incident)
    with pytest.raises(InvalidInput):
        incident_interception(actor=world.desk, incident=world.report())
