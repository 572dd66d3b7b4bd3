"""The command page's picture of now in one answer: open incidents, standing assignments, units. Events follow by SSE.

The feed number is read before the rows, so that applying the events after it to this picture gives the next picture;
whatever is in both is told apart by its `version`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from core import clock
from core.feed.reader import head
from core.jsontext import dumps
from incidents.selectors import (
    assignment_summary,
    assignments_visible_to,
    backup_summary,
    backups_standing_to,
    incident_summary,
    incidents_visible_to,
    press_summary,
    status_return_summary,
    status_returns_failed_to,
    supervisions_for,
)
from incidents.types import HOLDING, SETTLED, AssignmentState
from patrols.selectors import freshness_limits, tours_on_duty
from patrols.types import TourOnDuty
from stations.selectors import actor_for_request
from stations.services import page_access
from stations.types import Actor, DataClass, Verb

# What was settled this recently stays on the list, so that a case does not vanish under the hand.
SETTLED_KEPT = timedelta(hours=2)
MOST_INCIDENTS = 500
MOST_PRESSES = 100


def json_answer(content: Any, status: int = 200) -> HttpResponse:
    """An answer for our own pages, never stored by anybody."""
    response = HttpResponse(dumps(content), status=status, content_type="application/json; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    return response


def picture(actor: Actor) -> dict[str, Any]:
    """The picture of now for one actor."""
    _oldest, seq = head()
    now = clock.now()
    incidents = (
        incidents_visible_to(actor)
        .filter(~Q(state__in=sorted(SETTLED)) | Q(received_at__gte=now - SETTLED_KEPT))
        .order_by("-received_at", "-id")[:MOST_INCIDENTS]
    )
    standing = assignments_visible_to(actor).filter(
        state__in=sorted(HOLDING | {AssignmentState.PROPOSED, AssignmentState.CLEARED})
    )
    fresh_s, aged_s = freshness_limits()
    return {
        "seq": seq,
        "at": now,
        "limits": {"fresh_s": fresh_s, "aged_s": aged_s},
        "incidents": [incident_summary(row) for row in incidents],
        "assignments": [assignment_summary(row) for row in standing.order_by("id")],
        "backups": [backup_summary(row) for row in backups_standing_to(actor).order_by("asked_at", "id")],
        "failed_returns": [status_return_summary(row) for row in status_returns_failed_to(actor).order_by("at", "id")],
        "presses": [press_summary(row) for row in supervisions_for(actor).order_by("raised_at", "id")[:MOST_PRESSES]],
        "units": [unit_json(tour) for tour in tours_on_duty(actor=actor, at=now)],
    }


def unit_json(tour: TourOnDuty) -> dict[str, Any]:
    """A unit on duty. Without a fix its post is given and `fixed_at` is null: the page says so."""
    has_fix = tour.lon is not None and tour.lat is not None
    return {
        "tour_id": tour.tour_id,
        "tour": tour.tour_uid,
        "unit": tour.unit_uid,
        "call_sign": tour.call_sign,
        "kind": tour.kind,
        "agency": tour.agency,
        "agencies": tour.agencies,
        "on_break": tour.on_break,
        "people": len(tour.people_kinds),
        "lon": tour.lon if has_fix else tour.post_lon,
        "lat": tour.lat if has_fix else tour.post_lat,
        "fixed_at": tour.fixed_at.timestamp() if tour.fixed_at is not None else None,
        "speed_mps": tour.speed_mps,
        "course_deg": tour.course_deg,
        "is_mock": tour.is_mock,
        "has_radio": tour.has_radio,
        "exercise": tour.is_exercise,
        "generated": tour.generated,
    }


@require_safe
@page_access(Verb.VIEW, DataClass.INCIDENT)
def command_snapshot(request: HttpRequest) -> HttpResponse:
    """`/command/snapshot/`"""
    return json_answer(picture(actor_for_request(request)))
