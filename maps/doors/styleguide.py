"""`/styleguide/`: every part that pages are built from, on one page, for who builds and judges them. Invented data."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from maps.doors.context import page_context
from stations.services import page_access
from stations.types import DataClass, Verb


@require_safe
@page_access(Verb.VIEW, DataClass.ORGANISATION)
def styleguide(request: HttpRequest) -> HttpResponse:
    """Staff: whoever sees the organisation from within."""
    context = page_context(request, "styleguide")
    # Nothing on it is of this deployment, whatever that is.
    context["is_sample"] = True
    return render(request, "maps/styleguide.html", context)
