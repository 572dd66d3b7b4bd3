"""Pictures: those within a passage (SubImageInfo) and those of `POST /VIID/Images`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from recognition.gat1400.dialect import STANDARD, Dialect
from recognition.gat1400.envelope import Shape, flattened, read_json, read_records, records_of
from recognition.gat1400.fields import MAX_URL, Fields, named
from recognition.gat1400.identifiers import DEVICE_LENGTH, IMAGE_LENGTH, MIN_UNIQUE_LENGTH
from recognition.gat1400.outcomes import Batch

MAX_SIDE_PX = 100_000
_SUB_IMAGE = "ImageID EventSort DeviceID StoragePath Type FileFormat ShotTime Width Height Data FileHash FileSize"
_IMAGE = """ImageInfoObject ImageInfo InfoKind ImageSource SourceVideoID OriginImageID Title TitleNote SpecialName
    Keyword ContentDescription SubjectCharacter ShotPlaceCode ShotPlaceFullAdress ShotPlaceLongitude ShotPlaceLatitude
    HorizontalShotDirection VerticalShotDirection SecurityLevel CollectorName CollectorOrg QualityGrade PersonList
    FaceList MotorVehicleList NonMotorVehicleList ThingList SceneList"""
SUB_IMAGE = named(_SUB_IMAGE)
IMAGE = Shape(
    wrappers=("ImageListObject", "ImageList"),
    records=("Image", "ImageObject"),
    id_field="ImageID",
    known=named(f"{_SUB_IMAGE} {_IMAGE}"),
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with its `data` in the message, or a `path` where the device or its store keeps it, or neither.

    `kind` is ImageType as sent (01 vehicle, 02 plate …); `shot_at` aware UTC; sides as claimed, not as measured.
    """

    id: str | None
    kind: str = ""
    format: str = ""
    device_id: str | None = None
    shot_at: datetime | None = None
    width_px: int | None = None
    height_px: int | None = None
    path: str = ""
    data: bytes | None = field(default=None, repr=False)


def read_picture(fields: Fields, dialect: Dialect) -> Picture:
    """One picture; what cannot be read of it is left out and noted."""
    return Picture(
        id=fields.optional_key("ImageID", IMAGE_LENGTH),
        kind=fields.code("Type"),
        format=fields.code("FileFormat"),
        device_id=fields.optional_key("DeviceID", DEVICE_LENGTH),
        shot_at=fields.moment("ShotTime", dialect.zone),
        width_px=fields.integer("Width", 0, MAX_SIDE_PX),
        height_px=fields.integer("Height", 0, MAX_SIDE_PX),
        path=fields.text("StoragePath", MAX_URL),
        data=fields.picture("Data"),
    )


def images(body: bytes, *, dialect: Dialect = STANDARD) -> Batch[Picture]:
    """The pictures in the body of `POST /VIID/Images`; raises MessageRejected alone."""
    value, quirks = read_json(body)
    records, more = records_of(value, IMAGE)
    flat = [flattened(one, ("imageinfoobject", "imageinfo")) for one in records]
    return read_records(flat, IMAGE, partial(_image, dialect=dialect), quirks | more)


def _image(fields: Fields, *, dialect: Dialect) -> Picture:
    fields.key("ImageID", IMAGE_LENGTH, shortest=MIN_UNIQUE_LENGTH)
    return read_picture(fields, dialect)
