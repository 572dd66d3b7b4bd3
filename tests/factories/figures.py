"""Past incidents in bulk, written as rows with their histories, and the plain recount of them. All is invented."""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.contrib.gis.geos import Point

from core.geo.srid import STORE_SRID
from incidents.models import Assignment, Incident, IncidentStep

KINDS = ("crash", "congestion", "hazard")
GRADES = ("red", "yellow", "blue", "")
STATES = ("closed", "closed", "closed", "active", "pending", "false", "merged", "transferred", "reported")
TIMES = {
    "sign": ("assigned_at", "acknowledged_at"),
    "arrival": ("received_at", "arrived_at"),
    "closing": ("received_at", "closed_at"),
}


def past_incident(organisation: Any, received_at: datetime, **fields: Any) -> Incident:
    """One row, as if it had been received then."""
    uid = uuid.uuid4()
    values: dict[str, Any] = {
        "uid": uid,
        "number": f"T{uid.hex[:20]}",
        "organisation": organisation,
        "organisation_path": organisation.path,
        "source": "phone",
        "client_scope": "tests",
        "client_key": uid.hex,
        "kind": "crash",
        "grade": "blue",
        "title": "测试警情",
        "geom": Point(110.47, 19.25, srid=STORE_SRID),
        "happened_at": received_at,
        "received_at": received_at,
        **fields,
    }
    return Incident.objects.create(**values)


def moved(incident: Incident, *states: str) -> None:
    """Its history: one transition after the other, from `received`."""
    steps = zip(("received", *states), states, strict=False)
    for before, after in steps:
        IncidentStep.objects.create(incident=incident, kind="transition", from_state=before, to_state=after)


def short_once(incident: Incident) -> None:
    """Nobody could be sent at first; later somebody was."""
    IncidentStep.objects.create(incident=incident, kind="dispatch", details={"shortfall": "all_busy"})


def sent(incident: Incident, tour: Any, origin: str, fence: int = 1, *, offered: bool = True) -> Assignment:
    """An assignment that came to nothing any more, offered or only proposed."""
    return Assignment.objects.create(
        incident=incident,
        tour=tour,
        unit=tour.unit,
        organisation_path=incident.organisation_path,
        state="reported" if offered else "expired",
        is_lead=False,
        ended_at=incident.received_at,
        fence=fence,
        origin=origin,
        offered_at=incident.received_at if offered else None,
    )


def past_incidents(
    organisations: list[Any], tour: Any, first: datetime, days: int, count: int, seed: int
) -> list[Incident]:
    """Many of them, spread over days, organisations, kinds, grades, ends and times; some are exercises."""
    chance = random.Random(seed)
    made = []
    for _ in range(count):
        at = first + timedelta(seconds=chance.uniform(0, days * 86_400))
        state = chance.choice(STATES)
        stamps: dict[str, Any] = {}
        if chance.random() < 0.8:
            stamps["assigned_at"] = at + timedelta(seconds=chance.uniform(0.1, 30))
            if chance.random() < 0.9:
                stamps["acknowledged_at"] = stamps["assigned_at"] + timedelta(seconds=chance.uniform(1, 60))
                stamps["arrived_at"] = at + timedelta(seconds=chance.uniform(100, 3000))
        ends = chance.choice(("false", "transferred", "reviewed")) if state == "closed" else state
        if state == "closed":
            stamps["closed_at"] = at + timedelta(seconds=chance.uniform(4000, 200_000))
        row = past_incident(
            chance.choice(organisations),
            at,
            kind=chance.choice(KINDS),
            grade=chance.choice(GRADES),
            state=state,
            exercise=chance.random() < 0.05,
            overdue_since=at if chance.random() < 0.2 else None,
            **stamps,
        )
        moved(row, *(("graded", ends, "closed") if state == "closed" else ("graded", ends)))
        if chance.random() < 0.1:
            short_once(row)
        if "assigned_at" in stamps:
            sent(row, tour, "engine", 1, offered=False)
            sent(row, tour, chance.choice(("engine", "engine", "solver", "manual")), 2)
            sent(row, tour, "manual", 3)
        made.append(row)
    return made


def recount(rows: list[Incident], by: str) -> dict[Any, dict[str, Any]]:
    """The same figures in plain Python, row by row; the key None is all of them."""
    groups: dict[Any, list[Incident]] = defaultdict(list)
    for row in rows:
        if not row.exercise:
            for key in (_key(row, by), None):
                groups[key].append(row)
    return {key: _figures(group) for key, group in groups.items()}


def local_date(row: Incident) -> date:
    """The date on which its organisation received it."""
    return row.received_at.astimezone(ZoneInfo(row.organisation.time_zone)).date()


def _key(row: Incident, by: str) -> Any:
    return local_date(row) if by == "day" else getattr(row, by)


def _figures(rows: list[Incident]) -> dict[str, Any]:
    ends = [_ended(row) for row in rows]
    origins = [_origin(row) for row in rows]
    counts = {
        "received": len(rows),
        "closed": sum(row.state == "closed" for row in rows),
        "false_alarms": ends.count("false"),
        "merged": ends.count("merged"),
        "handed_over": ends.count("transferred"),
        "by_engine": origins.count("engine"),
        "by_solver": origins.count("solver"),
        "by_hand": origins.count("manual"),
        "overdue": sum(row.overdue_since is not None for row in rows),
        "shortfalls": sum(any(step.details.get("shortfall") for step in row.steps.all()) for row in rows),
    }
    return {**counts, **{name: _times(rows, *stamps) for name, stamps in TIMES.items()}}


def _ended(row: Incident) -> str:
    if row.state != "closed":
        return row.state
    return [step.from_state for step in row.steps.order_by("id") if step.kind == "transition"][-1]


def _origin(row: Incident) -> str:
    offered = sorted((one.fence, one.origin) for one in row.assignments.all() if one.offered_at is not None)
    return offered[0][1] if offered else ""


def _times(rows: list[Incident], since: str, until: str) -> dict[str, Any]:
    values = [
        round((getattr(row, until) - getattr(row, since)).total_seconds(), 3)
        for row in rows
        if getattr(row, since) is not None and getattr(row, until) is not None
    ]
    if not values:
        return {"count": 0, "sum_s": 0.0, "mean_s": None, "p50_s": None, "p95_s": None}
    return {
        "count": len(values),
        "sum_s": sum(values),
        "mean_s": sum(values) / len(values),
        "p50_s": float(np.percentile(values, 50)),
        "p95_s": float(np.percentile(values, 95)),
    }
