"""Statuses told to 110 and 122 over real HTTP: signed, once by their key, tried again, given up onto a card."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from core import clock
from core.errors import Conflict, Forbidden, InvalidInput
from core.models import AuditRow, Event
from core.notifications import GatewayFailed, signed_http
from core.notifications.signed_http import SignedHttpGateway, secret_name
from core.services import clock_set
from incidents import services
from incidents.models import StatusReturn, TransferSystem
from incidents.selectors import status_return_summary, status_returns_failed_to
from incidents.services import Transfer, casework_setup, status_returns
from stations.types import Role
from tests.factories.incidents import World
from tests.factories.roads import lonlat
from tests.factories.stations import an_actor

pytestmark = pytest.mark.django_db
SECRET = "two sides hold this key"
LON, LAT = lonlat(2000.0, 1000.0)


@dataclass
class Receiver:
    """The other side: keeps what is signed rightly, each key once; answers as `answers` says, then 200."""

    answers: list[int] = field(default_factory=list)
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    silent: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/status?from=luzhang"

    def receive(self, path: str, headers: Any, body: bytes) -> int:
        key, timestamp = headers["Idempotency-Key"], headers["Luzhang-Timestamp"]
        self.asked.append((path, key))
        signed = f"{timestamp}.{key}.".encode() + body
        good = "v1=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(good, headers["Luzhang-Signature"]) or headers["Luzhang-Key"] != secret_name(SECRET):
            return 401
        status = self.answers.pop(0) if self.answers else 200
        if status < 300:
            self.taken[key] = json.loads(body)
        return status


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A real server on this machine."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/silent":
                found.silent.wait()
                return
            status = found.receive(self.path, self.headers, body)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(b"said so")

        def log_message(self, *_said: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield found
    found.silent.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def told(world: World, receiver: Receiver) -> StatusReturn:
    """A case of 122, which is told by signed HTTP; its first status waits."""
    administrator = an_actor(world.city, Role.ADMINISTRATOR)
    system = TransferSystem.objects.get(code="122")
    given = {"gateway": "signed_http", "address": receiver.address, "secret": SECRET}
    casework_setup.transfer_system_save(actor=administrator, system=system, **given)
    place = {"lon": LON, "lat": LAT, "datum": "wgs84"}
    transfer = Transfer(system="122", number="3201-9", kind_code="A3", caller_phone="13800000000", place=place)
    services.transfer_receive(actor=world.desk, transfer=transfer)
    return StatusReturn.objects.select_related("case__system", "case__incident").get()


def test_a_status_arrives_signed_and_once(told: StatusReturn, receiver: Receiver) -> None:
    receiver.answers = [503]
    assert not status_returns.status_return_send(told.pk)
    told.refresh_from_db()
    assert told.state == "waiting" and told.detail == "HTTP 503 said so"
    assert status_returns.status_return_send(told.pk)
    told.refresh_from_db()
    assert (told.state, told.detail) == ("sent", "signed_http HTTP 200")
    assert receiver.asked == [("/status?from=luzhang", str(told.uid))] * 2, "each try names the same key"
    (body,) = receiver.taken.values()
    assert (body["number"], body["state"]) == ("3201-9", "pending") and "13800000000" not in json.dumps(body)
    assert not status_returns.status_return_send(told.pk), "what was taken is not told again"


def test_the_key_is_kept_sealed_and_audited_by_its_name_only(world: World, told: StatusReturn) -> None:
    system = told.case.system
    assert TransferSystem.objects.get(pk=system.pk).secret == SECRET
    audited = str(list(AuditRow.objects.filter(action="incidents.transfersystem_save").values_list("details")))
    assert secret_name(SECRET) in audited and SECRET not in audited
    administrator = an_actor(world.city, Role.ADMINISTRATOR)
    casework_setup.transfer_system_save(actor=administrator, system=system, name="交警 122", secret="")
    assert TransferSystem.objects.get(pk=system.pk).secret == SECRET, "an empty field keeps it"
    for wrong in (
        {"secret": "short"},
        {"address": "ftp://localhost/"},
        {"address": "http://user@localhost/"},
        {"address": ""},
    ):
        with pytest.raises(InvalidInput) as refused:
            casework_setup.transfer_system_save(actor=administrator, system=system, **wrong)
        assert refused.value.field in wrong


def test_refusals_redirects_silence_and_nobody_there(
    told: StatusReturn, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signed_http, "TIMEOUT_S", 0.2)
    way = SignedHttpGateway()
    receiver.answers = [302]
    with pytest.raises(GatewayFailed, match="HTTP 302"):
        way.send_signed(receiver.address, "{}", "k1", secret=SECRET)
    with pytest.raises(GatewayFailed, match="HTTP 401"):
        way.send_signed(receiver.address, "{}", "k2", secret="another key of some length")
    with pytest.raises(GatewayFailed, match=r"[Tt]ime"):
        way.send_signed(f"http://127.0.0.1:{receiver.port}/silent", "{}", "k3", secret=SECRET)
    with pytest.raises(GatewayFailed, match="refused"):
        way.send_signed("http://127.0.0.1:1/", "{}", "k4", secret=SECRET)
    for address, secret in ((receiver.address, ""), ("122", SECRET)):
        with pytest.raises(GatewayFailed):
            way.send_signed(address, "{}", "k5", secret=secret)
    assert receiver.taken == {}


def test_given_up_it_lies_at_the_desk_until_somebody_settles_it(
    world: World, told: StatusReturn, receiver: Receiver
) -> None:
    receiver.answers = [500] * status_returns.TRIES_AT_MOST
    for hours in range(status_returns.TRIES_AT_MOST):
        assert not status_returns.status_return_send(told.pk)
        clock_set(actor_id=None, offset=timedelta(hours=2 * hours))
    (card,) = status_returns_failed_to(world.desk)
    assert card.state == "failed" and "HTTP 500" in card.detail
    event = Event.objects.get(topic="incidents.status_return_changed")
    assert event.payload["status_return"] == status_return_summary(card)
    assert not status_returns_failed_to(an_actor(world.south, Role.DISPATCHER))
    with pytest.raises(Forbidden):
        services.status_return_again(actor=world.reviewer, return_uid=str(card.uid))
    services.status_return_again(actor=world.desk, return_uid=str(card.uid))
    assert not status_returns_failed_to(world.desk)
    assert status_returns.status_return_send(told.pk) and receiver.taken
    with pytest.raises(Conflict) as late:
        services.status_return_dismiss(actor=world.desk, return_uid=str(card.uid), text="电话告知")
    assert late.value.code == "not_failed"


def test_what_was_told_by_phone_is_off_the_desk(world: World, told: StatusReturn) -> None:
    StatusReturn.objects.filter(pk=told.pk).update(state="failed", next_try_at=None, at=clock.now())
    with pytest.raises(InvalidInput):
        services.status_return_dismiss(actor=world.desk, return_uid=str(told.uid), text=" ")
    services.status_return_dismiss(actor=world.desk, return_uid=str(told.uid), text="电话告知王某")
    told.refresh_from_db()
    assert (told.state, told.detail) == ("dismissed", "电话告知王某")
    assert not status_returns_failed_to(world.desk)
