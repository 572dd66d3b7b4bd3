"""Rows of the staging table in PostgreSQL's text COPY format, and the statements that take them from there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime

from recognition.intake.incoming import MPS_PER_KMH, PassageIn
from recognition.plates.likeness import folded

_COLUMNS = (
    "device_id", "source_key", "day", "passed_at", "device_time", "received_at", "clock", "organisation_path",
    "camera_code", "camera_id", "checkpoint_id", "lon", "lat", "lane", "direction", "speed_mps", "plate_text", "plate",
    "folded", "reading", "kind_code", "colour", "vehicle_class", "vehicle_colour", "reliability", "hints", "pictures",
)  # fmt: skip
_LIST = ", ".join(_COLUMNS)

MAKE = f"""
create temporary table if not exists passage_stage on commit delete rows as
select 0::int as ord, {_LIST} from recognition_passage with no data
"""  # noqa: S608  the columns above
COPY = f"copy passage_stage (ord, {_LIST}) from stdin"
# A passage that is stored already comes back in no row: it was compared when it first came.
STORE = f"""
with taken as (
    insert into recognition_passage ({_LIST})
    select {_LIST} from passage_stage order by ord
    on conflict (device_id, source_key, day) do nothing
    returning device_id, source_key, day
)
select s.ord from taken join passage_stage s using (device_id, source_key, day)
"""  # noqa: S608  the columns above

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})
_NULL = "\\N"


def day_of(passage: PassageIn, received_at: datetime) -> date:
    """The UTC day under which a passage lies: the camera's, or that of receipt where the camera's is impossible."""
    return (received_at if passage.clock.impossible else passage.passed_at).astimezone(UTC).date()


def row(
    ordinal: int,
    passage: PassageIn,
    *,
    device_id: int,
    received_at: datetime,
    passed_at: datetime,
    clock: str,
    organisation_path: str,
    camera_id: int | None,
    checkpoint_id: int | None,
    place: tuple[float, float] | None,
) -> str:
    """One line. `passed_at` as it is compared; `place` WGS-84 degrees."""
    plate = passage.plate.text if passage.plate is not None else ""
    speed_mps = None if passage.speed_kmh is None else passage.speed_kmh * MPS_PER_KMH
    lon, lat = place if place is not None else (None, None)
    values: Sequence[object] = (
        ordinal, device_id, passage.key, day_of(passage, received_at), passed_at, passage.passed_at, received_at, clock,
        organisation_path, passage.camera_code, camera_id, checkpoint_id, lon, lat, passage.lane, passage.direction,
        speed_mps, passage.text, plate, folded(plate), passage.reading, passage.kind_code, passage.colour or "",
        passage.vehicle_class, passage.vehicle_colour, passage.reliability, ",".join(passage.hints), _pictures(passage),
    )  # fmt: skip
    return "\t".join(_NULL if value is None else str(value).translate(_ESCAPES) for value in values) + "\n"


def _pictures(passage: PassageIn) -> str:
    """References alone: identifiers, kinds and the paths of the device's own store."""
    if not passage.pictures and not passage.urls:
        return "[]"
    found: list[dict[str, object]] = [
        {"id": picture.id or "", "kind": picture.kind, "path": picture.path} for picture in passage.pictures
    ]
    found += [{"id": "", "kind": "", "path": url} for url in passage.urls]
    return json.dumps(found, ensure_ascii=False)
