"""Pages about plates: who is watched, where a vehicle was, how cameras do, what came of it all. Scripts ask the API."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from core.messages import spoken
from maps.doors.context import page_context
from maps.doors.recognition_tabs import recognition_tabs
from recognition.selectors import plate_kinds, watch_categories
from recognition.services import watch_import_columns
from recognition.types import WatchState
from roads.selectors import axes_by_weight
from stations.selectors import (
    actor_for_request,
    cameras_visible_to,
    checkpoints_visible_to,
    organisations_visible_to,
)
from stations.services import page_access
from stations.types import DataClass, Verb

MOST_PLACES = 500
MOST_ROADS = 200


def recognition_context(request: HttpRequest, here: str, **more: Any) -> dict[str, Any]:
    """What the pages of this family share: the doors, and the tabs that this person may open."""
    actor = actor_for_request(request)
    context = page_context(request, "recognition", **more)
    return {**context, "tabs": [tab | {"here": tab["name"] == here} for tab in recognition_tabs(actor)]}


@require_safe
@ensure_csrf_cookie
@page_access(Verb.VIEW, DataClass.WATCHLIST)
def watchlist(request: HttpRequest) -> HttpResponse:
    """The desk of the watch-list."""
    actor = actor_for_request(request)
    paths = actor.scope_paths(Verb.CREATE, DataClass.WATCHLIST)
    organisations = [
        {"uid": str(row.uid), "name": row.name}
        for row in organisations_visible_to(actor).filter(is_active=True).order_by("path")[:MOST_PLACES]
        if (row.path or "").startswith(tuple(paths))
    ]
    checkpoints = checkpoints_visible_to(actor).order_by("code").values("code", "name")[:MOST_PLACES]
    page = {
        "states": _states(),
        "categories": watch_categories(),
        "plate_kinds": plate_kinds(),
        "organisations": organisations,
        "checkpoints": list(checkpoints),
        "import_columns": watch_import_columns(),
        "may": {"apply": bool(organisations)},
    }
    return render(request, "maps/watchlist.html", recognition_context(request, "watchlist", page=page))


@require_safe
@ensure_csrf_cookie
@page_access(Verb.LOOKUP, DataClass.PASSAGE)
def vehicles(request: HttpRequest) -> HttpResponse:
    """Looking passages up, and one vehicle's way. Nothing is shown before reason and case are given."""
    actor = actor_for_request(request)
    cameras = cameras_visible_to(actor).order_by("code").values("code", "name")[:MOST_PLACES]
    axes = axes_by_weight(at_least_m=0, limit=MOST_ROADS)
    page = {
        "cameras": list(cameras),
        "states": _states(),
        "roads": [{"uid": str(axis.uid), "name": " ".join(filter(None, (axis.code, axis.name)))} for axis in axes],
        "may": {"watchlist": actor.may(Verb.VIEW, DataClass.WATCHLIST)},
    }
    return render(request, "maps/vehicles.html", recognition_context(request, "vehicles", page=page))


@require_safe
@ensure_csrf_cookie
@page_access(Verb.VIEW, DataClass.CAMERA)
def cameras(request: HttpRequest) -> HttpResponse:
    """How the cameras do, the worst first; one of them by `#code`, its pictures after a reason."""
    actor = actor_for_request(request)
    page = {"may": {"lookup": actor.may(Verb.LOOKUP, DataClass.PASSAGE)}}
    return render(request, "maps/cameras.html", recognition_context(request, "cameras", page=page))


@require_safe
@page_access(Verb.VIEW, DataClass.ALARM)
def interceptions(request: HttpRequest) -> HttpResponse:
    """What came of the alarms, as figures."""
    return render(request, "maps/interceptions.html", recognition_context(request, "figures"))


def _states() -> list[dict[str, str]]:
    return [{"code": state.value, "name": spoken(state.label)} for state in WatchState]
