"""Rows of a plan → records, in the order of the rooms. Everything passes the services; chunks commit on their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.contrib.gis.geos import Polygon
from django.db import transaction

from core import clock
from core.geo.srid import STORE_SRID
from demo.county.plan_types import OrganisationPlan
from roads import services as roads
from stations import services as stations
from stations.selectors import station_services as stations_offered
from stations.services.places import service_area_of
from stations.types import Actor, system_actor

CHUNK = 200
Progress = Callable[[str], None]

# Segments of the demonstration's chief, at most.
SOME = 6

# Appointments and memberships begin before the demonstration's history does.
LONG_AGO = timedelta(days=60)


@dataclass(slots=True)
class Written:
    """Records of the rooms by the keys of the plan. They are handed from one service to the next, never looked into
    for more than keys and numbers, so their types stay the rooms' own business.
    """

    organisations: dict[str, Any] = field(default_factory=dict)
    people: dict[str, Any] = field(default_factory=dict)
    levels: dict[int, Any] = field(default_factory=dict)
    segments: dict[str, Any] = field(default_factory=dict)
    stations: dict[str, Any] = field(default_factory=dict)
    vehicles: dict[str, Any] = field(default_factory=dict)
    chiefs: dict[tuple[str, int], Any] = field(default_factory=dict)
    units: dict[str, Any] = field(default_factory=dict)
    shifts: list[Any] = field(default_factory=list)


def chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """Rows in lists of CHUNK, each inside one transaction."""
    walk = iter(rows)
    while batch := list(islice(walk, CHUNK)):
        with transaction.atomic():
            yield batch


def actor() -> Actor:
    """Who writes the demonstration."""
    return system_actor("demo_load")


def organisations_write(plan: OrganisationPlan, root: Any, written: Written) -> None:
    """The tree below the root; the root itself takes the plan's name and pools dispatch for the whole city."""
    who = actor()
    for row in plan.organisations:
        fields = {
            "duty_phone": row.duty_phone,
            "supervision_phone": row.supervision_phone,
            "generated": True,
        }
        if row.parent == "":
            written.organisations[row.key] = stations.organisation_change(
                actor=who, organisation_id=root.pk, name=row.name, features={"dispatch_pool": True}, **fields
            )
        else:
            written.organisations[row.key] = stations.organisation_create(
                actor=who,
                kind=row.kind,
                code=row.code,
                name=row.name,
                parent=written.organisations[row.parent],
                features={"zone": row.zone} if row.zone else {},
                **fields,
            )


def people_write(plan: OrganisationPlan, written: Written, progress: Progress) -> None:
    """People with their roles. Supervising officers come before their auxiliaries in the plan."""
    who = actor()
    for batch in chunks(plan.people):
        for row in batch:
            organisation = written.organisations[row.organisation]
            person = stations.person_create(
                actor=who,
                organisation=organisation,
                kind=row.kind,
                name=row.name,
                staff_number=row.staff_number,
                post_title=row.post_title,
                duty_phone=row.duty_phone,
                personal_phone=row.personal_phone,
                supervising_officer=written.people.get(row.supervising_officer),
                generated=True,
            )
            for role in row.roles:
                stations.role_grant(
                    actor=who,
                    person=person,
                    role=role,
                    organisation=organisation,
                    valid_from=clock.now() - LONG_AGO,
                    note="示例数据",
                )
            written.people[row.key] = person
        progress(f"people {len(written.people)}/{len(plan.people)}")


def places_write(plan: OrganisationPlan, written: Written, progress: Progress) -> None:
    """Stations, checkpoints, cameras, vehicles."""
    stations.station_services_restore(actor=actor())
    _stations_write(plan, written)
    _watching_write(plan, written)
    for batch in chunks(plan.vehicles):
        for row in batch:
            written.vehicles[row.key] = stations.vehicle_create(
                actor=actor(),
                organisation=written.organisations[row.organisation],
                plate=row.plate,
                kind=row.kind,
                generated=True,
            )
    progress(f"{len(plan.stations)} stations, {len(plan.checkpoints)} checkpoints, {len(plan.vehicles)} vehicles")


def _stations_write(plan: OrganisationPlan, written: Written) -> None:
    """The first station of a district serves the district's area."""
    offered = {row.code: row for row in stations_offered()}
    served: set[str] = set()
    rings = {row.key: row.ring for row in plan.organisations if row.ring}
    for batch in chunks(plan.stations):
        for row in batch:
            district = ":".join(row.organisation.split(":")[:2])
            area = None
            if district in rings and district not in served:
                served.add(district)
                area = service_area_of(Polygon([*rings[district]], srid=STORE_SRID).buffer(0))
            written.stations[row.key] = stations.station_create(
                actor=actor(),
                organisation=written.organisations[row.organisation],
                kind=row.kind,
                code=row.code,
                name=row.name,
                point=stations.place_point(row.lon, row.lat, "wgs84"),
                duty_phone=row.duty_phone,
                opening_hours={"text": row.opening_hours},
                services=[offered[code] for code in row.services],
                address=row.address,
                service_area=area,
                generated=True,
            )


def _watching_write(plan: OrganisationPlan, written: Written) -> None:
    """Checkpoints, and the cameras at them or alone."""
    checkpoints: dict[str, Any] = {}
    for batch in chunks(plan.checkpoints):
        for row in batch:
            checkpoints[row.key] = stations.checkpoint_create(
                actor=actor(),
                organisation=written.organisations[row.organisation],
                code=row.code,
                name=row.name,
                point=stations.place_point(row.lon, row.lat, "wgs84"),
                heading_deg=row.heading_deg,
                lanes=list(row.lanes),
                ring=row.ring,
                owner=row.owner,
                generated=True,
            )
    for batch in chunks(plan.cameras):
        for row in batch:
            stations.camera_create(
                actor=actor(),
                organisation=written.organisations[row.organisation],
                code=row.code,
                name=row.name,
                point=stations.place_point(row.lon, row.lat, "wgs84"),
                heading_deg=row.heading_deg,
                lanes=list(row.lanes),
                ring=row.ring,
                is_private=row.is_private,
                checkpoint=checkpoints.get(row.checkpoint),
                generated=True,
            )


def roads_write(plan: OrganisationPlan, axes: list[Any], written: Written, progress: Progress) -> None:
    """Levels, segments, chiefs with deputies and leave. `axes` in the order the plan was laid over."""
    who = actor()
    root = written.organisations[plan.organisations[0].key]
    since = clock.now() - LONG_AGO
    for level in plan.levels:
        written.levels[level.rank] = roads.chief_level_create(
            actor=who,
            organisation=root,
            rank=level.rank,
            name=level.name,
            colour=level.colour,
            escalation_s=level.escalation_s,
        )
    for batch in chunks(plan.segments):
        for row in batch:
            axis = axes[row.axis]
            written.segments[row.key] = roads.segment_create(
                actor=who,
                organisation=written.organisations[row.organisation],
                code=row.code,
                name=row.name,
                axis=axis,
                from_m=row.from_m,
                to_m=min(row.to_m, axis.length_m),
                starts_at=since,
                patrol_every_days=row.patrol_every_days,
                generated=True,
            )
    progress(f"{len(written.segments)} segments")
    stood_in_for = _lowest_with_some(plan, max(written.levels))
    for batch in chunks(plan.chiefs):
        for row in batch:
            # The demonstration account of a chief answers for the stretches of a lowest-level chief.
            holder = "account:chief" if row.person == stood_in_for else row.person
            assignment = roads.chief_assign(
                actor=who,
                segment=written.segments[row.segment],
                level=written.levels[row.rank],
                person=written.people[holder],
                starts_at=since,
                duty_phone=row.duty_phone,
                duty_hours=row.duty_hours,
            )
            written.chiefs[row.segment, row.rank] = assignment
            if row.deputy:
                roads.deputy_appoint(
                    actor=who, assignment=assignment, person=written.people[row.deputy], starts_at=since
                )
    for leave in plan.leaves:
        start = _midnight(clock.now())
        roads.leave_set(
            actor=who,
            person=written.people[leave.person],
            starts_at=start + timedelta(days=leave.from_day),
            ends_at=start + timedelta(days=leave.to_day),
            reason=leave.reason,
        )
    progress(f"{len(plan.chiefs)} chiefs appointed, {len(plan.leaves)} on leave")


def _lowest_with_some(plan: OrganisationPlan, lowest: int) -> str:
    """The lowest-level chief with most segments, though no more than a page shows at one look; the first of equals."""
    counts = Counter(row.person for row in plan.chiefs if row.rank == lowest)
    few = {person: count for person, count in counts.items() if count <= SOME}
    return max(few, key=lambda person: few[person], default="")


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
