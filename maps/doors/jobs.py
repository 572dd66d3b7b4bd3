"""`/jobs/`: imports and network builds for administrators: upload, dry run, progress, refused rows by line."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from core.geo.datum import Datum
from maps.doors.context import page_context
from stations.services import page_access
from stations.types import DataClass, Verb


@require_safe
@ensure_csrf_cookie
@page_access(Verb.CREATE, DataClass.IMPORT_RUN)
def jobs(request: HttpRequest) -> HttpResponse:
    """The page; its script asks the API for kinds and jobs."""
    return render(request, "maps/jobs.html", page_context(request, "jobs", datums=[each.value for each in Datum]))
