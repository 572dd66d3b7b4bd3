"""The slow channel: enqueued after commit, sent once a key, and its loss stops nobody."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from kombu.exceptions import OperationalError as BrokerGone

from core.models import ConsoleMessage, OutboxTask
from incidents import tasks
from incidents.dispatch.timers import RECEIPT_S
from incidents.models import Delivery
from incidents.services import gateways
from tests.factories.incidents import World, later, refresh


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What was enqueued."""
    enqueued: list[int] = []
    monkeypatch.setattr(tasks.delivery_send, "delay", enqueued.append)
    monkeypatch.setattr(gateways._Broker, "gone_at", float("-inf"))
    return enqueued


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A broker that is gone; how often it was asked."""
    asked: list[int] = []

    def delay(delivery_id: int) -> None:
        asked.append(delivery_id)
        raise BrokerGone("no Redis")

    monkeypatch.setattr(tasks.delivery_send, "delay", delay)
    monkeypatch.setattr(gateways._Broker, "gone_at", float("-inf"))
    return asked


def _unreceived(world: World, capture: Any) -> tuple[Any, Delivery]:
    _incident, assignment = world.sent(kind="congestion")
    with capture(execute=True):
        later(RECEIPT_S + 0.5)
    return assignment, Delivery.objects.get(assignment=assignment, channel="gateway")


def test_the_second_channel_is_enqueued_and_sent_once(
    world: World, broker: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    world.crew(duty_phone="0898-555123")
    assignment, delivery = _unreceived(world, django_capture_on_commit_callbacks)
    assert broker == [delivery.pk] and delivery.state == "waiting"
    assert gateways.delivery_send(delivery.pk) is True
    assert gateways.delivery_send(delivery.pk) is False, "a worker that runs twice sends nothing more"
    message = ConsoleMessage.objects.get()
    assert (message.address, message.key) == ("0898-555123", delivery.key)
    assert assignment.incident.number in message.text and "签收" in message.text
    assert refresh(delivery).state == "sent" and refresh(delivery).sent_at is not None


def test_a_crash_between_sending_and_saying_so_sends_no_second_message(
    world: World, broker: list[int], django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.crew()
    _assignment, delivery = _unreceived(world, django_capture_on_commit_callbacks)

    def killed(*_args: Any, **_fields: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(gateways, "delivery_sent", killed)
        gateways.delivery_send(delivery.pk)
    assert refresh(delivery).state == "waiting"
    assert gateways.delivery_send(delivery.pk) is True
    assert ConsoleMessage.objects.count() == 1


def test_without_a_number_the_radio_card_comes_at_once(
    world: World, broker: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    world.crew(duty_phone="")
    assignment, delivery = _unreceived(world, django_capture_on_commit_callbacks)
    assert gateways.delivery_send(delivery.pk) is False
    assert refresh(delivery).state == "failed"
    assert Delivery.objects.filter(assignment=assignment, channel="radio_card", state="sent").exists()


def test_what_is_over_is_not_sent(world: World, broker: list[int], django_capture_on_commit_callbacks: Any) -> None:
    world.crew()
    assignment, delivery = _unreceived(world, django_capture_on_commit_callbacks)
    world.step(assignment, "acknowledged")
    assert gateways.delivery_send(delivery.pk) is False
    assert not ConsoleMessage.objects.exists()


def test_with_the_broker_gone_the_loop_goes_on(
    world: World, broken: list[int], django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    world.crew()
    with caplog.at_level(logging.WARNING):
        assignment, delivery = _unreceived(world, django_capture_on_commit_callbacks)
    assert broken == [delivery.pk]
    assert any("not enqueued" in record.message for record in caplog.records), "said aloud"
    assert not OutboxTask.objects.filter(done_at=None).exists(), "the urgent path is done with it"
    with django_capture_on_commit_callbacks(execute=True):
        later(RECEIPT_S + 0.5)
    assert Delivery.objects.filter(assignment=assignment, channel="radio_card", state="sent").exists()
    assert len(broken) == 1, "a broker just found gone is left alone for a while"


def test_what_no_worker_took_is_found_again(
    world: World, broken: list[int], django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.crew()
    _incident, assignment = world.sent(kind="congestion")
    world.crew(2000.0, 2900.0)
    with django_capture_on_commit_callbacks(execute=True):
        later(RECEIPT_S + 0.5)
    delivery = Delivery.objects.get(assignment=assignment, channel="gateway")
    again: list[int] = []
    assert gateways.deliveries_enqueue_waiting(again.append) == 0, "not yet"
    later(RECEIPT_S + 0.5)
    monkeypatch.setattr(gateways._Broker, "gone_at", float("-inf"))
    assert gateways.deliveries_enqueue_waiting(again.append) == 1
    assert again == [delivery.pk]
