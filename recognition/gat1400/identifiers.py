"""Identifiers of GA/T 1400.1: what the digits of a device's, picture's, vehicle's or order's identifier say.

A device has 20 digits, a picture (and every "source") 41, what is found on it 48, an order or notification 33. Devices
of some makers number as they please; such identifiers are still keys, they only say nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from recognition.gat1400.moments import CHINA, OLDEST_YEAR, read_moment

DEVICE_LENGTH = 20
IMAGE_LENGTH = 41
OBJECT_LENGTH = 48
ORDER_LENGTH = 33
MAX_LENGTH = 64
# A key shorter than the shortest standard one that holds place, time and number cannot be unique over the years.
MIN_UNIQUE_LENGTH = ORDER_LENGTH
MOTOR_VEHICLE_KIND = "02"
_KEY = re.compile(rf"[!-~]{{1,{MAX_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class DeviceId:
    """20 digits: area and unit (8), trade (2), type (3), network (1), number (6)."""

    text: str
    area: str
    trade: str
    kind: str
    network: str
    number: str


@dataclass(frozen=True, slots=True)
class ImageId:
    """41 digits: the device, the kind of source (2), when (14, local), number (5)."""

    text: str
    device: DeviceId
    kind: str
    taken_at: datetime
    number: str


@dataclass(frozen=True, slots=True)
class ObjectId:
    """48 digits: the picture on which something was found, what it is (2; 02 motor vehicle), number (5)."""

    text: str
    image: ImageId
    kind: str
    number: str


@dataclass(frozen=True, slots=True)
class OrderId:
    """33 digits: organisation (12), kind (2), when (14, local), number (5); some put when before kind."""

    text: str
    organisation: str
    kind: str
    made_at: datetime
    number: str


def is_key(text: str) -> bool:
    """Whether a text can be a key at all: printable ASCII without spaces, not longer than 64."""
    return _KEY.fullmatch(text) is not None


def device_id(text: str) -> DeviceId | None:
    """The parts of a device's identifier (also a checkpoint's, a server's); None where it is not 20 digits."""
    if not _digits(text, DEVICE_LENGTH):
        return None
    return DeviceId(text, text[:8], text[8:10], text[10:13], text[13], text[14:])


def image_id(text: str, zone: tzinfo = CHINA) -> ImageId | None:
    """The parts of a picture's identifier; None where it is not 41 digits or its time is none."""
    if not _digits(text, IMAGE_LENGTH):
        return None
    device, taken_at = device_id(text[:20]), _time(text[22:36], zone)
    if device is None or taken_at is None:
        return None
    return ImageId(text, device, text[20:22], taken_at, text[36:])


def object_id(text: str, zone: tzinfo = CHINA) -> ObjectId | None:
    """The parts of a MotorVehicleID and its like; None where it is not 48 digits or its time is none."""
    if not _digits(text, OBJECT_LENGTH):
        return None
    image = image_id(text[:IMAGE_LENGTH], zone)
    return None if image is None else ObjectId(text, image, text[41:43], text[43:])


def order_id(text: str, zone: tzinfo = CHINA) -> OrderId | None:
    """The parts of a DispositionID, SubscribeID or NotificationID; None where it is not 33 digits or has no time."""
    if not _digits(text, ORDER_LENGTH):
        return None
    made_at = _time(text[14:28], zone)
    if made_at is not None:
        return OrderId(text, text[:12], text[12:14], made_at, text[28:])
    made_at = _time(text[12:26], zone)
    return None if made_at is None else OrderId(text, text[:12], text[26:28], made_at, text[28:])


def make_image_id(device: str, taken_at: datetime, number: int, kind: str = "02", zone: tzinfo = CHINA) -> str:
    """A picture's identifier; ValueError where a part does not fit."""
    made = f"{device}{kind}{taken_at.astimezone(zone):%Y%m%d%H%M%S}{number:05d}"
    if taken_at.tzinfo is None or image_id(made, zone) is None:
        raise ValueError(f"no picture's identifier: {made}")
    return made


def make_object_id(image: str, number: int, kind: str = MOTOR_VEHICLE_KIND, zone: tzinfo = CHINA) -> str:
    """The identifier of what was found on a picture; ValueError where a part does not fit."""
    made = f"{image}{kind}{number:05d}"
    if object_id(made, zone) is None:
        raise ValueError(f"no object's identifier: {made}")
    return made


def make_order_id(organisation: str, kind: str, made_at: datetime, number: int, zone: tzinfo = CHINA) -> str:
    """An order's identifier, kind before time as the standard has it; ValueError where a part does not fit."""
    made = f"{organisation}{kind}{made_at.astimezone(zone):%Y%m%d%H%M%S}{number:05d}"
    if made_at.tzinfo is None or order_id(made, zone) is None:
        raise ValueError(f"no order's identifier: {made}")
    return made


def _digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()


def _time(text: str, zone: tzinfo) -> datetime | None:
    read = read_moment(text, zone)
    if read is None or read[0] < datetime(OLDEST_YEAR, 1, 1, tzinfo=UTC):
        return None
    return read[0]
