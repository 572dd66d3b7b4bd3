"""`/b/<number>/`: the page behind a board's code; `/boards/`: the boards of a county for who issues and hangs them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from core import clock
from core.errors import NotFound
from core.messages import spoken
from maps.doors.context import page_context
from maps.doors.public_page import absolute, in_asked_language, public_page
from maps.doors.segments import segment_facts, segment_structured
from roads.selectors import BoardStanding, board_by_number, board_standing, heirs_of
from roads.services import PRINT_KIND
from roads.types import BoardState, Difference
from stations.selectors import actor_for_request
from stations.selectors.jobs import job_kinds_for, organisations_for_job
from stations.services import page_access
from stations.types import DataClass, Verb


@require_safe
@in_asked_language
def board_page(request: HttpRequest, number: str) -> HttpResponse:
    """Who answers for this road now, and whether the board that somebody stands before is still right."""
    try:
        board = board_by_number(number)
    except NotFound as error:
        return public_page(request, "maps/public/no_board.html", status=404, error=error, number=number)
    now = clock.now()
    standing = board_standing(board, now)
    segment = standing.segment or board.segment
    facts = segment_facts(segment, now, board.geom)
    return public_page(
        request,
        "maps/public/board.html",
        board=board,
        verdict=_verdict(standing),
        changes=[_change(each) for each in standing.changes],
        heirs=heirs_of(board.segment) if standing.segment is None or standing.segment.pk != board.segment_id else [],
        structured=segment_structured(facts, absolute(request, request.path), board.organisation.name),
        page={"line": facts["line"], "marks": [[board.geom.x, board.geom.y]]},
        **facts,
    )


def _verdict(standing: BoardStanding) -> str:
    """One word for what the reader must know first."""
    state = standing.board.state
    if state in (BoardState.REPLACED, BoardState.REMOVED, BoardState.DUE):
        return str(state)
    if standing.segment is None:
        return "gone"
    return "changed" if standing.is_out_of_date else "right"


def _change(change: Difference) -> dict[str, str]:
    return {"what": change.level_name or _field_names()[change.field], "printed": change.printed, "now": change.now}


def _field_names() -> dict[str, str]:
    return {
        "segment_name": _("路段名称"),
        "segment_code": _("路段编号"),
        "road": _("道路"),
        "start": _("起点"),
        "end": _("终点"),
        "length_km": _("长度（公里）"),
        "station": _("就近站点"),
        "station_phone": _("服务站电话"),
        "station_hours": _("服务站时间"),
        "supervision_phone": _("监督电话"),
    }


@require_safe
@ensure_csrf_cookie
@page_access(Verb.VIEW, DataClass.BOARD)
def boards(request: HttpRequest) -> HttpResponse:
    """The page; its script asks the API for boards, reprints and jobs."""
    actor = actor_for_request(request)
    rights = {
        "issue": actor.may(Verb.CREATE, DataClass.BOARD),
        "post": actor.may(Verb.ACT, DataClass.BOARD),
        "remove": actor.may(Verb.CHANGE, DataClass.BOARD),
    }
    kind = next((each for each in job_kinds_for(actor) if each.name == PRINT_KIND), None)
    organisations = list(organisations_for_job(actor, kind)[:500]) if kind is not None else []
    context = page_context(
        request,
        "boards",
        states=[(state.value, spoken(state.label)) for state in BoardState],
        organisations=organisations,
        page={
            "rights": {**rights, "print": bool(organisations)},
            "field_names": _field_names(),
            "print_kind": PRINT_KIND,
        },
    )
    return render(request, "maps/boards.html", context)
