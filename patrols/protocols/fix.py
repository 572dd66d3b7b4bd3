"""What every tracker protocol decodes to: one position in metres, degrees, metres per second and UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

RejectCode = Literal[
    "missing_id",
    "unknown_device",
    "missing_position",
    "bad_number",
    "out_of_range",
    "bad_time",
    "future_time",
    "null_island",
    "bad_json",
]
REJECT_CODES: frozenset[str] = frozenset(RejectCode.__args__)  # type: ignore[attr-defined]

# Phones keep and re-send for ever what is not answered 2xx; so a request that could be read is answered 200 although
# it moves nobody.
_READABLE: frozenset[str] = frozenset({"missing_position", "future_time", "null_island"})

Extra = str | float | bool


@dataclass(frozen=True, slots=True)
class Fix:
    """One position report.

    `device` is the identifier or token exactly as sent; `lon`, `lat` are WGS-84 degrees; `fixed_at` is aware UTC by the
    device's clock (`time_from` = "receipt": the request named no time and the server's stands in). `None` = not given.
    `course_deg` is clockwise from true north, 0 <= course < 360; `battery` is a percentage. `is_mock`: the phone says
    that the position was faked. `valid` false: the receiver itself does not trust it; kept, never ranked by.
    """

    device: str
    lon: float
    lat: float
    fixed_at: datetime
    speed_mps: float | None = None
    course_deg: float | None = None
    accuracy_m: float | None = None
    altitude_m: float | None = None
    battery: float | None = None
    is_mock: bool = False
    valid: bool = True
    alarm: str | None = None
    time_from: Literal["device", "receipt"] = "device"
    extras: Mapping[str, Extra] = field(default_factory=dict)


class FixRejected(Exception):
    """A request that yields no fix: `code` (one of `REJECT_CODES`), the field, its value as sent and the cure.

    `readable` says that the message itself was understood (a heartbeat, a clock gone wrong): a known device gets 200.
    """

    def __init__(
        self,
        code: RejectCode,
        message: str,
        *,
        field: str | None = None,
        value: object = None,
        cure: str | None = None,
        readable: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.value = None if value is None else str(value)[:80]
        self.cure = cure
        self.readable = code in _READABLE if readable is None else readable

    @property
    def status(self) -> int:
        """HTTP status for a device that is known: 200 when readable, 404 unknown device, otherwise 400."""
        if self.readable:
            return 200
        return 404 if self.code == "unknown_device" else 400

    def as_dict(self) -> dict[str, str]:
        """The body of the product's one error shape; absent keys are left out."""
        pairs = {
            "code": self.code,
            "message": self.message,
            "field": self.field,
            "value": self.value,
            "cure": self.cure,
        }
        return {key: value for key, value in pairs.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send back once the fixes are stored, provided that the device is known."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """An alarm word of a report whose position (or time) can't be used: somebody may need help all the same.

    `called_at` is the device's time, or the minute of receipt where it has none: a repetition is the same call.
    """

    alarm: str
    called_at: datetime


@dataclass(frozen=True, slots=True)
class DecodedRequest:
    """One request, decoded. `device` is as sent ("" when absent); `credential` is what the token check hashes: the
    device itself, or OwnTracks' Basic password. `ignored` names message kinds that carry no position by design.
    `call` is set only where an alarm came without a usable fix.
    """

    fixes: tuple[Fix, ...]
    ignored: tuple[str, ...]
    rejected: tuple[FixRejected, ...]
    device: str
    credential: str
    answer: Answer
    call: Call | None = None
