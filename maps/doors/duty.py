"""`/duty/`: the phone. A shell that reads and acts through the APIs, so that a reload shows what is true."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from incidents.selectors import incident_kinds
from maps.doors.context import page_context
from maps.doors.duty_app import duty_shell
from stations.selectors import actor_for_request
from stations.services import page_access
from stations.types import DataClass, Verb


@require_safe
@ensure_csrf_cookie
@page_access(Verb.ACT, DataClass.ASSIGNMENT)
def duty(request: HttpRequest) -> HttpResponse:
    """Officers, auxiliaries, wardens, persuaders. What a role may not do, its page does not offer."""
    actor = actor_for_request(request)
    page = {
        "kinds": [asdict(kind) for kind in incident_kinds()],
        "may": {
            "photo": actor.may(Verb.CREATE, DataClass.ATTACHMENT),
            "track": actor.may(Verb.VIEW_OWN, DataClass.TRACK),
        },
    }
    response = render(request, "maps/duty.html", page_context(request, "duty", page=page))
    response["Shell-Version"] = duty_shell().version
    return response
