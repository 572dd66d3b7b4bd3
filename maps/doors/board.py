"""`/command/board/`: the board for the day all is down, as its file says; made on the spot where there is none yet."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from maps.board import board_file, board_html, board_path_of, board_policy
from stations.selectors import actor_for_request
from stations.services import page_access
from stations.types import DataClass, Verb


@require_safe
@page_access(Verb.VIEW, DataClass.HANDOVER)
def command_board(request: HttpRequest) -> HttpResponse:
    """The board of the actor's desk."""
    path = board_path_of(actor_for_request(request))
    file = board_file(path)
    html = file.read_text(encoding="utf-8") if file.exists() else board_html(path)
    answer = HttpResponse(html, content_type="text/html; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    # Read by the policy's middleware: this page carries its style and script in itself.
    answer._csp_replace = board_policy(html)  # type: ignore[attr-defined]
    return answer
