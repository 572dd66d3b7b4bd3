"""Cases that 110 or 122 hand over: once, by their codes, in any datum; and what they are told afterwards."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.errors import InvalidInput, NotFound
from core.geo.datum import from_wgs84
from core.notifications import GatewayFailed, Receipt, register
from core.services import clock_set
from incidents import services
from incidents.models import Incident, StatusReturn, TransferCase, TransferKind, TransferSystem
from incidents.selectors import incident_detail
from incidents.services import Transfer, status_returns
from tests.factories.incidents import WHOLE_WAY, World, refresh
from tests.factories.roads import lonlat

pytestmark = pytest.mark.django_db
LON, LAT = lonlat(2000.0, 1000.0)


class Gate:
    """A gateway that keeps what it is given, or refuses it."""

    def __init__(self) -> None:
        self.refuses = False
        self.got: list[tuple[str, dict[str, Any], str]] = []

    def send(self, address: str, text: str, key: str) -> Receipt:
        if self.refuses:
            raise GatewayFailed("line is down", field="address")
        self.got.append((address, json.loads(text), key))
        return Receipt("gate", key, clock.now())


@pytest.fixture
def gate() -> Any:
    found = Gate()
    register("status", found)
    yield found
    from core.notifications.console import ConsoleGateway

    register("status", ConsoleGateway("status"))


def _transfer(world: World, number: str = "3201-77", **fields: Any) -> tuple[TransferCase, bool]:
    values = {"system": "122", "number": number, "kind_code": "A3", "text": "两车刮擦", "caller_phone": "13800000000"}
    place = {"lon": LON, "lat": LAT, "datum": "wgs84"}
    return services.transfer_receive(actor=world.desk, transfer=Transfer(**{**values, "place": place, **fields}))


def _send_all() -> None:
    for return_id in StatusReturn.objects.filter(state="waiting").order_by("id").values_list("pk", flat=True):
        status_returns.status_return_send(return_id)


def test_the_same_number_comes_in_once(world: World) -> None:
    first, new = _transfer(world)
    again, newer = _transfer(world, text="两车刮擦，重发")
    assert (new, newer) == (True, False) and first.pk == again.pk
    assert Incident.objects.count() == 1 and first.incident.source == "transfer"
    other, _new = _transfer(world, number="3201-78")
    assert other.incident_id != first.incident_id
    assert _transfer(world, system="110", number="3201-77")[1], "numbers are of their system"


def test_kind_codes_are_a_table(world: World) -> None:
    system = TransferSystem.objects.get(code="122")
    TransferKind.objects.create(system=system, code="A3", kind="crash_injury")
    assert _transfer(world)[0].incident.kind == "crash_injury"
    assert _transfer(world, number="b", kind_code="hazard")[0].incident.kind == "hazard", "our own code says itself"
    assert _transfer(world, number="c", kind_code="ZZ")[0].incident.kind == "crash", "the row for everything else"
    TransferKind.objects.filter(code="").delete()
    with pytest.raises(InvalidInput) as refused:
        _transfer(world, number="d", kind_code="ZZ")
    assert refused.value.field == "kind_code"
    assert not TransferCase.objects.filter(number="d").exists(), "they may send it again when the row is there"


def test_any_datum_and_a_chainage(world: World) -> None:
    lon, lat = from_wgs84(LON, LAT, "gcj02")
    case, _new = _transfer(world, place={"lon": float(lon), "lat": float(lat), "datum": "gcj02"})
    assert (case.incident.geom.x, case.incident.geom.y) == pytest.approx((LON, LAT), abs=2e-6)
    with pytest.raises(InvalidInput) as refused:
        _transfer(world, number="b", place={"lon": LON, "lat": LAT})
    assert refused.value.field == "datum"
    with pytest.raises(InvalidInput):
        _transfer(world, number="c", place={})
    with pytest.raises(NotFound):
        _transfer(world, number="d", system="119")


def test_every_step_is_told_in_order_and_without_persons(world: World, gate: Gate) -> None:
    crew = world.crew()
    case, _new = _transfer(world)
    incident = case.incident
    services.incident_assign(
        actor=world.desk, incident_uid=str(incident.uid), tour_uid=str(crew.tour.uid), reason="最近"
    )
    world.walk(incident.assignments.get(), *WHOLE_WAY)
    services.incident_review(actor=world.reviewer, incident_uid=str(incident.uid))
    services.incident_close(actor=world.reviewer, incident_uid=str(incident.uid))
    newest = StatusReturn.objects.order_by("-id").first()
    assert newest is not None and not status_returns.status_return_send(newest.pk), "nothing overtakes an earlier one"
    _send_all()
    assert [body["state"] for _address, body, _key in gate.got] == [
        "pending",
        "active",
        "reported",
        "reviewed",
        "closed",
    ]
    assert {body["number"] for _address, body, _key in gate.got} == {"3201-77"}
    assert gate.got[1][1]["units"] == [crew.call_sign]
    assert "13800000000" not in json.dumps([body for _address, body, _key in gate.got])
    assert StatusReturn.objects.filter(state="sent").count() == 5
    shown = incident_detail(actor=world.desk, incident=refresh(incident))["transfer"]
    assert shown["number"] == "3201-77" and shown["returns"][0]["sending"] == "sent"


def test_a_line_that_is_down_is_tried_again_and_given_up_in_the_end(world: World, gate: Gate) -> None:
    gate.refuses = True
    _transfer(world)
    row = StatusReturn.objects.get()
    taken: list[int] = []
    hours = 0
    while StatusReturn.objects.get().state == "waiting":
        status_returns.status_return_send(row.pk)
        hours += 2
        clock_set(actor_id=None, offset=timedelta(hours=hours))
        status_returns.status_returns_enqueue(taken.append)
    row.refresh_from_db()
    assert (row.state, row.tries) == ("failed", status_returns.TRIES_AT_MOST)
    assert "line is down" in row.detail
    assert len(taken) == status_returns.TRIES_AT_MOST - 1, "the sweep finds each try again"


def test_a_case_of_our_own_tells_nobody(world: World) -> None:
    incident = world.report()
    services.incident_mark_false(actor=world.desk, incident_uid=str(incident.uid), reason="误报")
    assert not StatusReturn.objects.exists()
