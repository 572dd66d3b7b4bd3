"""What phones send to /trackers/osmand, through the product's own ASGI application into the real tables."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from django.db import close_old_connections

from config.asgi import application, tracker_application
from core import clock, outbox
from core.models import Event
from incidents.models import Assignment, Incident
from patrols.models import DevicePosition, Fix, TourPosition
from patrols.selectors import tours_on_duty, units_on_duty
from patrols.services import tour_close, tour_member_leave
from patrols.services.partitions import fix_partitions_make
from stations.models import Organisation
from stations.services import device_lock
from tests.factories.patrols import a_device, a_tour, a_vehicle
from tests.factories.roads import a_network, lonlat
from tests.factories.stations import SYSTEM, a_person, a_station

pytestmark = pytest.mark.usefixtures("committed")


def _send(*queries: dict[str, Any]) -> list[int]:
    """Status codes of one request each, over one batcher that is closed afterwards."""

    async def talk() -> list[int]:
        transport = httpx.ASGITransport(app=application)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://phones") as client:
            try:
                return [(await client.get("/trackers/osmand", params=query)).status_code for query in queries]
            finally:
                await tracker_application.close()

    try:
        return asyncio.run(talk())
    finally:
        close_old_connections()


def _fix(token: str, at: datetime, **changed: Any) -> dict[str, Any]:
    return {"id": token, "lat": 19.25, "lon": 110.45, "timestamp": at.isoformat(), "accuracy": 5} | changed


def _on_duty(district: Organisation) -> tuple[Any, Any, str]:
    person = a_person(district, login=False)
    _device, token = a_device(district, person=person)
    return person, a_tour(district, person, opened=True), token


def _soon(tour: Any, seconds: float) -> datetime:
    opened: datetime = tour.opened_at
    return opened.replace(microsecond=0) + timedelta(seconds=1 + seconds)


def test_fixes_in_order_late_and_twice(district: Organisation) -> None:
    _person, tour, token = _on_duty(district)
    queries = [
        _fix(token, _soon(tour, 20), lat=19.27),
        _fix(token, _soon(tour, 10), lat=19.26),
        _fix(token, _soon(tour, 20), lat=19.27),
    ]
    assert _send(*queries) == [200, 200, 200]
    assert list(Fix.objects.order_by("fixed_at").values_list("tour_id", "lat")) == [(tour.pk, 19.26), (tour.pk, 19.27)]
    position = TourPosition.objects.get()
    assert (position.tour_id, position.fixed_at, round(position.geom.y, 6)) == (tour.pk, _soon(tour, 20), 19.27)
    assert DevicePosition.objects.get().fixed_at == _soon(tour, 20)
    (seen,) = tours_on_duty(actor=SYSTEM, at=clock.now())
    assert (seen.tour_id, seen.lat, seen.position_source, seen.is_mock) == (tour.pk, 19.27, "osmand", False)


def test_a_faked_position_is_kept_and_shown_as_such(district: Organisation) -> None:
    _person, tour, token = _on_duty(district)
    assert _send(_fix(token, _soon(tour, 0), mock="1")) == [200]
    assert Fix.objects.get().is_mock
    (unit,) = units_on_duty(actor=SYSTEM, at=clock.now())
    assert (unit.tour.is_mock, unit.placed_by) == (True, "last_fix")


def test_off_duty_is_answered_and_dropped(district: Organisation) -> None:
    person, tour, token = _on_duty(district)
    stranger = a_person(district, login=False)
    _device, idle = a_device(district, person=stranger)
    before = tour.opened_at - timedelta(hours=1)
    assert _send(_fix(idle, clock.now()), _fix(token, before)) == [200, 200]
    tour_close(actor=SYSTEM, tour_id=tour.pk)
    assert _send(_fix(token, clock.now() + timedelta(seconds=2))) == [200]
    assert not Fix.objects.exists()
    assert not TourPosition.objects.exists()
    del person


def test_who_left_the_tour_is_not_followed(district: Organisation) -> None:
    person, mate = a_person(district, login=False), a_person(district, login=False)
    _device, token = a_device(district, person=mate)
    tour = a_tour(district, person, mate, opened=True)
    tour_member_leave(actor=SYSTEM, tour_id=tour.pk, person_id=mate.pk)
    assert _send(_fix(token, clock.now() + timedelta(seconds=1))) == [200]
    assert not Fix.objects.exists()


def test_a_car_s_terminal_follows_the_tour_of_the_car(district: Organisation) -> None:
    car = a_vehicle(district)
    _device, token = a_device(district, vehicle=car)
    tour = a_tour(district, vehicle=car, opened=True)
    assert _send(_fix(token, _soon(tour, 0))) == [200]
    assert Fix.objects.get().tour_id == tour.pk


def test_locked_and_unknown_devices_are_refused(district: Organisation) -> None:
    person, tour, token = _on_duty(district)
    device = person.device_bindings.get().device
    assert _send(_fix(token, _soon(tour, 0))) == [200]
    device_lock(actor=SYSTEM, device_id=device.pk, reason="遗失")
    assert _send(_fix(token, _soon(tour, 5)), _fix("nobody", _soon(tour, 5))) == [403, 404]
    assert Fix.objects.count() == 1


def test_partitions_of_the_coming_days_take_the_fixes(district: Organisation) -> None:
    _person, tour, token = _on_duty(district)
    assert _send(_fix(token, _soon(tour, 0))) == [200]
    names = fix_partitions_make(clock.now().astimezone(UTC).date(), 3)
    assert len(set(names)) == 4
    assert names == fix_partitions_make(clock.now().astimezone(UTC).date(), 3)
    assert Fix.objects.get().tour_id == tour.pk  # moved out of the default partition
    assert _send(_fix(token, _soon(tour, 5))) == [200]
    assert Fix.objects.count() == 2


def test_sos_becomes_one_incident(district: Organisation) -> None:
    _person, tour, token = _on_duty(district)
    call = _fix(token, _soon(tour, 0), alarm="sos")
    assert _send(call, call, _fix(token, _soon(tour, 1), alarm="lowBattery")) == [200, 200, 200]
    event = Event.objects.get(topic="patrols.device_sos")
    assert (event.organisation_path, event.audience) == (tour.organisation_path, "incident")
    assert event.subject["tour_id"] == tour.pk
    assert _send(call) == [200]
    while outbox.run_due(50):
        pass
    incident = Incident.objects.get()
    assert (incident.kind, incident.source, incident.state) == ("sos", "device_sos", "pending")
    assert (round(incident.geom.x, 5), round(incident.geom.y, 5)) == (110.45, 19.25)
    assert incident.happened_at == _soon(tour, 0) or incident.happened_at == incident.received_at
    assert tour.unit.call_sign in incident.title
    assert incident.risk == {"caller_tour_id": tour.pk}


def test_sos_sends_another_unit_than_the_caller_s(district: Organisation) -> None:
    a_network(district)
    person = a_person(district, login=False)
    _device, token = a_device(district, person=person)
    caller = a_tour(district, person, opened=True)
    _other, far, far_token = _on_duty(district)
    (lon, lat), (far_lon, far_lat) = lonlat(2000, 100), lonlat(2000, 2900)
    assert _send(
        _fix(far_token, _soon(far, 0), lon=far_lon, lat=far_lat),
        _fix(token, _soon(caller, 0), alarm="sos", lon=lon, lat=lat),
    ) == [200, 200]
    while outbox.run_due(50):
        pass
    assignment = Assignment.objects.get()
    assert (assignment.tour_id, assignment.state) == (far.pk, "offered")
    states = {unit.tour.tour_id: unit.state for unit in units_on_duty(actor=SYSTEM, at=clock.now())}
    assert states == {caller.pk: "free", far.pk: "offered"}


def test_sos_off_duty_is_raised_without_a_track(district: Organisation) -> None:
    _device, token = a_device(district, person=a_person(district, login=False))
    assert _send(_fix(token, clock.now(), alarm="sos")) == [200]
    event = Event.objects.get(topic="patrols.device_sos")
    assert (event.subject["tour_id"], event.organisation_path) == (None, district.path)
    assert not Fix.objects.exists()


@pytest.mark.parametrize("broken", [{}, {"lat": "0", "lon": "0"}, {"lat": "?", "lon": "110.45"}])
def test_sos_without_a_position_is_raised_at_the_last_fix(district: Organisation, broken: dict[str, str]) -> None:
    _person, tour, token = _on_duty(district)
    call = {"id": token, "timestamp": _soon(tour, 5).isoformat(), "alarm": "sos", **broken}
    assert _send(_fix(token, _soon(tour, 0)), call, call) == [200, 200, 200]
    while outbox.run_due(50):
        pass
    incident = Incident.objects.get()
    assert (incident.kind, incident.source, "last_fix" in incident.place_flags) == ("sos", "device_sos", True)
    assert (round(incident.geom.x, 5), round(incident.geom.y, 5)) == (110.45, 19.25)
    assert incident.risk == {"caller_tour_id": tour.pk} and tour.unit.call_sign in incident.title
    assert Fix.objects.count() == 1


def test_sos_of_one_never_seen_is_raised_at_the_seat_of_its_organisation(district: Organisation) -> None:
    a_network(district)
    seat = a_station(district, 110.44, 19.22)
    _person, _tour, token = _on_duty(district)
    assert _send({"id": token, "alarm": "sos"}) == [200]
    while outbox.run_due(50):
        pass
    incident = Incident.objects.get()
    assert (incident.geom.x, incident.geom.y) == (seat.geom.x, seat.geom.y)
    assert "no_position" in incident.place_flags and incident.text
    assert incident.organisation_path.startswith(district.path)


def test_sos_without_anything_is_raised_in_the_middle_of_the_network(district: Organisation) -> None:
    a_network(district)
    _person, _tour, token = _on_duty(district)
    assert _send({"id": token, "alarm": "sos"}, {"id": "nobody", "alarm": "sos"}) == [200, 404]
    while outbox.run_due(50):
        pass
    assert "no_position" in Incident.objects.get().place_flags


def test_other_alarms_without_a_position_raise_nothing(district: Organisation) -> None:
    _person, _tour, token = _on_duty(district)
    assert _send({"id": token, "alarm": "lowBattery"}) == [200]
    assert not Event.objects.filter(topic="patrols.device_sos").exists()


def test_sos_of_a_locked_or_unknown_device_raises_nothing(district: Organisation) -> None:
    device, token = a_device(district, person=a_person(district, login=False))
    device_lock(actor=SYSTEM, device_id=device.pk, reason="被盗")
    assert _send(_fix(token, clock.now(), alarm="sos"), _fix("nobody", clock.now(), alarm="sos")) == [403, 404]
    assert not Event.objects.filter(topic="patrols.device_sos").exists()


def test_the_server_s_stop_stores_what_is_held_and_ends_the_clock() -> None:
    sent: list[str] = []

    async def live() -> None:
        inbox: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        for kind in ("lifespan.startup", "lifespan.shutdown"):
            inbox.put_nowait({"type": kind})

        async def send(message: Any) -> None:
            sent.append(message["type"])

        await application({"type": "lifespan"}, inbox.get, send)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(live())
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
