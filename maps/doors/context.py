"""What every page is told about itself: who looks, where the map begins, which words and addresses its script needs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import clock
from core.errors import NotFound
from maps.doors.recognition_tabs import recognition_tabs
from roads.selectors import current_build
from stations.selectors import actor_for_request, organisation_root
from stations.types import Actor, DataClass, Verb

FALLBACK_BOUNDS = (73.5, 18.0, 135.1, 53.6)  # mainland China, for a deployment without a network


def map_bounds() -> tuple[float, float, float, float]:
    """(west, south, east, north) of the network in force, in WGS-84 degrees."""
    build = current_build()
    if build is None or build.bounds is None:
        return FALLBACK_BOUNDS
    west, south, east, north = build.bounds.extent
    return west, south, east, north


def doors_of(actor: Actor, here: str) -> list[dict[str, Any]]:
    """The doors that this actor may enter, the present one marked."""
    found = [{"href": "/", "name": _("公众"), "here": here == "public"}]
    if actor.may(Verb.VIEW, DataClass.INCIDENT):
        found.append({"href": "/command/", "name": _("指挥"), "here": here == "command"})
    if actor.may(Verb.VIEW_OWN, DataClass.ASSIGNMENT) and actor.may(Verb.ACT, DataClass.ASSIGNMENT):
        found.append({"href": "/duty/", "name": _("勤务"), "here": here == "duty"})
    if actor.may(Verb.ACT, DataClass.ROUND) and actor.may(Verb.VIEW, DataClass.SEGMENT):
        found.append({"href": "/chief/", "name": _("路长"), "here": here == "chief"})
    if actor.may(Verb.CREATE, DataClass.BOARD):
        found.append({"href": "/boards/", "name": _("公示牌"), "here": here == "boards"})
    # Who sets cameras up sees how they do from /setup/; a door of its own is for who works with plates.
    if (actor.may(Verb.VIEW, DataClass.ALARM) or actor.may(Verb.LOOKUP, DataClass.PASSAGE)) and (
        tabs := recognition_tabs(actor)
    ):
        found.append({"href": tabs[0]["href"], "name": _("缉查"), "here": here == "recognition"})
    return found


def page_context(request: HttpRequest, here: str, **more: Any) -> dict[str, Any]:
    """Context shared by the doors. `page` is plain data for the page's script (json_script)."""
    actor = actor_for_request(request)
    root, build = _root(), current_build()
    return {
        "actor": actor,
        "doors": doors_of(actor, here),
        "here": here,
        "deployment": root.name if root is not None else "",
        "is_sample": bool(root is not None and root.generated),
        "page": {
            "bounds": map_bounds(),
            "network": build.version if build is not None else "",
            "network_at": build.built_at if build is not None else None,
            "raster": settings.LUZHANG_BASEMAP,
            "language": get_language(),
            "now": clock.now(),
            "user": actor.user_id,
            "time_zone": settings.TIME_ZONE,
            **more.pop("page", {}),
        },
        **more,
    }


def _root() -> Any:
    try:
        return organisation_root()
    except NotFound:
        return None
