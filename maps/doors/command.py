"""`/command/`: the live map, the list, the drawer."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from core.errors import NotFound
from core.messages import spoken
from incidents.selectors import incident_kinds, incident_task_kinds, incidents_visible_to
from maps.briefing import briefing_html
from maps.doors.context import page_context
from maps.doors.replay import map_rights, replay_page
from stations.selectors import actor_for_request, organisations_visible_to
from stations.services import page_access
from stations.types import Actor, DataClass, Role, Verb

# To whom the desk gives tasks inside an incident when it names nobody.
TASK_ROLES = (
    Role.OFFICER,
    Role.AUXILIARY,
    Role.WARDEN,
    Role.STATION_STAFF,
    Role.DISPATCHER,
    Role.CHIEF,
    Role.PERSUADER,
)


@require_safe
@ensure_csrf_cookie
@page_access(Verb.VIEW, DataClass.INCIDENT)
def command(request: HttpRequest) -> HttpResponse:
    """The command centre. Which buttons are shown is a courtesy; the services decide."""
    if "replay" in request.GET:
        return replay_page(request)
    actor = actor_for_request(request)
    page = {
        "kinds": [asdict(kind) for kind in incident_kinds()],
        "task_kinds": [asdict(kind) for kind in incident_task_kinds()],
        "task_roles": [{"code": role.value, "name": spoken(role.label)} for role in TASK_ROLES],
        "user_id": actor.user_id,
        "may": {
            "create": actor.may(Verb.CREATE, DataClass.INCIDENT),
            "dispatch": actor.may(Verb.DISPATCH, DataClass.INCIDENT),
            "change": actor.may(Verb.CHANGE, DataClass.INCIDENT),
            "review": actor.may(Verb.REVIEW, DataClass.INCIDENT),
            "propose": actor.may(Verb.VIEW, DataClass.DECISION),
            "lookup": actor.may(Verb.LOOKUP, DataClass.REPORTER),
            "radio": actor.may(Verb.DISPATCH, DataClass.ASSIGNMENT),
            "tasks": actor.may(Verb.CREATE, DataClass.TASK),
            "marks": actor.may(Verb.CREATE, DataClass.MARK),
            "recordings": actor.may(Verb.LOOKUP, DataClass.RECORDING),
            "statistics": actor.may(Verb.VIEW, DataClass.STATISTICS),
            "broadcast": actor.may(Verb.CREATE, DataClass.BROADCAST),
            "handover": actor.may(Verb.CREATE, DataClass.HANDOVER),
            "tours": actor.may(Verb.CHANGE, DataClass.TOUR),
            "alarms": actor.may(Verb.VIEW, DataClass.ALARM),
            "judge": actor.may(Verb.CONFIRM, DataClass.ALARM),
            "shift": actor.may(Verb.VIEW, DataClass.REQUIREMENT),
            **map_rights(actor),
        },
        "desks": _desks(actor),
    }
    return render(request, "maps/command.html", page_context(request, "command", page=page))


def _desks(actor: Actor) -> list[dict[str, str]]:
    """Organisations to whose tours alone this actor may address a notice."""
    paths = actor.scope_paths(Verb.CREATE, DataClass.BROADCAST)
    if not paths:
        return []
    rows = organisations_visible_to(actor).filter(is_active=True).order_by("path").values_list("uid", "name", "path")
    return [{"uid": str(uid), "name": name} for uid, name, path in rows if (path or "").startswith(tuple(paths))]


@require_safe
@page_access(Verb.EXPORT, DataClass.INCIDENT)
def briefing(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One incident as a single file with its own map, for a computer without network."""
    incident = incidents_visible_to(actor_for_request(request)).filter(uid=uid).first()
    if incident is None:
        raise NotFound(_("没有这条警情"), field="incident", value=str(uid))
    response = HttpResponse(briefing_html(incident), content_type="text/html; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="briefing-{incident.number}.html"'
    response["Cache-Control"] = "private, no-store"
    return response
