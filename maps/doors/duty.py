"""`/duty/`: the phone. A shell that reads and acts through the APIs, so that a reload shows what is true."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from incidents.selectors import incident_kinds
from maps.doors.context import page_context
from stations.services import page_access
from stations.types import DataClass, Verb


@require_safe
@ensure_csrf_cookie
@page_access(Verb.ACT, DataClass.ASSIGNMENT)
def duty(request: HttpRequest) -> HttpResponse:
    """Officers, auxiliaries, wardens, persuaders."""
    kinds = [asdict(kind) for kind in incident_kinds()]
    return render(request, "maps/duty.html", page_context(request, "duty", page={"kinds": kinds}))
