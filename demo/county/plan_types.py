"""Plain rows of the generated organisation. Keys are strings unique within a plan; services turn them into records."""

from __future__ import annotations

from dataclasses import dataclass

from roads.network.source import Float64

from .types import Ring


@dataclass(frozen=True, slots=True)
class AxisLine:
    """A road axis as the plan needs it: `lon`, `lat` along the reference line (WGS-84), `length_m` on the spheroid."""

    code: str
    name: str
    road_class: int
    length_m: float
    lon: Float64
    lat: Float64

    @property
    def label(self) -> str:
        """Code and name together."""
        return self.name if self.code and self.code in self.name else " ".join(filter(None, (self.code, self.name)))


@dataclass(frozen=True, slots=True)
class District:
    """Input: a district with its centre and outline."""

    name: str
    lon: float
    lat: float
    ring: Ring = ()


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """`kind` as in stations.Organisation.Kind; `parent` is '' for the root; `ring` only for districts, as `zone`, which
    is one of stations.types.ZONES."""

    key: str
    parent: str
    kind: str
    code: str
    name: str
    duty_phone: str
    supervision_phone: str
    ring: Ring = ()
    zone: str = ""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """An invented person. `kind` as in stations.Person.Kind, `roles` as in stations.access.roles."""

    key: str
    organisation: str
    kind: str
    name: str
    staff_number: str
    post_title: str
    duty_phone: str
    personal_phone: str
    roles: tuple[str, ...]
    supervising_officer: str = ""


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A level of the road-chief scheme, 1 the highest."""

    rank: int
    name: str
    colour: str
    escalation_s: int


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A stretch of axis number `axis`: metres [from_m, to_m), both sides."""

    key: str
    organisation: str
    code: str
    name: str
    axis: int
    from_m: float
    to_m: float
    road_class: int
    patrol_every_days: int


@dataclass(frozen=True, slots=True)
class ChiefRow:
    """`person` answers for `segment` at level `rank`; `deputy` stands in during leave, '' where there is none.
    `duty_hours`: when the duty phone is answered, '' at all hours."""

    segment: str
    rank: int
    person: str
    duty_phone: str
    deputy: str = ""
    duty_hours: str = ""


@dataclass(frozen=True, slots=True)
class LeaveRow:
    """A chief's leave, in days from the day the plan is laid; the last day is not included."""

    person: str
    from_day: int
    to_day: int
    reason: str


@dataclass(frozen=True, slots=True)
class StationRow:
    """`kind` as in stations.Station.Kind, `services` of stations.catalogue. `axis`/`distance_m` where it stands on
    a road, else -1 and 0."""

    key: str
    organisation: str
    kind: str
    code: str
    name: str
    lon: float
    lat: float
    duty_phone: str
    opening_hours: str
    services: tuple[str, ...] = ()
    axis: int = -1
    distance_m: float = 0.0
    address: str = ""


@dataclass(frozen=True, slots=True)
class CheckpointRow:
    """A checkpoint: place on axis, heading of the traffic it sees (degrees from north), lanes, ring 1 to 6 (6:
    somebody's own, its `owner`)."""

    key: str
    organisation: str
    code: str
    name: str
    lon: float
    lat: float
    heading_deg: float
    lanes: tuple[int, ...]
    ring: int
    axis: int
    distance_m: float
    side: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class CameraRow:
    """A camera, at a checkpoint (key) or alone ('')."""

    key: str
    organisation: str
    checkpoint: str
    code: str
    name: str
    lon: float
    lat: float
    heading_deg: float
    lanes: tuple[int, ...]
    ring: int
    is_private: bool
    axis: int = -1
    distance_m: float = 0.0


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """Local times HH:MM; the last one crosses midnight."""

    key: str
    name: str
    starts_at: str
    ends_at: str


@dataclass(frozen=True, slots=True)
class VehicleRow:
    """A vehicle or drone; plates are visibly no real ones."""

    key: str
    organisation: str
    plate: str
    kind: str


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A call sign. `kind`, `agency` as in patrols.Unit. `crews` holds the person keys of each shift, the lead first.
    `post` is a place on the road network; `segments` are patrolled from it."""

    key: str
    organisation: str
    call_sign: str
    kind: str
    agency: str
    home_station: str
    post_lon: float
    post_lat: float
    radio: str
    vehicle: str
    crews: tuple[tuple[str, ...], ...]
    segments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OrganisationPlan:
    """Everything about who is there, ready to be written by the services."""

    name: str
    organisations: tuple[OrganisationRow, ...]
    levels: tuple[LevelRow, ...]
    people: tuple[PersonRow, ...]
    segments: tuple[SegmentRow, ...]
    chiefs: tuple[ChiefRow, ...]
    leaves: tuple[LeaveRow, ...]
    stations: tuple[StationRow, ...]
    checkpoints: tuple[CheckpointRow, ...]
    cameras: tuple[CameraRow, ...]
    shifts: tuple[ShiftRow, ...]
    vehicles: tuple[VehicleRow, ...]
    units: tuple[UnitRow, ...]
