"""A city with roads, chiefs, units on duty and a desk, and what happens in it. Everything is invented."""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from core import clock, outbox, timers
from core.models import DecisionTable
from core.rules import tables
from core.services import clock_set
from incidents import services
from incidents.models import Assignment, Incident, IncidentTaskKind
from incidents.services import duty_roster, gathering
from incidents.services.intake import IncidentReport
from incidents.states import AssignmentState
from patrols.models import Tour
from roads.selectors import network_forget
from stations.selectors import actor_for_user
from stations.types import Actor, Role
from tests.factories.patrols import a_tour, a_unit
from tests.factories.roads import lonlat
from tests.factories.roads_small import SmallCity, a_small_city
from tests.factories.stations import a_person, an_actor, an_organisation

_numbers = itertools.count(1)


def catalogue_seed() -> None:
    """What the migrations seed; tests with real transactions empty every table after them."""
    if not DecisionTable.objects.filter(key="incidents.zones").exists():
        importlib.import_module("incidents.migrations.0004_history_and_numbers").seed(apps, None)
        importlib.import_module("incidents.migrations.0011_zones").seed(apps, None)
    if not IncidentTaskKind.objects.exists():
        importlib.import_module("incidents.migrations.0018_casework_kinds").seed(apps, None)
    tables.forget()


def caches_forget() -> None:
    """Nothing that a process keeps outlives a test's database."""
    clock.forget()
    network_forget()
    gathering.gathering_forget()
    tables.forget()


def place_of(tour: Tour, east_m: float, north_m: float, *, age_s: float = 0.0, speed_mps: float = 8.0) -> None:
    """Put a tour somewhere: as its tracker would have, `age_s` ago."""
    lon, lat = lonlat(east_m, north_m)
    fixed_at = clock.now() - timedelta(seconds=age_s)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO patrols_tourposition (tour_id, device_id, fixed_at, received_at, geom, speed_mps, course_deg,
                                                 accuracy_m, is_mock, source, changed_seq)
               VALUES (%s, 1, %s, %s, ST_SetSRID(ST_MakePoint(%s, %s), 4326), %s, NULL, 5, false, 'osmand',
                       nextval('patrols_tourposition_changed'))
               ON CONFLICT (tour_id) DO UPDATE SET fixed_at = EXCLUDED.fixed_at, geom = EXCLUDED.geom,
                   speed_mps = EXCLUDED.speed_mps""",
            [tour.pk, fixed_at, fixed_at, lon, lat, speed_mps],
        )


@dataclass(slots=True)
class Crew:
    """A tour on duty with the person who leads it."""

    tour: Tour
    person: Any
    actor: Actor

    @property
    def call_sign(self) -> str:
        """Of its unit."""
        return self.tour.unit.call_sign


@dataclass(slots=True)
class World:
    """A city with two districts. `desk` dispatches in the whole city, `reviewer` reviews there."""

    city: Any
    north: Any
    south: Any
    roads: SmallCity
    desk: Actor
    commander: Actor
    reviewer: Actor
    crews: list[Crew] = field(default_factory=list)

    def crew(
        self,
        east_m: float = 2000.0,
        north_m: float = 500.0,
        *,
        organisation: Any = None,
        person_kind: str = "officer",
        role: Role = Role.OFFICER,
        kind: str = "car",
        age_s: float | None = 0.0,
        duty_phone: str = "0898-555000",
        **fields: Any,
    ) -> Crew:
        """A unit on duty there. `age_s` None: it has never reported a position."""
        owner = organisation or self.north
        person = a_person(owner, role, kind=person_kind, duty_phone=duty_phone)
        tour = a_tour(owner, person, unit=a_unit(owner, kind=kind), opened=True, **fields)
        if age_s is not None:
            place_of(tour, east_m, north_m, age_s=age_s)
        crew = Crew(tour, person, actor_for_user(person.user))
        self.crews.append(crew)
        return crew

    def report(self, east_m: float = 2000.0, north_m: float = 1000.0, **fields: Any) -> Incident:
        """Something happens there, taken in by the desk."""
        lon, lat = lonlat(east_m, north_m)
        actor = fields.pop("actor", self.desk)
        key = fields.pop("client_key", f"key-{next(_numbers)}")
        place = {"lon": lon, "lat": lat, "datum": "wgs84"}
        values: dict[str, Any] = {"kind": "crash", "source": "phone", **place, **fields}
        incident, created = services.incident_receive(
            actor=actor, report=IncidentReport(**values), client_scope="tests", client_key=key
        )
        assert created
        return incident

    def sent(self, **fields: Any) -> tuple[Incident, Assignment]:
        """Something happens, and the engine sends somebody."""
        incident = self.report(**fields)
        urgent()
        incident.refresh_from_db()
        return incident, the_assignment(incident)

    def step(self, assignment: Assignment, to_state: AssignmentState | str, **fields: Any) -> Assignment:
        """One step, by the crew whose tour it is."""
        crew = next(crew for crew in self.crews if crew.tour.pk == assignment.tour_id)
        values = {"actor": crew.actor, "fence": assignment.fence, **fields}
        return services.assignment_step(
            assignment_uid=str(assignment.uid), to_state=AssignmentState(to_state), **values
        )

    def walk(self, assignment: Assignment, *states: str) -> Assignment:
        """Several steps in order."""
        for state in states:
            assignment = self.step(assignment, state)
        return assignment


WHOLE_WAY = ("delivered", "acknowledged", "en_route", "on_scene", "cleared", "reported")


def a_world() -> World:
    """See `World`."""
    catalogue_seed()
    city = an_organisation("示例市", kind="city")
    north = an_organisation("城北区", parent=city)
    south = an_organisation("城南区", parent=city)
    roads = a_small_city(city, south, north)
    return World(
        city=city,
        north=north,
        south=south,
        roads=roads,
        desk=an_actor(city, Role.DISPATCHER),
        commander=an_actor(city, Role.COMMANDER),
        reviewer=an_actor(city, Role.REVIEWER),
    )


def urgent(rounds: int = 6) -> None:
    """What `run_urgent` does with duties and timers, until nothing is due."""
    for _round in range(rounds):
        if not outbox.run_due(100, "tests") and not timers.run_due(100, "tests"):
            return


def later(seconds: float) -> None:
    """Move the house's clock, in Python and in SQL, and do what became due."""
    clock_set(actor_id=None, offset=timedelta(seconds=seconds))
    urgent()


def refresh(row: Any) -> Any:
    """The row as it is now, with everything that a summary needs."""
    manager = type(row).objects
    if isinstance(row, Assignment):
        return manager.select_related("incident", "unit", "tour").get(pk=row.pk)
    return manager.get(pk=row.pk)


def the_assignment(incident: Incident, **fields: Any) -> Assignment:
    """The newest assignment of an incident."""
    found = incident.assignments.filter(**fields).select_related("incident", "unit", "tour").order_by("-id").first()
    assert found is not None, "nobody was sent"
    return found


@pytest.fixture
def quiet_caches(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every decision reads anew."""
    caches_forget()
    monkeypatch.setattr(duty_roster, "KEEP_S", 0.0)
    monkeypatch.setattr(gathering, "KEEP_POLICY_S", 0.0)
    yield
    caches_forget()


@contextmanager
def row_counts(*models: Any) -> Iterator[None]:
    """Within this block no row of these models is added."""
    before = {model: model.objects.count() for model in models}
    yield
    assert {model: model.objects.count() for model in models} == before
