"""Units, their devices, and the tours of the day: the current shift is out, the others are planned."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.gis.geos import Point
from django.utils import timezone

from core import clock
from core.geo.srid import STORE_SRID
from demo.county.plan_types import OrganisationPlan, ShiftRow, UnitRow
from demo.county.plan_units import agency_of
from demo.loading.writing import Progress, Written, actor, chunks
from patrols import services as patrols
from stations import services as stations

# The demonstration accounts that work on the road ride with these units, so that their phone page has a day to show.
ACCOUNTS_ON_TOUR = {"unit:1": "account:officer", "unit:2": "account:auxiliary", "unit:3": "account:warden"}


@dataclass(frozen=True, slots=True)
class SimulatedUnit:
    """What the simulation needs to play a unit: its tracker's token, its leader's API token, where it starts."""

    tour_id: int
    tour: str
    call_sign: str
    kind: str
    tracker: str
    token: str
    lon: float
    lat: float

    def as_json(self) -> dict[str, object]:
        """Plain data."""
        return asdict(self)


def shifts_write(plan: OrganisationPlan, written: Written) -> list[Any]:
    """The three shifts."""
    root = written.organisations[plan.organisations[0].key]
    return [
        patrols.shift_create(
            actor=actor(),
            organisation=root,
            name=row.name,
            starts_at=time.fromisoformat(row.starts_at),
            ends_at=time.fromisoformat(row.ends_at),
        )
        for row in plan.shifts
    ]


def current_shift(shifts: tuple[ShiftRow, ...], moment: datetime) -> int:
    """Index of the shift that a moment lies in, by local time."""
    now = timezone.localtime(moment).time()
    for index, row in enumerate(shifts):
        start, end = time.fromisoformat(row.starts_at), time.fromisoformat(row.ends_at)
        inside = start <= now < end if start < end else now >= start or now < end
        if inside:
            return index
    return 0


def units_write(plan: OrganisationPlan, written: Written, progress: Progress) -> list[SimulatedUnit]:
    """Units with devices and open tours; returns what plays them. Drones stay at their nest and get no tour."""
    shifts = written.shifts = shifts_write(plan, written)
    index = current_shift(plan.shifts, clock.now())
    homes = {row.key: row.organisation for row in plan.people}
    played: list[SimulatedUnit] = []
    for batch in chunks(plan.units):
        for row in batch:
            unit = patrols.unit_create(
                actor=actor(),
                organisation=written.organisations[row.organisation],
                call_sign=row.call_sign,
                kind=row.kind,
                agency=row.agency,
                home_station=written.stations.get(row.home_station),
                post=Point(row.post_lon, row.post_lat, srid=STORE_SRID),
                radio=row.radio,
                generated=True,
            )
            written.units[row.key] = unit
            played.append(_tour(row, unit, shifts[index], row.crews[index], homes, written))
        progress(f"units {len(played)}/{len(plan.units)}")
    return played


def _tour(
    row: UnitRow, unit: Any, shift: Any, keys: Sequence[str], homes: Mapping[str, str], written: Written
) -> SimulatedUnit:
    who = actor()
    now = clock.now()
    crew = [written.people[key] for key in keys]
    vehicle = written.vehicles.get(row.vehicle)
    tour = patrols.tour_plan(
        actor=who,
        unit=unit,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=10),
        person_ids=[person.pk for person in crew],
        lead_id=crew[0].pk,
        post=(row.post_lon, row.post_lat),
        shift=shift,
        vehicle=vehicle,
        agencies=[agency for key in keys if (agency := agency_of(homes[key]))],
        generated=True,
    )
    tour.segments.set([written.segments[key] for key in row.segments if key in written.segments])
    patrols.tour_open(actor=who, tour_id=tour.pk)
    account = written.people.get(ACCOUNTS_ON_TOUR.get(row.key, ""))
    if account is not None:
        patrols.tour_member_join(actor=who, tour_id=tour.pk, person_id=account.pk)
        patrols.task_create(actor=who, tour=tour, title="早高峰学校门口疏导", text="示例任务")
    device, tracker = stations.device_create(
        actor=who,
        organisation=unit.organisation,
        identifier=f"demo-{row.key.split(':')[-1]}",
        protocol="osmand",
        generated=True,
    )
    if vehicle is not None:
        stations.device_bind(actor=who, device_id=device.pk, vehicle=vehicle, valid_from=now - timedelta(hours=1))
    else:
        stations.device_bind(actor=who, device_id=device.pk, person=crew[0], valid_from=now - timedelta(hours=1))
    user = get_user_model().objects.create(username=f"crew-{row.key.split(':')[-1]}", first_name=crew[0].name)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    stations.person_change(actor=who, person_id=crew[0].pk, user=user)
    _row, token = stations.token_create(actor=who, user=user, label="simulation", days=30)
    return SimulatedUnit(
        tour_id=tour.pk,
        tour=str(tour.uid),
        call_sign=row.call_sign,
        kind=row.kind,
        tracker=tracker,
        token=token,
        lon=row.post_lon,
        lat=row.post_lat,
    )


def accounts_write(written: Written) -> dict[str, str]:
    """The demonstration accounts: user = role code, with random passwords that only `var/` knows."""
    passwords: dict[str, str] = {}
    model = get_user_model()
    for key, person in written.people.items():
        if not key.startswith("account:"):
            continue
        role = key.split(":", 1)[1]
        passwords[role] = secrets.token_urlsafe(9)
        user, _created = model.objects.get_or_create(username=role, defaults={"first_name": person.name})
        user.set_password(passwords[role])
        user.is_staff = role == "administrator"
        user.save()
        stations.person_change(actor=actor(), person_id=person.pk, user=user)
    return passwords


def simulation_file() -> str:
    """Where the tokens of the simulated units lie."""
    return f"{settings.LUZHANG_VAR}/demo/units.json"
