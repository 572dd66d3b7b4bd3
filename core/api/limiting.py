"""Rate limits at the door: what anybody may ask without signing in, and signing in itself, counted per address."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from core import limits
from core.api.errors import error_response
from core.rates import Limit

# An IPv6 subscriber has a whole network of addresses.
IPV6_PREFIX = 64


def address_of(request: HttpRequest) -> str:
    """Whom a request is counted for: its IPv4 address, or the /64 network of its IPv6 one. Behind a proxy the server
    puts the client's address here (uvicorn, for proxies that it trusts); a header of the client's own never counts.
    """
    sent = request.META.get("REMOTE_ADDR", "")
    try:
        address = ipaddress.ip_address(sent)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
    return str(address)


class PublicRateMiddleware:
    """Counts by `settings.LUZHANG_RATE_LIMITS`; over a limit the answer is 429 with Retry-After. It stands behind the
    middleware that knows the user, and counts before the view's transaction.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Called by Django when the address is known."""
        table: Mapping[str, Limit] = settings.LUZHANG_RATE_LIMITS
        name = request.resolver_match.url_name if request.resolver_match is not None else None
        for limit_name, limit in table.items():
            if name not in limit.names or not _meant(request, limit):
                continue
            try:
                limits.hit(
                    limit_name, address_of(request), limit=limit.hits, window=dt.timedelta(seconds=limit.window_s)
                )
            except limits.RateLimited as error:
                return error_response(request, error)
        return None


def _meant(request: HttpRequest, limit: Limit) -> bool:
    method = "GET" if request.method == "HEAD" else request.method
    if method != limit.method:
        return False
    if limit.signed_in:
        return True
    # A token that is not valid is answered 401 by the API; pages don't read tokens.
    if request.path.startswith("/api/") and "Authorization" in request.headers:
        return False
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
    return not (has_session and request.user.is_authenticated)
