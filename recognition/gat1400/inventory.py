"""What a system says about its cameras (APE), checkpoints (Tollgate) and lanes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from recognition.gat1400.dialect import STANDARD, Dialect
from recognition.gat1400.envelope import Shape, read_batch
from recognition.gat1400.fields import Fields, named
from recognition.gat1400.identifiers import DEVICE_LENGTH
from recognition.gat1400.outcomes import Batch
from recognition.gat1400.quirks import Quirk

MAX_PORT = 65_535
MAX_LANES = 99
MAX_LIMIT_KMH = 200
_ONLINE = {"1": True, "2": False}

APE = Shape(
    wrappers=("APEListObject", "APEObjectList", "APEList"),
    records=("APEObject", "APE"),
    id_field="ApeID",
    known=named("""ApeID Name Model IPAddr IPV6Addr Port Longitude Latitude PlaceCode Place OrgCode CapDirection
        MonitorDirection MonitorAreaDesc IsOnline OwnerApsID UserId Password FunctionType PositionType"""),
)
TOLLGATE = Shape(
    wrappers=("TollgateListObject", "TollgateObjectList", "TollgateList"),
    records=("TollgateObject", "Tollgate"),
    id_field="TollgateID",
    known=named("""TollgateID Name Longitude Latitude PlaceCode Place Status TollgateCat TollgateUsage LaneNum OrgCode
        ActiveTime"""),
)
LANE = Shape(
    wrappers=("LaneListObject", "LaneObjectList", "LaneList"),
    records=("LaneObject", "Lane"),
    id_field="LaneId",
    known=named("TollgateID LaneId LaneNo Name Direction Desc MaxSpeed CityPass ApeID"),
)


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera; `position` (lon, lat) as sent, the device's record names its datum; `online` None where not said.

    Sign-in name and password, which the standard has in it, are never kept.
    """

    id: str
    name: str = ""
    model: str = ""
    ip: str = ""
    port: int | None = None
    position: tuple[float, float] | None = None
    place_code: str = ""
    place: str = ""
    organisation_code: str = ""
    direction: str = ""
    online: bool | None = None
    owner_id: str | None = None


@dataclass(frozen=True, slots=True)
class Tollgate:
    """A checkpoint; `status` 1 in use, 2 out of use, 9 other."""

    id: str
    name: str = ""
    position: tuple[float, float] | None = None
    place_code: str = ""
    place: str = ""
    status: str = ""
    category: str = ""
    usage: str = ""
    lanes: int | None = None
    organisation_code: str = ""
    active_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane of a checkpoint; `number` is what passages name as LaneNo."""

    tollgate_id: str
    lane_id: str
    number: int | None = None
    name: str = ""
    direction: str = ""
    limit_kmh: int | None = None
    camera_id: str | None = None


def cameras(body: bytes) -> Batch[Camera]:
    """The cameras in the body of `POST /VIID/APEs`; raises MessageRejected alone."""
    return read_batch(body, APE, _camera)


def tollgates(body: bytes, *, dialect: Dialect = STANDARD) -> Batch[Tollgate]:
    """The checkpoints in the body of `POST /VIID/Tollgates`; raises MessageRejected alone."""
    return read_batch(body, TOLLGATE, partial(_tollgate, dialect=dialect))


def lanes(body: bytes) -> Batch[Lane]:
    """The lanes in the body of `POST /VIID/Lanes`; raises MessageRejected alone."""
    return read_batch(body, LANE, _lane)


def _camera(fields: Fields) -> Camera:
    online = fields.code("IsOnline")
    if online and online not in (*_ONLINE, "9"):
        fields.quirks.add(Quirk.CODE_UNKNOWN)
    return Camera(
        id=fields.key("ApeID", DEVICE_LENGTH),
        name=fields.text("Name"),
        model=fields.text("Model"),
        ip=fields.text("IPAddr") or fields.text("IPV6Addr"),
        port=fields.integer("Port", 0, MAX_PORT) or None,
        position=fields.position(),
        place_code=fields.code("PlaceCode"),
        place=fields.text("Place"),
        organisation_code=fields.code("OrgCode"),
        direction=fields.code("MonitorDirection"),
        online=_ONLINE.get(online),
        owner_id=fields.optional_key("OwnerApsID", DEVICE_LENGTH),
    )


def _tollgate(fields: Fields, *, dialect: Dialect) -> Tollgate:
    return Tollgate(
        id=fields.key("TollgateID", DEVICE_LENGTH),
        name=fields.text("Name"),
        position=fields.position(),
        place_code=fields.code("PlaceCode"),
        place=fields.text("Place"),
        status=fields.code("Status"),
        category=fields.code("TollgateCat"),
        usage=fields.code("TollgateUsage"),
        lanes=fields.integer("LaneNum", 0, MAX_LANES),
        organisation_code=fields.code("OrgCode"),
        active_from=fields.moment("ActiveTime", dialect.zone),
    )


def _lane(fields: Fields) -> Lane:
    tollgate = fields.key("TollgateID", DEVICE_LENGTH)
    return Lane(
        tollgate_id=tollgate,
        lane_id=fields.name("LaneId"),
        number=fields.integer("LaneNo", 0, MAX_LANES),
        name=fields.text("Name"),
        direction=fields.code("Direction"),
        limit_kmh=fields.integer("MaxSpeed", 0, MAX_LIMIT_KMH),
        camera_id=fields.optional_key("ApeID", DEVICE_LENGTH),
    )
