"""GA/T 1400 passages as cameras send them, and their reading at a fixed time."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from recognition.gat1400.dialect import STANDARD, Dialect
from recognition.gat1400.outcomes import Batch
from recognition.gat1400.quirks import Quirk
from recognition.gat1400.vehicles import MotorVehicle, motor_vehicles

RECEIVED_AT = datetime(2026, 6, 10, 0, 40, tzinfo=UTC)
PASSED_AT = datetime(2026, 6, 10, 0, 30, 1, tzinfo=UTC)
DEVICE = "46900200001190000001"
IMAGE = DEVICE + "02" + "20260610083001" + "00001"
PASSAGE = IMAGE + "02" + "00001"


def record(**other: object) -> dict[str, object]:
    """A passage as a camera sends it, changed by field; `...` leaves a field out."""
    plain: dict[str, object] = {
        "MotorVehicleID": PASSAGE,
        "DeviceID": DEVICE,
        "PassTime": "20260610083001",
        "PlateNo": "琼C12345",
        "HasPlate": True,
        "SubImageList": {"SubImageInfoObject": [{"ImageID": IMAGE, "ShotTime": "20260610083001"}]},
    }
    return {key: value for key, value in (plain | other).items() if value is not ...}


def list_message(*records: object) -> bytes:
    """The body of a list message; what is not ASCII is escaped."""
    return json.dumps({"MotorVehicleListObject": {"MotorVehicleObject": records}}).encode()


def read(body: bytes, dialect: Dialect = STANDARD) -> Batch[MotorVehicle]:
    """What is read of a body at the fixed time of receipt."""
    return motor_vehicles(body, received_at=RECEIVED_AT, dialect=dialect)


def read_one(dialect: Dialect = STANDARD, **other: object) -> tuple[MotorVehicle, frozenset[Quirk]]:
    """The one passage of a message, and its quirks."""
    batch = read(list_message(record(**other)), dialect)
    assert batch.refused == ()
    return batch.records[0], batch.read[0].quirks
