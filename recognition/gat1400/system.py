"""System messages: register, keep alive, unregister, time; answers; and lists that are counted and not kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from functools import partial
from types import MappingProxyType

from recognition.gat1400.dialect import STANDARD, Dialect
from recognition.gat1400.envelope import (
    Shape,
    flattened,
    read_batch,
    read_json,
    read_object,
    read_records,
    records_of,
)
from recognition.gat1400.fields import Fields, named
from recognition.gat1400.identifiers import DEVICE_LENGTH, MAX_LENGTH
from recognition.gat1400.moments import CHINA
from recognition.gat1400.outcomes import Batch, MessageCode, MessageRejected, RecordRejected
from recognition.gat1400.quirks import NONE, Quirk, Quirks

REGISTER, KEEPALIVE, UNREGISTER = "RegisterObject", "KeepaliveObject", "UnRegisterObject"
_GREETING = named("DeviceID ProtocolVersion")
_TIME = named("VIIDServerID TimeMode LocalTime TimeZone")
MAX_STATUS = 999

STATUS = Shape(
    wrappers=("ResponseStatusListObject", "ResponseStatusList"),
    records=("ResponseStatusObject", "ResponseStatus"),
    id_field="Id",
    known=named("RequestURL StatusCode StatusString Id LocalTime"),
)


def _shape(name: str) -> Shape:
    return Shape(
        (f"{name}ListObject", f"{name}ObjectList", f"{name}List"),
        (f"{name}Object", name),
        f"{name}ID",
        named(f"{name}ID"),
    )


# What devices also push: counted and answered, and dropped. Nobody's face or way on foot is kept here.
COUNTED: MappingProxyType[str, Shape] = MappingProxyType(
    {
        "Persons": _shape("Person"),
        "Faces": _shape("Face"),
        "NonMotorVehicles": _shape("NonMotorVehicle"),
        "Things": _shape("Thing"),
        "Scenes": _shape("Scene"),
        "VideoSlices": Shape(
            ("VideoSliceListObject", "VideoSliceList"), ("VideoSlice", "VideoSliceObject"), "VideoID", named("VideoID")
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Greeting:
    """A device that registers, is alive or leaves."""

    device_id: str
    quirks: Quirks


@dataclass(frozen=True, slots=True)
class SystemTime:
    """The answer to a query for the time; `at` is aware UTC, `mode` as sent (1 by network, 2 by hand)."""

    server_id: str
    at: datetime
    mode: str = "1"
    zone_name: str = "+08:00"


@dataclass(frozen=True, slots=True)
class ResponseStatus:
    """What one record, or one message, was answered; 0 is success. `at` aware UTC."""

    url: str
    code: int
    text: str
    id: str = ""
    at: datetime | None = None

    @property
    def ok(self) -> bool:
        """Whether it was taken."""
        return self.code == 0


def greeting(body: bytes, name: str) -> Greeting:
    """The device in a `RegisterObject`, `KeepaliveObject` or `UnRegisterObject`; raises MessageRejected.

    Whether the device is the one that signed in is for the caller to compare.
    """
    raw, quirks = read_object(body, name)
    fields = Fields(raw, _GREETING)
    try:
        device = fields.key("DeviceID", DEVICE_LENGTH)
    except RecordRejected as why:
        code: MessageCode = "bad_id" if why.code == "bad_id" else "missing_field"
        raise MessageRejected(code, why.message, field=why.field, value=why.value, cure=why.cure) from None
    return Greeting(device, quirks | fields.quirks)


def system_time(body: bytes, zone: tzinfo = CHINA) -> SystemTime:
    """The time that another system answers with; raises MessageRejected."""
    raw, _ = read_object(body, "SystemTimeObject")
    fields = Fields(raw, _TIME)
    at = fields.moment("LocalTime", zone)
    if at is None:
        raise MessageRejected(
            "missing_field", "LocalTime is no time", field="LocalTime", value=raw.get("LocalTime"),
            cure="send LocalTime as yyyyMMddHHmmss",
        )  # fmt: skip
    return SystemTime(fields.text("VIIDServerID"), at, fields.code("TimeMode"), fields.code("TimeZone"))


def responses(body: bytes, *, dialect: Dialect = STANDARD) -> Batch[ResponseStatus]:
    """The answers in a `ResponseStatusListObject`, or the one in a `ResponseStatusObject`; raises MessageRejected."""
    batch = read_batch(body, STATUS, partial(_status, dialect=dialect))
    single = {Quirk.WRAPPER_MISSING, Quirk.SINGLE_OBJECT}
    return Batch(batch.read, batch.refused, batch.quirks - single) if single <= batch.quirks else batch


def counted(body: bytes, kind: str) -> Batch[str]:
    """Identifiers of the records of a list that is not kept (a key of `COUNTED`), so that each can be answered."""
    shape = COUNTED[kind]
    value, quirks = read_json(body)
    records, more = records_of(value, shape)
    flat = [flattened(one, ("videosliceinfoobject", "videosliceinfo")) for one in records]
    batch = read_records(flat, shape, lambda fields: fields.identity(shape.id_field)[:MAX_LENGTH], quirks | more)
    # Of these records nothing but the identifier is known, so "unknown fields" would say nothing.
    return replace(batch, read=tuple(replace(one, quirks=NONE) for one in batch.read))


def _status(fields: Fields, *, dialect: Dialect) -> ResponseStatus:
    code = fields.code("StatusCode")
    if not (code.isascii() and code.isdigit() and int(code[:4]) <= MAX_STATUS):
        raise RecordRejected(
            "missing_field", "StatusCode is no number", field="StatusCode", value=code, cure="send StatusCode"
        )
    if isinstance(fields.values.get("StatusCode"), str):
        fields.quirks.add(Quirk.NUMBER_AS_TEXT)
    return ResponseStatus(
        url=fields.text("RequestURL"),
        code=int(code),
        text=fields.text("StatusString"),
        id=fields.text("Id"),
        at=fields.moment("LocalTime", dialect.zone),
    )
