"""What becomes of the records of each GA/T 1400 list message. Each function gives the failures by their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from recognition import metrics
from recognition.gat1400.outcomes import Batch, Read, StatusCode
from recognition.gat1400.vehicles import MotorVehicle
from recognition.intake.incoming import Clock, PassageIn
from recognition.models import ViidInbox, ViidSender
from recognition.services import inventory, picturing
from recognition.services.senders import plain_sender
from recognition.services.storing import passages_take
from recognition.views.message import Message

MINUTE = timedelta(minutes=1)
Failures = Mapping[int, tuple[StatusCode, str]]
NONE: Failures = {}


def passage_in(vehicle: MotorVehicle, clock: Clock = Clock.PLAUSIBLE) -> PassageIn:
    """A GA/T 1400 passage as storing wants it."""
    return PassageIn(
        key=vehicle.id,
        passed_at=vehicle.passed_at,
        camera_code=vehicle.device_id,
        text=vehicle.plate_text,
        reading=vehicle.reading.value,
        plate=vehicle.plate,
        kind_code=vehicle.kind_code or "",
        colour=vehicle.colour,
        reliability=vehicle.reliability,
        clock=clock,
        tollgate_code=vehicle.tollgate_id or "",
        lane=vehicle.lane,
        direction=vehicle.direction,
        speed_kmh=vehicle.speed_kmh,
        vehicle_class=vehicle.vehicle_class,
        vehicle_colour=vehicle.vehicle_colour,
        position=vehicle.position,
        hints=tuple(sorted(hint.value for hint in vehicle.hints)),
        urls=vehicle.urls,
        pictures=vehicle.pictures,
    )


def take_passages(sender: ViidSender, message: Message, batch: Batch[Any]) -> Failures:
    """Stored, compared, and their pictures kept. What has an impossible time is stored by that of its receipt, compared
    as doubtful, and still refused to the device: its clock has to be set.
    """
    records: list[tuple[Any, Clock]] = []
    for one in batch.in_order():
        if isinstance(one, Read):
            records.append((one.record, Clock.PLAUSIBLE))
        elif one.record is not None and one.code in (Clock.FUTURE.value, Clock.ANCIENT.value):
            records.append((one.record, Clock(one.code)))
    metrics.count("refused", len(batch.refused))
    _keep(sender, message, records)
    return NONE


def take_notified(sender: ViidSender, message: Message, batch: Batch[Any]) -> Failures:
    """Passages that another system sends under a subscription of ours."""
    vehicles = [vehicle for one in batch.records for vehicle in one.vehicles.records]
    _keep(sender, message, [(vehicle, Clock.PLAUSIBLE) for vehicle in vehicles])
    return NONE


def _keep(sender: ViidSender, message: Message, records: Sequence[tuple[MotorVehicle, Clock]]) -> None:
    """Passages first: a picture that can't be kept takes none of them along."""
    plain = plain_sender(sender)
    passages = [passage_in(vehicle, how) for vehicle, how in records]
    passages_take(plain, passages, received_at=message.at)
    for passage in passages:
        picturing.pictures_keep(plain, passage.pictures, passage_key=passage.key, at=passage.passed_at)


def take_images(sender: ViidSender, message: Message, batch: Batch[Any]) -> Failures:
    """Pictures that come by themselves; the passage names them by their identifier."""
    plain = plain_sender(sender)
    failed = {}
    for one in batch.read:
        picture = one.record
        problem = picturing.picture_keep(plain, picture, passage_key="", at=picture.shot_at or message.at)
        if problem:
            failed[one.index] = (StatusCode.INVALID_JSON_CONTENT, problem)
    return failed


def take_cameras(sender: ViidSender, message: Message, batch: Batch[Any]) -> Failures:
    """What a device says of its cameras."""
    inventory.inventory_note(sender, "camera", [(one.record.id, one.record) for one in batch.read])
    return NONE


def take_tollgates(sender: ViidSender, message: Message, batch: Batch[Any]) -> Failures:
    """What a device says of its checkpoints."""
    inventory.inventory_note(sender, "tollgate", [(one.record.id, one.record) for one in batch.read])
    return NONE


def take_lanes(sender: ViidSender, message: Message, batch: Batch[Any]) -> Failures:
    """What a device says of the lanes of its checkpoints."""
    rows = [(f"{one.record.tollgate_id}/{one.record.lane_id}", one.record) for one in batch.read]
    inventory.inventory_note(sender, "lane", rows)
    return NONE


def take_orders(sender: ViidSender, message: Message, batch: Batch[Any]) -> Failures:
    """Control orders of another system wait for a person who takes them over."""
    for one in batch.read:
        kind = ViidInbox.Kind.WITHDRAWAL if one.record.withdraws else ViidInbox.Kind.ORDER
        inventory.inbox_put(sender, kind, one.record.id, one.record)
    return NONE


def take_alarms(sender: ViidSender, message: Message, batch: Batch[Any]) -> Failures:
    """Alarms of another system, likewise."""
    for one in batch.read:
        inventory.inbox_put(sender, ViidInbox.Kind.ALARM, one.record.id, one.record)
    return NONE


def take_subscriptions(sender: ViidSender, message: Message, batch: Batch[Any]) -> Failures:
    """What another system wants to be sent: kept as asked; nothing is sent before somebody here allows it."""
    for one in batch.read:
        inventory.subscription_put(sender, one.record)
    return NONE


def count(sender: ViidSender, message: Message, batch: Batch[Any]) -> Failures:
    """Answered, counted and dropped: nobody's face or way on foot is kept here."""
    metrics.count("dropped", len(batch))
    return NONE
