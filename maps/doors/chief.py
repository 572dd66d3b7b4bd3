"""`/chief/`: my segments and what is due, open and late on them; a segment's log; the districts of a general chief."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from core import clock
from core.errors import InvalidInput, NotFound
from incidents.selectors import (
    district_overview,
    incidents_of_inspections,
    incidents_visible_to,
    lower_chief_of,
    month_signatures_of,
    received_on_segments,
    segment_trend,
    supervisions_for,
    worst_segments,
)
from maps.doors.chief_chart import months_of
from maps.doors.chief_rows import Mine, incident_row, rows_of
from maps.doors.context import page_context
from roads.selectors import (
    assignments_visible_to,
    chains_at,
    deputies_allowed,
    inspections_visible_to,
    leaves_of,
    local_date,
    segment_ends,
    segments_visible_to,
    stand_ins,
)
from stations.selectors import actor_for_request, organisation_root, people_visible_to
from stations.services import page_access
from stations.types import Actor, DataClass, Verb

MOST_DEPUTIES = 200
MOST_LISTED = 200
WORST = 8
# When the page was last looked at: a cookie of the device, as reading a page writes nothing.
SEEN_COOKIE, SEEN_DAYS = "chief_seen", 90
SEEN_PAUSE = timedelta(minutes=30)
SEEN_AT_MOST = timedelta(days=7)
SORT = "late"


@require_safe
@ensure_csrf_cookie
@page_access(Verb.ACT, DataClass.ROUND)
def chief(request: HttpRequest) -> HttpResponse:
    """Road chiefs of every level, and whoever stands in for one."""
    actor = actor_for_request(request)
    now = clock.now()
    person = _person(actor)
    zone = _zone(person)
    mine = rows_of(actor, now, zone)
    seen, kept = _seen(request, now)
    context = page_context(
        request,
        "chief",
        tab="mine",
        person=person,
        mine=mine,
        open_count=len(mine.marks),
        hour=now.astimezone(ZoneInfo(zone)).hour,
        now=now,
        supervisions=[_press(row) for row in supervisions_for(actor).order_by("raised_at")],
        yesterday=_yesterday(actor, mine, now, zone),
        changed=_changed(actor, mine, seen, now) if seen is not None else None,
        trend=_trend(actor, mine.segment_ids, now, zone),
        **_leave(actor, person, now),
        page=_page(mine, now, person),
    )
    response = render(request, "maps/chief.html", context)
    response.set_cookie(
        SEEN_COOKIE, kept, max_age=SEEN_DAYS * 86400, path="/chief/", httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response


@require_safe
@ensure_csrf_cookie
@page_access(Verb.ACT, DataClass.ROUND)
def chief_segment(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One of my segments: its log, its cases of this year, its trend, who answers for it."""
    actor = actor_for_request(request)
    now = clock.now()
    zone = _zone(_person(actor))
    mine = rows_of(actor, now, zone)
    row = next((row for row in mine.rows if row.segment.uid == uid), None)
    if row is None:
        raise NotFound(_("这不是您的路段"), field="segment", value=str(uid), cure=_("请在“我的路段”中选择路段"))
    log = list(inspections_visible_to(actor).filter(segment=row.segment)[:MOST_LISTED])
    found = incidents_of_inspections(actor, [str(entry.uid) for entry in log])
    cases = incidents_visible_to(actor).filter(segment_id=row.segment.pk, exercise=False).order_by("-received_at")
    context = page_context(
        request,
        "chief",
        tab="mine",
        mine=mine,
        row=row,
        log=[{"entry": entry, "incident": found.get(str(entry.uid))} for entry in log],
        cases=[incident_row(case) for case in cases[:MOST_LISTED]],
        chain=chains_at([row.segment.pk], now).get(row.segment.pk, ()),
        own_duty=assignments_visible_to(actor).filter(
            segment=row.segment, person_id=actor.person_id or 0, valid__contains=now
        ),
        trend=_trend(actor, [row.segment.pk], now, zone),
        page=_page(Mine(mine.holdings, (row,)), now, None),
    )
    return render(request, "maps/chief_segment.html", context)


@require_safe
@ensure_csrf_cookie
@page_access(Verb.ACT, DataClass.ROUND)
def chief_districts(request: HttpRequest) -> HttpResponse:
    """The districts of a general chief: trend, ranking, worst segments, and the month to be signed."""
    actor = actor_for_request(request)
    now = clock.now()
    zone = _zone(_person(actor))
    mine = _general(actor, now, zone)
    today = local_date(now, zone)
    until = _until(request, today)
    overview = district_overview(actor=actor, segment_ids=mine.segment_ids, until=until, zone=zone)
    chosen = request.GET.get("district", "")
    districts = [each for each in overview.districts if not chosen or each.uid == chosen]
    if chosen and not districts:
        raise NotFound(_("没有这个辖区"), field="district", value=chosen[:40], cure=_("请从辖区列表中选择"))
    listed = [pk for each in districts for pk in each.segment_ids]
    worst = worst_segments(overview, listed, MOST_LISTED if chosen else WORST)
    sort, names = request.GET.get("sort", SORT), _sort_names()
    context = page_context(
        request,
        "chief",
        tab="districts",
        mine=mine,
        overview=overview,
        chosen=districts[0] if chosen else None,
        districts=_sorted(overview.districts, sort),
        sort=sort if sort in names else SORT,
        sorts=list(names.items()),
        worst=_named(actor, overview, listed if chosen else worst, worst),
        trend=_trend(actor, listed, now, zone),
        signatures=list(month_signatures_of(actor)[:12]),
        signed_today=month_signatures_of(actor).filter(month=overview.month, signed_on=today).exists(),
        months=_months_before(today),
        now=now,
        page={"now": now},
    )
    return render(request, "maps/chief_districts.html", context)


def _general(actor: Actor, now: datetime, zone: str) -> Mine:
    mine = rows_of(actor, now, zone, drawn=False)
    if not mine.sees_districts:
        raise NotFound(_("您的级别没有辖区汇总"), field="level", cure=_("请联系管理员核对路长级别"))
    # What is only heard of as a deputy is not signed for.
    return Mine(mine.holdings, tuple(row for row in mine.rows if row.own.sees_districts or _sees(row)))


def _sees(row: Any) -> bool:
    return any(holding.sees_districts and holding.has_duty for holding in row.duty.holdings)


def _person(actor: Actor) -> Any:
    return people_visible_to(actor).filter(pk=actor.person_id).first() if actor.person_id is not None else None


def _zone(person: Any) -> str:
    return str(person.organisation.time_zone if person is not None else organisation_root().time_zone)


def _press(row: Any) -> dict[str, Any]:
    """A press with what can be done about it."""
    lower = lower_chief_of(row)
    return {
        "row": row,
        "lower": (lower.get("acting_name") or lower["name"]) if lower else "",
        "lower_level": lower["level_name"] if lower else "",
    }


def _yesterday(actor: Actor, mine: Mine, now: datetime, zone: str) -> list[dict[str, Any]]:
    today = local_date(now, zone)
    since, until = (datetime.combine(day, time(), ZoneInfo(zone)) for day in (today - timedelta(days=1), today))
    rows = received_on_segments(actor, mine.segment_ids, since, until)
    return [incident_row(incident) for incident in rows[:MOST_LISTED]]


def _changed(actor: Actor, mine: Mine, seen: datetime, now: datetime) -> dict[str, Any]:
    """What happened on my segments since I last looked."""
    ids = mine.segment_ids
    cases = incidents_visible_to(actor).filter(segment_id__in=ids, exercise=False)
    others = inspections_visible_to(actor).filter(segment_id__in=ids, received_at__gte=seen)
    stamps = {"received": "received_at", "closed": "closed_at", "late": "overdue_since"}
    counts = {
        **cases.aggregate(**{name: Count("pk", filter=Q(**{f"{stamp}__gte": seen})) for name, stamp in stamps.items()}),
        "inspected": others.exclude(person_id=actor.person_id or 0).count(),
    }
    return {"since": seen, "any": any(counts.values()), **counts}


def _seen(request: HttpRequest, now: datetime) -> tuple[datetime | None, str]:
    """Since when what is new is told, and what the cookie keeps: that moment and this one, in seconds.

    The moment moves on when the page was left alone for half an hour; a first visit has none.
    """
    try:
        before, latest = (
            datetime.fromtimestamp(int(part), UTC) for part in request.COOKIES.get(SEEN_COOKIE, "").split(".")
        )
    except (ValueError, OverflowError, OSError):
        return None, f"{int(now.timestamp())}.{int(now.timestamp())}"
    since = latest if now - latest > SEEN_PAUSE else before
    since = min(max(since, now - SEEN_AT_MOST), now)
    return since, f"{int(since.timestamp())}.{int(now.timestamp())}"


def _trend(actor: Actor, segment_ids: list[int], now: datetime, zone: str) -> dict[str, Any] | None:
    if not segment_ids:
        return None
    trend = segment_trend(actor=actor, segment_ids=segment_ids, today=local_date(now, zone), zone=zone)
    return {"figures": trend, "months": months_of(trend), "year": trend.last.year}


def _leave(actor: Actor, person: Any, now: datetime) -> dict[str, Any]:
    if person is None:
        return {"deputies": [], "leaves": [], "away": None, "usual_stand_ins": []}
    leaves = [
        {"leave": leave, "running": leave.valid.lower <= now, "stand_ins": stand_ins(person.pk, leave.valid.lower)}
        for leave in leaves_of(actor)
    ]
    return {
        "deputies": list(deputies_allowed(person)[:MOST_DEPUTIES]),
        "leaves": leaves,
        "away": next((each for each in leaves if each["running"]), None),
        "usual_stand_ins": stand_ins(person.pk, now),
    }


def _page(mine: Mine, now: datetime, person: Any) -> dict[str, Any]:
    return {
        "segments": [
            {
                "uid": str(row.segment.uid),
                "name": row.segment.name,
                "look": row.look,
                "line": row.line,
            }
            for row in mine.rows
            if row.line
        ],
        "incidents": mine.marks,
        "person": str(person.uid) if person is not None else "",
        "now": now,
    }


def _until(request: HttpRequest, today: date) -> date:
    """`?month=2026-10`: its last day; today for the running month. Raises InvalidInput."""
    text = request.GET.get("month", "")
    if not text:
        return today
    try:
        first = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError as problem:
        raise InvalidInput(_("月份无效"), field="month", value=text[:20], cure=f"{today:%Y-%m}") from problem
    if first > today:
        raise InvalidInput(_("这个月还没有开始"), field="month", value=text, cure=_("请选择本月或以前的月份"))
    return min(today, (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1))


def _months_before(today: date) -> list[date]:
    months = [today.replace(day=1)]
    while len(months) < 3:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months


def _sort_names() -> dict[str, str]:
    return {
        SORT: _("名次"), "inspected": _("巡查按期"), "change": _("同比"), "open": _("在办"), "name": _("名称"),
    }  # fmt: skip


def _sorted(districts: Any, sort: str) -> list[Any]:
    keys: dict[str, Any] = {
        "inspected": lambda each: 101 if each.figures.inspected_percent is None else each.figures.inspected_percent,
        "change": lambda each: -(each.figures.month.change_percent or 0.0),
        "open": lambda each: -each.figures.open,
        "name": lambda each: each.name,
    }
    return sorted(districts, key=keys[sort]) if sort in keys else list(districts)


def _named(actor: Actor, overview: Any, listed: list[int], worst: list[int]) -> list[dict[str, Any]]:
    """Segments with their figures, the worst first, then the others by name."""
    segments = {segment.pk: segment for segment in segments_visible_to(actor).filter(pk__in=set(listed) | set(worst))}
    ends = segment_ends(segments.values())
    order = [*worst, *sorted(set(segments) - set(worst), key=lambda pk: segments[pk].code)][:MOST_LISTED]
    return [
        {"segment": segments[pk], "start": ends[pk][0], "end": ends[pk][1], "figures": overview.segments[pk]}
        for pk in order
        if pk in segments
    ]
