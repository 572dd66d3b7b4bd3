"""`/chief/`: my segments, what is open on them, what is pressed upon me, my leave."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from core import clock
from core.messages import spoken
from incidents.selectors import incidents_visible_to, supervisions_for
from incidents.types import SETTLED, Grade, IncidentState
from maps.doors.context import page_context
from maps.doors.public import line_of
from roads.selectors import chains_at, segment_ends, segment_ids_of_chief, segments_visible_to
from stations.selectors import actor_for_request, people_visible_to
from stations.services import page_access
from stations.types import Actor, DataClass, Verb

MOST_DEPUTIES = 200


@require_safe
@ensure_csrf_cookie
@page_access(Verb.ACT, DataClass.ROUND)
def chief(request: HttpRequest) -> HttpResponse:
    """Road chiefs of every level, and whoever stands in for one."""
    actor = actor_for_request(request)
    now = clock.now()
    rows = _segments(actor, now)
    person = people_visible_to(actor).filter(pk=actor.person_id).first() if actor.person_id is not None else None
    context = page_context(
        request,
        "chief",
        rows=rows,
        open_count=sum(len(row["incidents"]) for row in rows),
        supervisions=list(supervisions_for(actor).order_by("raised_at")),
        person=person,
        deputies=_deputies(actor, person),
        page={"lines": [row["line"] for row in rows if row["line"]], "now": now},
    )
    return render(request, "maps/chief.html", context)


def _segments(actor: Actor, now: Any) -> list[dict[str, Any]]:
    """My segments, those with something open first."""
    if actor.person_id is None:
        return []
    ids = segment_ids_of_chief(actor.person_id, now)
    segments = list(segments_visible_to(actor, now).filter(pk__in=ids).select_related("axis").order_by("code"))
    open_on: dict[int, list[dict[str, Any]]] = defaultdict(list)
    mine = {segment.pk for segment in segments}
    for incident in incidents_visible_to(actor).exclude(state__in=sorted(SETTLED)).order_by("received_at"):
        if incident.segment_id in mine:
            open_on[incident.segment_id].append(_open_row(incident, border=False))
            continue
        # The border rule: a neighbour's case within 50 m stands with the segment that borders on it.
        for segment in segments:
            if _borders(incident, segment):
                open_on[segment.pk].append(_open_row(incident, border=True))
    chains, ends = chains_at([segment.pk for segment in segments], now), segment_ends(segments)
    rows = []
    for segment in segments:
        held = [member for member in chains.get(segment.pk, ()) if actor.person_id in _people(member)]
        rows.append(
            {
                "segment": segment,
                "level": held[0].level_name if held else "",
                "acting": bool(held) and held[0].acting_person_id == actor.person_id,
                "from": ends.get(segment.pk, ("", ""))[0],
                "to": ends.get(segment.pk, ("", ""))[1],
                "incidents": open_on[segment.pk],
                "line": line_of(segment.geom),
            }
        )
    return sorted(rows, key=lambda row: -len(row["incidents"]))


def _open_row(incident: Any, *, border: bool) -> dict[str, Any]:
    return {
        "incident": incident,
        "state": spoken(IncidentState(incident.state).label),
        "grade": spoken(dict(Grade.choices())[incident.grade]) if incident.grade else "",
        "late": incident.overdue_since is not None,
        "border": border,
        "on_border": any("border" in entry for entry in incident.chain),
    }


def _borders(incident: Any, segment: Any) -> bool:
    named = {(entry.get("segment"), entry.get("name")) for entry in incident.chain if entry.get("border")}
    return incident.axis_id == segment.axis_id and (segment.code, segment.name) in named


def _people(member: Any) -> tuple[int | None, int | None]:
    return member.person_id, member.acting_person_id


def _deputies(actor: Actor, person: Any) -> list[Any]:
    """Colleagues who may be named to stand in."""
    if person is None:
        return []
    rows = people_visible_to(actor).filter(organisation_id=person.organisation_id, is_active=True)
    return list(rows.exclude(pk=person.pk).order_by("name")[:MOST_DEPUTIES])
