"""Rows of the patrols room for tests. Everything in it is invented."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

from core import clock
from patrols.models import Tour, Unit
from patrols.services import tour_open, tour_plan, unit_create
from stations.models import Organisation, Vehicle
from stations.services import device_bind, device_create
from tests.factories.stations import SYSTEM, a_person

_numbers = itertools.count(1)


def a_unit(organisation: Organisation, kind: str = "car", agency: str = "traffic", **fields: Any) -> Unit:
    """A call sign of its own."""
    return unit_create(
        actor=SYSTEM, organisation=organisation, call_sign=f"测{next(_numbers):03d}", kind=kind, agency=agency, **fields
    )


def a_tour(
    organisation: Organisation,
    *people: Any,
    unit: Unit | None = None,
    starts_at: datetime | None = None,
    hours: float = 8,
    opened: bool = False,
    **fields: Any,
) -> Tour:
    """A planned (or open) tour of these people, or of one new officer, from now on."""
    crew = list(people) or [a_person(organisation, login=False)]
    start = starts_at or clock.now()
    tour = tour_plan(
        actor=SYSTEM,
        unit=unit or a_unit(organisation),
        starts_at=start,
        ends_at=start + timedelta(hours=hours),
        person_ids=[person.pk for person in crew],
        **fields,
    )
    return tour_open(actor=SYSTEM, tour_id=tour.pk) if opened else tour


def a_vehicle(organisation: Organisation) -> Vehicle:
    """A police car."""
    return Vehicle.objects.create(organisation=organisation, plate=f"琼A{next(_numbers):04d}警", kind="car")


def a_device(organisation: Organisation, **bound: Any) -> tuple[Any, str]:
    """A tracker phone with its token; `person=`, `vehicle=` or `station=` binds it."""
    device, token = device_create(
        actor=SYSTEM,
        organisation=organisation,
        identifier=f"dev-{next(_numbers):05d}",
        protocol="osmand",
        datum="wgs84",
    )
    if bound:
        device_bind(actor=SYSTEM, device_id=device.pk, **bound)
    return device, token
