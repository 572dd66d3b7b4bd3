"""Units as one table in words, and the shift as a whole: what a desk works with when the map is down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from patrols.models import Tour, TourMember, Unit
from patrols.selectors.snapshot import units_on_duty
from patrols.selectors.tours import tours_visible_to
from patrols.states import TourState
from patrols.types import Freshness
from roads.selectors import places_named
from stations.types import Actor, DataClass, Verb

# A tour that begins within this time is already listed as coming.
COMING = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Resource:
    """One unit on duty. `place` in words is where it is shown (its fix, else its post); `placed_by` as in UnitOnDuty.
    `radio` and `phones` are duty contacts, empty where the actor may not see people of that organisation.
    """

    tour_id: int
    tour_uid: str
    call_sign: str
    kind: str
    agency: str
    agencies: tuple[str, ...]
    state: str
    age_s: float | None
    freshness: Freshness
    placed_by: str
    place: str
    radio: str
    lead: str
    phones: tuple[str, ...]
    people: int
    is_exercise: bool = False


@dataclass(frozen=True, slots=True)
class TourPlanned:
    """A tour of now or soon that nobody has checked in for. `late_s`: since its planned start (< 0 before)."""

    tour_uid: str
    call_sign: str
    kind: str
    agency: str
    starts_at: datetime
    ends_at: datetime
    late_s: float
    lead: str
    phones: tuple[str, ...]


def resources_on_duty(*, actor: Actor, at: datetime) -> list[Resource]:
    """The units on duty that this actor may see, by call sign. Six or seven statements, however many units."""
    units = units_on_duty(actor=actor, at=at)
    placed = [unit for unit in units if unit.lon is not None and unit.lat is not None]
    words = dict(
        zip(
            (unit.tour.tour_id for unit in placed),
            places_named([(unit.lon or 0.0, unit.lat or 0.0) for unit in placed]),
            strict=True,
        )
    )
    radios = dict(Unit.objects.filter(pk__in=[unit.tour.unit_id for unit in units]).values_list("pk", "radio"))
    crews = _crews([unit.tour.tour_id for unit in units])
    found = []
    for unit in units:
        tour = unit.tour
        named = actor.may(Verb.VIEW, DataClass.PERSON, tour.organisation_path)
        lead, phones = crews.get(tour.tour_id, ("", ())) if named else ("", ())
        found.append(
            Resource(
                tour_id=tour.tour_id,
                tour_uid=tour.tour_uid,
                call_sign=tour.call_sign,
                kind=tour.kind,
                agency=tour.agency,
                agencies=tour.agencies,
                state=unit.state,
                age_s=unit.age_s,
                freshness=unit.freshness,
                placed_by=unit.placed_by,
                place=words.get(tour.tour_id, ""),
                radio=radios.get(tour.unit_id, "") if named else "",
                lead=lead,
                phones=phones,
                people=len(tour.people_kinds),
                is_exercise=tour.is_exercise,
            )
        )
    return sorted(found, key=lambda row: (row.call_sign, row.tour_id))


def tours_not_checked_in(*, actor: Actor, at: datetime) -> list[TourPlanned]:
    """Planned tours of now and the next two hours that are not open, the latest first to have begun on top."""
    rows: Any = (
        tours_visible_to(actor)
        .filter(state=TourState.PLANNED.value, planned__startswith__lte=at + COMING, planned__endswith__gt=at)
        .select_related("unit")
        .order_by("planned__startswith", "unit__call_sign", "pk")
    )
    tours: list[Tour] = list(rows)
    crews = _crews([tour.pk for tour in tours], present=False)
    found = []
    for tour in tours:
        named = actor.may(Verb.VIEW, DataClass.PERSON, tour.organisation_path)
        lead, phones = crews.get(tour.pk, ("", ())) if named else ("", ())
        found.append(
            TourPlanned(
                tour_uid=str(tour.uid),
                call_sign=tour.unit.call_sign,
                kind=tour.unit.kind,
                agency=tour.unit.agency,
                starts_at=tour.planned.lower,
                ends_at=tour.planned.upper,
                late_s=(at - tour.planned.lower).total_seconds(),
                lead=lead,
                phones=phones,
            )
        )
    return found


def _crews(tour_ids: Iterable[int], *, present: bool = True) -> dict[int, tuple[str, tuple[str, ...]]]:
    """(name of who leads, duty phones) by tour; who leads comes first."""
    members = TourMember.objects.filter(tour_id__in=list(tour_ids)).select_related("person")
    if present:
        members = members.filter(present__upper_inf=True)
    by_tour: dict[int, list[TourMember]] = {}
    for member in members.order_by("pk"):
        by_tour.setdefault(member.tour_id, []).append(member)
    crews = {}
    for tour_id, crew in by_tour.items():
        crew.sort(key=lambda member: member.role != TourMember.Role.LEAD)
        phones = dict.fromkeys(member.person.duty_phone for member in crew if member.person.duty_phone)
        crews[tour_id] = (crew[0].person.name, tuple(phones))
    return crews
