"""MotorVehicles 过车: what a camera saw pass, and the pictures of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial

from recognition.gat1400.dialect import STANDARD, Dialect
from recognition.gat1400.envelope import Shape, read_batch, read_records, records_of
from recognition.gat1400.fields import MAX_CODE, MAX_URL, Fields, named
from recognition.gat1400.identifiers import (
    DEVICE_LENGTH,
    IMAGE_LENGTH,
    MIN_UNIQUE_LENGTH,
    OBJECT_LENGTH,
    object_id,
)
from recognition.gat1400.moments import OLDEST_YEAR
from recognition.gat1400.outcomes import Batch, RecordRejected
from recognition.gat1400.pictures import SUB_IMAGE, Picture, read_picture
from recognition.gat1400.quirks import Quirk
from recognition.plates.codes import KIND_CODES, colour_of
from recognition.plates.grammar import PlateColour
from recognition.plates.plate import NotAPlateReason, Plate, Reading, parse, reading_of

MAX_SPEED_KMH = 300.0
MAX_LANE = 99
MAX_PIXELS = 100_000
_OLDEST = datetime(OLDEST_YEAR, 1, 1, tzinfo=UTC)
_TIMES = ("PassTime", "AppearTime", "MarkTime")
_PLACEHOLDERS = (NotAPlateReason.NO_PLATE, NotAPlateReason.UNREAD, NotAPlateReason.EMPTY)

MOTOR_VEHICLE = Shape(
    wrappers=("MotorVehicleListObject", "MotorVehicleObjectList", "MotorVehicleList"),
    records=("MotorVehicleObject", "MotorVehicle"),
    id_field="MotorVehicleID",
    known=named("""MotorVehicleID InfoKind SourceID TollgateID DeviceID StorageUrl1 StorageUrl2 StorageUrl3 StorageUrl4
        StorageUrl5 LeftTopX LeftTopY RightBtmX RightBtmY MarkTime AppearTime DisappearTime LaneNo HasPlate PlateClass
        PlateColor PlateNo PlateNoAttach PlateDescribe IsDecked IsAltered IsCovered Speed Direction DrivingStatusCode
        UsingPropertiesCode VehicleClass VehicleBrand VehicleModel VehicleStyles VehicleLength VehicleWidth
        VehicleHeight VehicleColor VehicleColorDepth VehicleHood VehicleTrunk VehicleWheel WheelPrintedPattern
        VehicleWindow VehicleRoof VehicleDoor SideOfVehicle CarOfVehicle RearviewMirror VehicleChassis VehicleShielding
        FilmColor IsModified HitMarkInfo VehicleBodyDesc VehicleFrontItem DescOfFrontItem VehicleRearItem
        DescOfRearItem NumOfPassenger PassTime NameOfPassedRoad IsSuspicious Sunvisor SafetyBelt Calling
        PlateReliability PlateCharReliability BrandReliability SubImageList Longitude Latitude"""),
)


class Hint(StrEnum):
    """What a camera suspects about a plate: a hint for a person, never a finding."""

    DECKED = "decked"
    ALTERED = "altered"
    COVERED = "covered"
    SUSPICIOUS = "suspicious"


@dataclass(frozen=True, slots=True)
class MotorVehicle:
    """One passage as a camera reported it.

    `passed_at` is aware UTC by the camera's clock. `plate_text` is what was sent, `plate` what it is (None unless
    `reading` is a plate), `attached` a trailer's. `kind_code` is the plate-kind code sent, where it agrees with the
    plate; else the only one that fits; else None. Reliabilities are shares of 1, None where the camera gives none.
    `box` is left, top, right, bottom in pixels of the scene. `position` (lon, lat) comes from moving cameras; the
    device's record names its datum. Codes of direction, vehicle class and colour are as sent.
    """

    id: str
    device_id: str
    passed_at: datetime
    plate_text: str
    reading: Reading
    plate: Plate | None = None
    kind_code: str | None = None
    colour: PlateColour | None = None
    reliability: float | None = None
    character_reliabilities: tuple[tuple[str, float], ...] = ()
    attached: Plate | None = None
    tollgate_id: str | None = None
    source_id: str | None = None
    lane: int | None = None
    direction: str = ""
    speed_kmh: float | None = None
    vehicle_class: str = ""
    vehicle_colour: str = ""
    vehicle_brand: str = ""
    box: tuple[int, int, int, int] | None = None
    position: tuple[float, float] | None = None
    hints: frozenset[Hint] = frozenset()
    urls: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = field(default=(), repr=False)


def motor_vehicles(body: bytes, *, received_at: datetime, dialect: Dialect = STANDARD) -> Batch[MotorVehicle]:
    """The passages in the body of `POST /VIID/MotorVehicles`; raises MessageRejected alone.

    `received_at` is aware UTC. A record whose time is impossible is refused with the record in it.
    """
    return read_batch(body, MOTOR_VEHICLE, partial(read_motor_vehicle, received_at=received_at, dialect=dialect))


def nested_motor_vehicles(value: object, *, received_at: datetime, dialect: Dialect) -> Batch[MotorVehicle]:
    """The same for a list inside another message; raises MessageRejected where it is none."""
    records, quirks = records_of(value, MOTOR_VEHICLE)
    read = partial(read_motor_vehicle, received_at=received_at, dialect=dialect)
    return read_records(records, MOTOR_VEHICLE, read, quirks - {Quirk.OTHER_NAME, Quirk.WRAPPER_MISSING})


def read_motor_vehicle(fields: Fields, *, received_at: datetime, dialect: Dialect) -> MotorVehicle:
    """One record; raises RecordRejected."""
    name = fields.key("MotorVehicleID", OBJECT_LENGTH, shortest=MIN_UNIQUE_LENGTH)
    device = fields.key("DeviceID", DEVICE_LENGTH)
    pictures = _pictures(fields, dialect)
    passed_at = _passed_at(fields, name, pictures, dialect)
    colour = _colour(fields, dialect)
    text, plate, reading = _plate(fields, colour)
    speed = fields.number("Speed", high=MAX_SPEED_KMH)
    if speed is not None and speed <= 0:
        fields.quirks.add(Quirk.SPEED_NOT_MEASURED)
        speed = None
    vehicle = MotorVehicle(
        id=name,
        device_id=device,
        passed_at=passed_at,
        plate_text=text,
        reading=reading,
        plate=plate,
        kind_code=_kind_code(fields, plate),
        colour=colour,
        reliability=fields.percent("PlateReliability"),
        character_reliabilities=_character_reliabilities(fields),
        attached=_attached(fields),
        tollgate_id=fields.optional_key("TollgateID", DEVICE_LENGTH),
        source_id=fields.optional_key("SourceID", IMAGE_LENGTH),
        lane=fields.integer("LaneNo", 0, MAX_LANE),
        direction=fields.code("Direction"),
        speed_kmh=speed,
        vehicle_class=fields.code("VehicleClass"),
        vehicle_colour=fields.code("VehicleColor"),
        vehicle_brand=fields.code("VehicleBrand"),
        box=_box(fields),
        position=fields.position(),
        hints=_hints(fields),
        urls=tuple(url for number in range(1, 6) if (url := fields.text(f"StorageUrl{number}", MAX_URL))),
        pictures=pictures,
    )
    _check_time(vehicle, received_at, dialect)
    return vehicle


def _pictures(fields: Fields, dialect: Dialect) -> tuple[Picture, ...]:
    found: list[Picture] = []
    for raw in fields.listed("SubImageList", "SubImageInfoObject"):
        if not isinstance(raw, dict):
            fields.quirks.add(Quirk.VALUE_UNREADABLE)
            continue
        inner = Fields(raw, SUB_IMAGE)
        found.append(read_picture(inner, dialect))
        fields.quirks |= inner.quirks
    if not found:
        fields.quirks.add(Quirk.NO_PICTURES)
    return tuple(found)


def _passed_at(fields: Fields, name: str, pictures: Sequence[Picture], dialect: Dialect) -> datetime:
    """When it passed: the first of the record's own times that is one, then a picture's, then the identifier's."""
    for place, one in enumerate(_TIMES):
        moment = fields.moment(one, dialect.zone)
        if moment is not None:
            if place:
                fields.quirks.add(Quirk.PASSED_AT_FROM_OTHER_FIELD)
            return moment
    shot = next((picture.shot_at for picture in pictures if picture.shot_at is not None), None)
    if shot is not None:
        fields.quirks.add(Quirk.PASSED_AT_FROM_OTHER_FIELD)
        return shot
    parts = object_id(name, dialect.zone)
    if parts is not None:
        fields.quirks.add(Quirk.PASSED_AT_FROM_ID)
        return parts.image.taken_at
    raise RecordRejected(
        "bad_time", "no time of passage", field="PassTime", value=fields.values.get("PassTime"),
        cure="send PassTime as yyyyMMddHHmmss",
    )  # fmt: skip


def _check_time(vehicle: MotorVehicle, received_at: datetime, dialect: Dialect) -> None:
    if vehicle.passed_at > received_at + dialect.future_tolerance:
        raise RecordRejected(
            "future_time", "the time of passage lies in the future", field="PassTime", value=vehicle.passed_at,
            cure="set the device's clock", record=vehicle,
        )  # fmt: skip
    if vehicle.passed_at < _OLDEST:
        raise RecordRejected(
            "ancient_time", f"the time of passage lies before {OLDEST_YEAR}", field="PassTime",
            value=vehicle.passed_at, cure="set the device's clock", record=vehicle,
        )  # fmt: skip


def _colour(fields: Fields, dialect: Dialect) -> PlateColour | None:
    code = fields.code("PlateColor")
    colour = colour_of(code, dialect.colours)
    if code and colour is None:
        fields.quirks.add(Quirk.CODE_UNKNOWN)
    return colour


def _plate(fields: Fields, colour: PlateColour | None) -> tuple[str, Plate | None, Reading]:
    """What was sent, the plate, and what the report amounts to. HasPlate says "none" only where none was read."""
    text, has_plate = fields.text("PlateNo", MAX_CODE), fields.flag("HasPlate")
    parsed = parse(text, colour)
    if isinstance(parsed, Plate):
        if parsed.text != text:
            fields.quirks.add(Quirk.PLATE_REWRITTEN)
        if has_plate is False:
            fields.quirks.add(Quirk.PLATE_DESPITE_FLAG)
        return text, parsed, Reading.PLATE
    if text and parsed.reason in _PLACEHOLDERS:
        fields.quirks.add(Quirk.PLATE_PLACEHOLDER)
    if has_plate and not text:
        fields.quirks.add(Quirk.PLATE_ABSENT)
    return text, None, Reading.NO_PLATE if has_plate is False else reading_of(parsed)


def _attached(fields: Fields) -> Plate | None:
    parsed = parse(fields.text("PlateNoAttach"))
    return parsed if isinstance(parsed, Plate) else None


def _kind_code(fields: Fields, plate: Plate | None) -> str | None:
    sent = fields.code("PlateClass")
    code = sent.zfill(2) if sent else ""
    known = KIND_CODES.get(code)
    if sent and known is None:
        fields.quirks.add(Quirk.CODE_UNKNOWN)
    if plate is None:
        return code if known else None
    if known is not None and known.kind is plate.kind:
        return code
    if known is not None:
        fields.quirks.add(Quirk.PLATE_CLASS_CONFLICT)
    fitting = plate.kind_codes
    return fitting[0] if len(fitting) == 1 else None


def _character_reliabilities(fields: Fields) -> tuple[tuple[str, float], ...]:
    """`琼-90,C-89,…`; all or nothing."""
    text = fields.text("PlateCharReliability")
    found: list[tuple[str, float]] = []
    for part in text.replace("，", ",").replace(";", ",").split(",") if text else ():
        char, dash, percent = part.strip().rpartition("-")
        if not dash or not percent.isascii() or not percent.isdigit() or not 0 <= int(percent[:4]) <= 100:
            fields.quirks.add(Quirk.VALUE_UNREADABLE)
            return ()
        found.append((char, int(percent) / 100))
    return tuple(found)


def _box(fields: Fields) -> tuple[int, int, int, int] | None:
    left, top = fields.integer("LeftTopX", 0, MAX_PIXELS), fields.integer("LeftTopY", 0, MAX_PIXELS)
    right, bottom = fields.integer("RightBtmX", 0, MAX_PIXELS), fields.integer("RightBtmY", 0, MAX_PIXELS)
    if left is None or top is None or right is None or bottom is None or right <= left or bottom <= top:
        return None
    return left, top, right, bottom


def _hints(fields: Fields) -> frozenset[Hint]:
    named = (
        ("IsDecked", Hint.DECKED),
        ("IsAltered", Hint.ALTERED),
        ("IsCovered", Hint.COVERED),
        ("IsSuspicious", Hint.SUSPICIOUS),
    )
    return frozenset(hint for name, hint in named if fields.flag(name))
