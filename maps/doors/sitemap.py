"""`/robots.txt`, `/sitemap.xml`: what search engines may read, by the addresses of published pages alone."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from maps.doors.public_page import HREFLANGS, absolute
from roads.selectors import segments_visible_to
from stations.selectors import stations_visible_to
from stations.types import PUBLIC_ACTOR

# A sitemap holds 50,000 addresses at most; these have three each.
PER_PART = 10_000
CLOSED = (
    "/account/",
    "/admin/",
    "/api/",
    "/boards/",
    "/chief/",
    "/command/",
    "/duty/",
    "/jobs/",
    "/login/",
    "/styleguide/",
)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"


def _segments() -> QuerySet[Any]:
    return segments_visible_to(PUBLIC_ACTOR).order_by("pk").values_list("uid", flat=True)


def _roads() -> QuerySet[Any]:
    """Roads with a segment: the others' pages say nothing."""
    return segments_visible_to(PUBLIC_ACTOR).filter(axis__isnull=False).order_by("axis__uid").values_list(
        "axis__uid", flat=True
    ).distinct()  # fmt: skip


def _stations() -> QuerySet[Any]:
    rows = stations_visible_to(PUBLIC_ACTOR).exclude(kind="command")
    return rows.order_by("pk").values_list("uid", flat=True)


SECTIONS: dict[str, Callable[[], QuerySet[Any]]] = {"segments": _segments, "roads": _roads, "stations": _stations}


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Everything public may be read; doors behind a sign-in are not worth knocking at."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in CLOSED),
        f"Sitemap: {absolute(request, '/sitemap.xml')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The parts there are."""
    parts = [
        f"<sitemap><loc>{escape(absolute(request, f'/sitemap-{name}-{number}.xml'))}</loc></sitemap>"
        for name, rows in SECTIONS.items()
        for number in range(1, -(-rows().count() // PER_PART) + 1)
    ]
    return _answer(f'<sitemapindex xmlns="{_SITEMAPS}">{"".join(parts)}</sitemapindex>')


@require_safe
def part(request: HttpRequest, section: str, number: int) -> HttpResponse:
    """One part: addresses with their languages. 404 beyond the last."""
    if section not in SECTIONS or number < 1:
        raise Http404
    uids = list(SECTIONS[section]()[(number - 1) * PER_PART : number * PER_PART])
    if not uids:
        raise Http404
    origin = absolute(request, "")
    found = [_entry(f"{origin}/{section}/{uid}/") for uid in uids]
    if section == "segments" and number == 1:
        found = [_entry(f"{origin}/"), _entry(f"{origin}/stations/"), *found]
    return _answer(f'<urlset xmlns="{_SITEMAPS}" xmlns:xhtml="{_XHTML}">{"".join(found)}</urlset>')


def _entry(address: str) -> str:
    alternates = "".join(
        f'<xhtml:link rel="alternate" hreflang="{HREFLANGS[code]}" href="{escape(address)}?lang={code}"/>'
        for code in HREFLANGS
    )
    return f"<url><loc>{escape(address)}</loc>{alternates}</url>"


def _answer(body: str) -> HttpResponse:
    answer = HttpResponse(_HEAD + body, content_type="application/xml; charset=utf-8")
    answer["Cache-Control"] = "public, max-age=3600"
    return answer
