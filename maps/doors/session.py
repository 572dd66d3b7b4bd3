"""Signing in again beside a page that is open: who is signed in now, and the page of the tab that was opened for it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from maps.doors.context import page_context
from maps.doors.snapshot import json_answer
from stations.selectors import actor_for_request


@require_safe
def session(request: HttpRequest) -> HttpResponse:
    """`{"user": id}` of who asks, null for nobody: a waiting page goes on only for whom it was drawn."""
    return json_answer({"user": actor_for_request(request).user_id})


@require_safe
def signed_in(request: HttpRequest) -> HttpResponse:
    """Tells the waiting page and closes itself; says so where a browser will not close it."""
    return render(request, "maps/signed_in.html", page_context(request, ""))
