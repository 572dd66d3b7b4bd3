"""Plain data of the engine. All coordinates are WGS-84 degrees, all times seconds or milliseconds as named.

Nothing here reads a clock or a database: who gathers (incidents.services) says how old a position is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple, Protocol

from .policy import DispatchPolicy

# Graver first; the same values as incidents.states.Grade.
GRADE_RANK: Mapping[str, int] = {"red": 1, "yellow": 2, "blue": 3}

Param = str | int | float | bool | tuple[str, ...]
Params = tuple[tuple[str, Param], ...]


class UnitState(StrEnum):
    """What a unit is doing, derived from its tour and its assignments."""

    FREE = "free"
    ON_WAY_BACK = "on_way_back"
    ASSIGNED = "assigned"
    ON_SCENE = "on_scene"
    BREAK = "break"
    OFF = "off"


class PositionSource(StrEnum):
    """Where a position comes from. Anything but a fix is a guess and says so."""

    FIX = "fix"
    POST = "post"
    STATION = "station"
    SEGMENT_MIDDLE = "segment_middle"


class Tier(IntEnum):
    """Every SURE candidate is ranked before every UNSURE one; an UNSURE one is never sent automatically."""

    SURE = 0
    UNSURE = 1


class Role(StrEnum):
    """Part of a unit in an incident."""

    LEAD = "lead"
    SUPPORT = "support"


class Spot(NamedTuple):
    """A place on a directed arc of the routing graph; `fraction` 0 at the tail .. 1 at the head."""

    arc: int
    tail: int
    head: int
    fraction: float


class Position(NamedTuple):
    """Where something is, and its alternatives on the network (none: no road joins it)."""

    lon: float
    lat: float
    source: PositionSource
    spots: tuple[Spot, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitSnapshot:
    """A tour as the engine sees it.

    `fix` is the last position with its age; `fallback` is the post, station or segment middle that counts when the fix
    is too old. `powers` are those of the members present. `current_grade` and `sent_s` (seconds since the offer)
    describe the assignment that holds the unit. `area` is the patrol area whose cover counts ('' = its organisation).
    Ages count from the moment when the units were looked at (`DecisionInput.units_at`). `kept` remembers what follows
    from the other fields alone (its start, its row of JSON): a burst of decisions works that out once for each unit.
    """

    tour_id: int
    unit_id: int
    call_sign: str
    kind: str
    agency: str
    organisation_path: str
    powers: frozenset[str]
    has_officer: bool
    state: UnitState
    fix: Position | None
    position_age_s: float | None
    fallback: Position | None = None
    moving: bool = False
    at_station: bool = False
    is_mock: bool = False
    current_grade: str | None = None
    sent_s: float | None = None
    lent_to: tuple[str, ...] = ()
    area: str = ""
    is_exercise: bool = False
    radio_only: bool = False
    kept: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A tour that is not asked for this incident: 'declined', 'expired', 'recalled', 'already_sent', or 'caller', the
    one that asks for help itself.
    """

    tour_id: int
    code: str


@dataclass(frozen=True, slots=True)
class IncidentSnapshot:
    """What the engine needs to know of an incident. `spots` are its alternatives on the network.

    `organisation_path` is whose incident it is; its units, those of `sendable_paths` (the district, granted neighbours)
    and those lent to it may be sent. `units_needed` counts those still wanted; `needs_lead` is false once a lead
    stands. `allowed_automatic` is false where a person asked to confirm.
    """

    incident_id: int
    kind: str
    grade: str
    organisation_path: str
    lon: float
    lat: float
    spots: tuple[Spot, ...]
    required_powers: frozenset[str] = frozenset()
    wanted_kinds: tuple[str, ...] = ()
    excluded_kinds: tuple[str, ...] = ()
    units_needed: int = 1
    sendable_paths: tuple[str, ...] = ()
    needs_officer: bool = False
    waiting_s: float = 0.0
    excluded: tuple[Exclusion, ...] = ()
    allowed_automatic: bool = True
    is_exercise: bool = False
    on_border: bool = False
    needs_lead: bool = True


class UnitStart(NamedTuple):
    """A unit as the search sees it: where it may be, and what is added to its drive."""

    spots: tuple[Spot, ...]
    offset_ms: int


@dataclass(frozen=True, slots=True)
class Reached:
    """One unit of a search's answer. `unit` indexes the starts given; `total_ms` = `drive_ms` + its offset; the
    alternative it starts from. `road_m` where the network says it."""

    unit: int
    total_ms: int
    drive_ms: int
    spot: Spot
    road_m: float | None = None


@dataclass(frozen=True, slots=True)
class TravelAnswer:
    """Units in rising order of (total_ms, unit), and what the search cost."""

    reached: tuple[Reached, ...]
    settled: int = 0
    over_budget: bool = False


class TravelTimes(Protocol):
    """Exact K nearest by travel time to a place, as roads.network answers it."""

    def __call__(
        self,
        target: Sequence[Spot],
        starts: Sequence[UnitStart],
        eligible: Sequence[bool],
        k: int,
        profile: str,
        limit_ms: int,
    ) -> TravelAnswer:
        """The K eligible starts with the smallest total to `target`, none above `limit_ms`; ties by index.

        The same `starts` object comes with several masks during one decision: convert it once.
        """


@dataclass(frozen=True, slots=True)
class Reason:
    """A code with parameters; `reasons.text` makes a sentence of it."""

    code: str
    params: Params = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that may be sent, with everything that speaks for and against it. `rank` counts from 1."""

    tour_id: int
    unit_id: int
    call_sign: str
    kind: str
    rank: int
    tier: Tier
    lon: float
    lat: float
    spot: Spot
    profile: str
    total_ms: int
    drive_ms: int
    turn_out_ms: int
    age_ms: int
    position_source: PositionSource
    position_age_s: float | None
    road_m: float | None
    automatic: bool
    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejection:
    """A unit that may not or should not go, and why."""

    tour_id: int
    call_sign: str
    code: str
    params: Params = ()
    kept: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Pick:
    """A unit that the plan sends. `automatic` is false where only a person may send it."""

    tour_id: int
    role: Role
    automatic: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """The engine's answer.

    `candidates`: the K best that may lead; `supports`: the K best that may support (units_needed > 1 only);
    `preemptions`: units on a lighter incident, for a person to consider. `picks`: whom to send, lead first.
    `automatic`: the first pick may go without a person; the others carry their own flag. `missing`: units still wanted
    after the picks. `shortfall`: why nobody can be sent at once.
    """

    candidates: tuple[Candidate, ...]
    picks: tuple[Pick, ...]
    automatic: bool
    rejected: tuple[Rejection, ...]
    shortfall: str | None = None
    missing: int = 0
    supports: tuple[Candidate, ...] = ()
    preemptions: tuple[Candidate, ...] = ()
    warnings: tuple[Reason, ...] = ()
    settled: int = 0
    over_budget: bool = False

    def candidate(self, tour_id: int) -> Candidate | None:
        """The entry of a tour, wherever it stands in the plan."""
        everybody = (*self.candidates, *self.supports, *self.preemptions)
        return next((c for c in everybody if c.tour_id == tour_id), None)


class RosterText(NamedTuple):
    """The units on duty as they were at one moment, as text under its SHA-256. See compact.py."""

    sha256: str
    text: str


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """Everything a decision depends on. `at` is ISO 8601 UTC, kept for readers only; so is `units_at`, the moment from
    which the ages of `units` count. `roster`: where the units come from, if that is stored beside the decision.

    `search_k`: how many to search for when a queue is solved (None: the policy's k). `matched`: tours that the queue's
    solution gives to this incident, lead first; None when the incident is decided alone.
    """

    incident: IncidentSnapshot
    units: tuple[UnitSnapshot, ...]
    policy: DispatchPolicy
    at: str = ""
    network_version: str = ""
    weights_generation: int = 0
    search_k: int | None = None
    matched: tuple[int, ...] | None = None
    units_at: str = ""
    roster: RosterText | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """A decision as it is stored: input and plan."""

    input: DecisionInput
    plan: Plan
