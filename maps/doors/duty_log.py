"""`/duty/log/[?date=]`: what I did that day, for reading and for paper. From the histories; nothing is typed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock
from incidents.selectors import crew_acts
from maps.doors.context import page_context
from patrols.selectors import tour_steps_by
from stations.selectors import actor_for_request
from stations.services import page_access
from stations.types import Actor, DataClass, Verb

# Later than this after the act, its own time is told beside that of its arrival.
SENT_LATER = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log. `at` is when it happened; `sent_at` is set where it arrived later."""

    at: datetime
    sent_at: datetime | None
    what: str
    about: str
    text: str
    refused: bool = False


@require_safe
@page_access(Verb.ACT, DataClass.ASSIGNMENT)
def duty_log(request: HttpRequest) -> HttpResponse:
    """One's own day; another's is for who may read tours and tracks, at the desk."""
    actor = actor_for_request(request)
    today = timezone.localdate(clock.now())
    day, problem = _day(request.GET.get("date", ""), today)
    context = page_context(
        request,
        "duty",
        day=day,
        problem=problem,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1) if day < today else None,
        lines=log_of(actor, day),
    )
    return render(request, "maps/duty_log.html", context, status=400 if problem else 200)


def _day(text: str, today: date) -> tuple[date, str]:
    if not text:
        return today, ""
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or not date(2000, 1, 1) <= day <= today:
        return today, _("日期“%(text)s”无效：应为不晚于今天的日期，如 %(cure)s。") % {
            "text": text[:40],
            "cure": today.isoformat(),
        }
    return day, ""


def log_of(actor: Actor, day: date) -> list[Line]:
    """The acts of one local day, in the order in which they happened."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    lines = [
        _line(act.at, act.acted_at, act.what, " · ".join(filter(None, (act.about, act.place))), act.text, act.refused)
        for act in crew_acts(actor=actor, start=start, end=end)
    ]
    for step in tour_steps_by(actor=actor, start=start, end=end):
        away = _("距岗点 %(metres)s 米") % {"metres": round(step.post_m)} if step.post_m is not None else ""
        title = str(step.details.get("title", ""))
        lines.append(_line(step.at, step.acted_at, step.get_kind_display(), step.tour.unit.call_sign, title or away))
    return sorted(lines, key=lambda line: line.at)


def _line(at: datetime, acted_at: datetime | None, what: str, about: str, text: str, refused: bool = False) -> Line:
    later = acted_at is not None and at - acted_at > SENT_LATER
    happened = acted_at if later and acted_at is not None else at
    return Line(happened, at if later else None, what, about, text, refused)
