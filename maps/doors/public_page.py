"""What every public page shares: its language by address, its one address for search engines, its structured data."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, override

from core.errors import InvalidInput
from maps.doors.context import page_context
from roads.services import public_address

View = Callable[..., HttpResponse]
# Languages as pages name them to search engines.
HREFLANGS = {"zh-hans": "zh-Hans", "en": "en"}
YEAR_S = 365 * 86_400


def in_asked_language(view: View) -> View:
    """`?lang=en` shows a page in English whatever the browser prefers, and the next pages too; without it the browser
    decides (Accept-Language). A language that there is not changes nothing.
    """

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.get("lang", "")
        if asked not in dict(settings.LANGUAGES):
            return view(request, *args, **kwargs)
        with override(asked):
            answer = view(request, *args, **kwargs)
        answer["Content-Language"] = asked
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, asked, max_age=YEAR_S, samesite="Lax", httponly=True)
        return answer

    return shown


def public_page(
    request: HttpRequest, template: str, *, status: int = 200, structured: Any = None, found_by: str = "", **more: Any
) -> HttpResponse:
    """A public page. `structured`: its JSON-LD; `found_by`: the query that belongs to its address (`q=G98`); pages
    found by a search or a place are not for search engines.
    """
    context = page_context(request, "public", **more)
    address = absolute(request, request.path)
    asked = request.GET.get("lang", "")
    kept = f"?{found_by}&" if found_by else "?"
    context |= {
        "address": f"{address}?{urlencode({'lang': asked})}" if asked in HREFLANGS else address,
        "addresses": {"x-default": address, **{HREFLANGS[code]: f"{address}?lang={code}" for code in HREFLANGS}},
        "languages": [
            {
                "href": f"{request.path}{kept}lang={code}",
                "code": HREFLANGS[code],
                "name": name,
                "here": code == get_language(),
            }
            for code, name in settings.LANGUAGES
        ],
        "is_listed": not found_by and status == 200,
        "structured": structured,
    }
    return render(request, template, context, status=status)


def absolute(request: HttpRequest, path: str) -> str:
    """An address as the world knows it."""
    origin = f"{request.scheme}://{request.get_host()}"
    try:
        return public_address(origin) + path
    except InvalidInput:
        return origin + path
