"""`/command/handovers/`: shift hand-over sheets; each is one page that prints on A4."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from core.errors import NotFound
from incidents.selectors import handover_detail, handover_summary, handovers_visible_to
from incidents.states import HANDOVER_LIFECYCLE, HandoverState
from maps.doors.context import page_context
from maps.doors.sheet import sheet_context
from stations.selectors import actor_for_request
from stations.services import page_access
from stations.types import DataClass, Verb

SHOWN = 60


@require_safe
@ensure_csrf_cookie
@page_access(Verb.VIEW, DataClass.HANDOVER)
def handovers(request: HttpRequest) -> HttpResponse:
    """The newest sheets, and making one."""
    actor = actor_for_request(request)
    rows = [handover_summary(row) for row in handovers_visible_to(actor).order_by("-made_at", "-id")[:SHOWN]]
    may_make = actor.may(Verb.CREATE, DataClass.HANDOVER)
    return render(request, "maps/handovers.html", page_context(request, "command", sheets=rows, may_make=may_make))


@require_safe
@ensure_csrf_cookie
@page_access(Verb.VIEW, DataClass.HANDOVER)
def handover(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One sheet: what it froze, who signed, and what may be done with it."""
    actor = actor_for_request(request)
    row = handovers_visible_to(actor).filter(uid=uid).first()
    if row is None:
        raise NotFound(_("没有这张交接班单"), field="handover", value=str(uid))
    detail = handover_detail(row)
    at = parse_datetime(detail["content"]["at"])
    allowed = HANDOVER_LIFECYCLE.allowed(row.state) if actor.may(Verb.CHANGE, DataClass.HANDOVER) else frozenset()
    answer = render(
        request,
        "maps/handover.html",
        page_context(
            request,
            "command",
            sheet=detail,
            may_sign=HandoverState.SIGNED in allowed,
            may_accept=HandoverState.ACCEPTED in allowed and row.signed_by_id != actor.user_id,
            waits_for_other=HandoverState.ACCEPTED in allowed and row.signed_by_id == actor.user_id,
            may_cancel=HandoverState.CANCELLED in allowed,
            **sheet_context(detail["content"], at),
        ),
    )
    answer["Cache-Control"] = "private, no-store"
    return answer
