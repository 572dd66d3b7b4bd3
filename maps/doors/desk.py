"""What the panels of `/command/` read: units as a table, the shift with its gaps, who lies under a press."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from core import clock
from incidents.selectors import press_summary, supervisions_open_to
from maps.doors.snapshot import json_answer
from patrols.selectors import (
    freshness_limits,
    requirement_gaps,
    resources_on_duty,
    tours_not_checked_in,
    units_on_duty,
)
from stations.selectors import actor_for_request
from stations.services import page_access
from stations.types import DataClass, Verb

MOST_PRESSES = 500


@require_safe
@page_access(Verb.VIEW, DataClass.INCIDENT)
def command_resources(request: HttpRequest) -> HttpResponse:
    """`/command/resources/`: units on duty with place in words, radio and duty phones."""
    now = clock.now()
    fresh_s, aged_s = freshness_limits()
    rows = resources_on_duty(actor=actor_for_request(request), at=now)
    return json_answer(
        {"at": now, "limits": {"fresh_s": fresh_s, "aged_s": aged_s}, "units": [asdict(row) for row in rows]}
    )


@require_safe
@page_access(Verb.VIEW, DataClass.INCIDENT)
def command_shift(request: HttpRequest) -> HttpResponse:
    """`/command/shift/`: who is on, who is planned and not checked in, what is required and not planned today."""
    actor, now = actor_for_request(request), clock.now()
    on: dict[tuple[str, str], int] = {}
    rehearsing = 0
    for unit in units_on_duty(actor=actor, at=now):
        if unit.tour.is_exercise:
            rehearsing += 1
            continue
        key = (unit.tour.agency, unit.tour.kind)
        on[key] = on.get(key, 0) + 1
    gaps = requirement_gaps(actor=actor, day=timezone.localtime(now).date())
    return json_answer(
        {
            "at": now,
            "on": [{"agency": agency, "kind": kind, "count": count} for (agency, kind), count in sorted(on.items())],
            "rehearsing": rehearsing,
            "not_checked_in": [asdict(row) for row in tours_not_checked_in(actor=actor, at=now)],
            "gaps": [asdict(gap) | {"missing": gap.missing, "now": gap.starts_at <= now < gap.ends_at} for gap in gaps],
        }
    )


@require_safe
@page_access(Verb.VIEW, DataClass.INCIDENT)
def command_presses(request: HttpRequest) -> HttpResponse:
    """`/command/presses/`: every press (督办) of the actor's scope without an answer, oldest first."""
    rows = supervisions_open_to(actor_for_request(request)).order_by("raised_at", "id")[:MOST_PRESSES]
    presses: list[dict[str, Any]] = [press_summary(row) for row in rows]
    return json_answer({"at": clock.now(), "presses": presses})
