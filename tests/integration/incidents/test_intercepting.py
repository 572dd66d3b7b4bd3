"""From a camera to a case and back: alarms that may go, alarms that a person confirms, one case for one way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from incidents.models import Incident, IncidentStep
from incidents.services import history
from incidents.services.history import StepContext, incident_lock_by_id
from incidents.states import IncidentState
from recognition.models import Alarm
from recognition.services import alarm_confirm, alarm_report, passages_take, sighting_report
from tests.factories.incidents import World, the_assignment, urgent
from tests.factories.recognition import a_camera, a_passage, a_sender, a_watched, two_people
from tests.factories.roads import lonlat

FIRST, SECOND = "46000000001190000001", "46000000001190000002"


class Road:
    """Two cameras on the world's roads, and the list."""

    def __init__(self, world: World) -> None:
        self.world = world
        organisation = world.city
        for code, east_m in ((FIRST, 2000.0), (SECOND, 2400.0)):
            lon, lat = lonlat(east_m, 1000.0)
            a_camera(organisation, code, lon=lon, lat=lat)
        _device, self.sender = a_sender(organisation)
        self.people = two_people(organisation)

    def passes(self, plate: str, camera: str = FIRST, after_s: float = 0) -> Alarm:
        """A passage within the last hour; what hears of its alarm has done so."""
        at = clock.now() + timedelta(seconds=after_s - 3000)
        passages_take(self.sender, [a_passage(plate, at, camera)], received_at=at)
        urgent()
        return Alarm.objects.latest("id")


@pytest.fixture
def road(world: World) -> Road:
    return Road(world)


def _codes(alarm: Alarm) -> list[str]:
    return list(alarm.steps.order_by("id").values_list("to_state", flat=True))


def _moved(incident: Incident, *states: IncidentState) -> None:
    for state in states:
        history.incident_move(incident_lock_by_id(incident.pk), state, context=StepContext(text="测试"))


def test_a_category_that_may_go_makes_the_case_at_once(road: Road) -> None:
    a_watched(road.world.city, road.people, "琼C12345")
    alarm = road.passes("琼C12345")
    incident = Incident.objects.get(kind="interception")
    assert (alarm.state, alarm.incident_uid) == ("ordered", incident.uid)
    assert _codes(alarm) == ["raised", "confirmed", "ordered"]
    assert (incident.plate, incident.source, "stop_vehicle" in incident.required_powers) == ("琼C12345", "camera", True)
    assert "12345" not in incident.title + incident.text


def test_a_person_confirms_first_and_powers_follow_the_category(road: Road) -> None:
    a_watched(road.world.city, road.people, "琼C12345", category="hit_and_run")
    alarm = road.passes("琼C12345")
    assert (alarm.state, Incident.objects.filter(kind="interception").exists()) == ("raised", False)
    alarm_confirm(actor=road.people[0], uid=alarm.uid)
    urgent()
    alarm.refresh_from_db()
    incident = Incident.objects.get(kind="interception")
    assert (alarm.state, alarm.incident_uid) == ("ordered", incident.uid)
    assert set(incident.required_powers) == {"stop_vehicle", "arrest"}


def test_seen_again_continues_the_open_case(road: Road) -> None:
    a_watched(road.world.city, road.people, "琼C12345")
    road.passes("琼C12345")
    second = road.passes("琼C12345", SECOND, after_s=300)
    incident = Incident.objects.get(kind="interception")
    assert (second.state, second.incident_uid, second.chain_id) == ("ordered", incident.uid, second.pk - 1)
    assert IncidentStep.objects.filter(incident=incident, details__alarm=str(second.uid)).exists()
    _moved(incident, IncidentState.FALSE)
    states = set(Alarm.objects.values_list("state", "outcome"))
    assert states == {("closed", "wrong_read")}
    road.passes("琼C12345", after_s=1200)
    assert Incident.objects.filter(kind="interception").count() == 2


def test_reported_at_the_desk_and_closed_with_the_case(road: Road) -> None:
    a_watched(road.world.city, road.people, "琼C12345")
    alarm = road.passes("琼C12345")
    incident = Incident.objects.get(kind="interception")
    alarm_report(actor=road.people[0], uid=alarm.uid, outcome="stopped", words="已拦截")
    _moved(incident, IncidentState.REPORTED, IncidentState.REVIEWED, IncidentState.CLOSED)
    alarm.refresh_from_db()
    assert (alarm.state, alarm.outcome, alarm.closed_at is not None) == ("closed", "stopped", True)


def test_a_crew_is_sent_and_its_report_closes_the_alarm(road: Road, crew: Any) -> None:
    a_watched(road.world.city, road.people, "琼C12345")
    alarm = road.passes("琼C12345")
    incident = Incident.objects.get(kind="interception")
    assignment = the_assignment(incident)
    road.world.walk(assignment, "delivered", "acknowledged", "en_route")
    assert Alarm.objects.get(pk=alarm.pk).state == "turned_out"
    road.world.walk(assignment, "on_scene", "cleared")
    road.world.step(assignment, "reported", text="已拦截，移交中队", outcome="stopped")
    _moved(incident, IncidentState.REVIEWED, IncidentState.CLOSED)
    assert _codes(alarm) == ["raised", "confirmed", "ordered", "turned_out", "reported", "closed"]
    alarm.refresh_from_db()
    assert (alarm.outcome, list(alarm.steps.order_by("id").values_list("code", flat=True))[1:5]) == (
        "stopped", ["41", "42", "43", "44"],
    )  # fmt: skip


def test_a_sighting_is_an_interception_once(road: Road) -> None:
    lon, lat = lonlat(2000.0, 1000.0)
    words = {"lon": lon, "lat": lat, "datum": "wgs84", "description": "白色面包车，蛇形行驶", "heading_deg": 90.0}
    for _twice in range(2):
        sighting_report(actor=road.people[0], client_key="phone-1", plate="c123", **words)
    urgent()
    incident = Incident.objects.get(kind="interception")
    assert (incident.source, incident.plate, incident.course_deg) == ("community", "C123", 90.0)
