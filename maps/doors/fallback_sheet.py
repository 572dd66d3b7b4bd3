"""`/command/board/`: the sheet for the day all is down, as its file says; made on the spot where there is none yet."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from maps.fallback_sheet import fallback_file, fallback_html, fallback_path_of, fallback_policy
from stations.selectors import actor_for_request
from stations.services import page_access
from stations.types import DataClass, Verb


@require_safe
@page_access(Verb.VIEW, DataClass.HANDOVER)
def command_fallback_sheet(request: HttpRequest) -> HttpResponse:
    """The sheet of the actor's desk."""
    path = fallback_path_of(actor_for_request(request))
    file = fallback_file(path)
    html = file.read_text(encoding="utf-8") if file.exists() else fallback_html(path)
    answer = HttpResponse(html, content_type="text/html; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    # Read by the policy's middleware: this page carries its style and script in itself.
    answer._csp_replace = fallback_policy(html)  # type: ignore[attr-defined]
    return answer
