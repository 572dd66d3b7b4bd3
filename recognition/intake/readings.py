"""Passages as JSON clients and readers send them. Django-free; a bad item is refused by its place, the rest stands."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from recognition.gat1400.identifiers import is_key
from recognition.gat1400.moments import CHINA, OLDEST_YEAR, read_moment
from recognition.gat1400.outcomes import MAX_SHOWN, storable
from recognition.intake.incoming import Clock, PassageIn
from recognition.plates.codes import KIND_CODES
from recognition.plates.grammar import PlateColour
from recognition.plates.plate import Plate, parse, reading_of

MAX_ITEMS = 1_000
AHEAD = timedelta(days=1)
MAX_TEXT = 40
MAX_SPEED_KMH = 300.0


@dataclass(frozen=True, slots=True)
class BadItem:
    """Why one item of a batch was refused."""

    index: int
    code: str
    field: str
    value: str
    cure: str


class _Refused(Exception):
    def __init__(self, code: str, field: str, value: object, cure: str) -> None:
        super().__init__(code)
        self.code, self.field, self.value, self.cure = code, field, value, cure


def passages_of(items: Sequence[object], *, received_at: datetime) -> tuple[dict[int, PassageIn], list[BadItem]]:
    """The passages of a JSON batch by their place, and what was refused.

    An item: `{"id", "camera", "passed_at", "plate", "kind_code", "colour", "reliability", "lane", "direction",
    "speed_kmh", "vehicle_class", "vehicle_colour", "lon", "lat"}`; the first three are needed, `passed_at` is ISO 8601
    (without an offset: UTC+8) or seconds since 1970.
    """
    read: dict[int, PassageIn] = {}
    refused: list[BadItem] = []
    for index, item in enumerate(items):
        try:
            if not isinstance(item, Mapping):
                raise _Refused("not_an_object", "", item, 'send {"id": …, "camera": …, "passed_at": …}')
            read[index] = _passage(item, received_at)
        except _Refused as why:
            shown = storable(str(why.value)[:MAX_SHOWN])
            refused.append(BadItem(index, why.code, why.field, shown, why.cure))
    return read, refused


def stream_items(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The items of a Plate Recognizer Stream webhook: one a result. Raises KeyError or TypeError where it is none."""
    data = body["data"]
    found = []
    for result in data["results"]:
        vehicle = result.get("vehicle") or {}
        colours = result.get("color") or [{}]
        text = str(result["plate"])
        key = hashlib.sha256(f"{data['camera_id']}|{data['timestamp']}|{text}|{result.get('box')}".encode()).hexdigest()
        found.append(
            {
                "id": key[:48],
                "camera": str(data["camera_id"]),
                "passed_at": data["timestamp"],
                "plate": text,
                "reliability": result.get("score"),
                "direction": str(result.get("direction") or ""),
                "vehicle_class": str(vehicle.get("type") or ""),
                "vehicle_colour": str(colours[0].get("color") or ""),
            }
        )
    return found


def _passage(item: Mapping[str, Any], received_at: datetime) -> PassageIn:
    key, camera = _key(item, "id"), _key(item, "camera")
    moment = read_moment(item.get("passed_at"), CHINA)
    if moment is None:
        raise _Refused("bad_time", "passed_at", item.get("passed_at"), "send 2026-11-21T08:00:00+08:00")
    passed_at = moment[0]
    colour = _colour(item)
    text = _text(item, "plate")
    parsed = parse(text, colour)
    plate = parsed if isinstance(parsed, Plate) else None
    kind_code = _text(item, "kind_code")
    if kind_code and kind_code not in KIND_CODES:
        raise _Refused("bad_code", "kind_code", kind_code, "send the two-digit plate-kind code, or leave it out")
    if plate is not None and not kind_code and len(plate.kind_codes) == 1:
        kind_code = plate.kind_codes[0]
    lane = _number(item, "lane", 0, 99)
    return PassageIn(
        key=key,
        passed_at=passed_at,
        camera_code=camera,
        text=text,
        reading="plate" if plate is not None else reading_of(parsed).value,
        plate=plate,
        kind_code=kind_code,
        colour=colour,
        reliability=_number(item, "reliability", 0, 1),
        clock=_clock(passed_at, received_at),
        lane=None if lane is None else int(lane),
        direction=_text(item, "direction"),
        speed_kmh=_number(item, "speed_kmh", 0, MAX_SPEED_KMH),
        vehicle_class=_text(item, "vehicle_class"),
        vehicle_colour=_text(item, "vehicle_colour"),
        position=_position(item),
    )


def _clock(passed_at: datetime, received_at: datetime) -> Clock:
    if passed_at > received_at + AHEAD:
        return Clock.FUTURE
    return Clock.ANCIENT if passed_at.year < OLDEST_YEAR else Clock.PLAUSIBLE


def _key(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    if not isinstance(value, str) or not is_key(value):
        raise _Refused("bad_id", name, value, "send 1 to 64 printable characters without spaces")
    return value


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _Refused("not_a_text", name, value, "send a text, or leave it out")
    return storable(value)[:MAX_TEXT]


def _number(item: Mapping[str, Any], name: str, low: float, high: float) -> float | None:
    value = item.get(name)
    if value is None or value == "":
        return None
    try:
        number = float(value) if not isinstance(value, bool) else math.nan
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not low <= number <= high:
        raise _Refused("bad_number", name, value, f"send a number from {low:g} to {high:g}, or leave it out")
    return number


def _colour(item: Mapping[str, Any]) -> PlateColour | None:
    text = _text(item, "colour")
    if not text:
        return None
    try:
        return PlateColour(text)
    except ValueError:
        known = ", ".join(each.value for each in PlateColour)
        raise _Refused("bad_code", "colour", text, f"one of {known}, or leave it out") from None


def _position(item: Mapping[str, Any]) -> tuple[float, float] | None:
    lon, lat = _number(item, "lon", -180, 180), _number(item, "lat", -90, 90)
    if (lon is None) != (lat is None):
        raise _Refused("bad_place", "lon", item.get("lon"), "send both lon and lat, or neither")
    return None if lon is None or lat is None else (lon, lat)
