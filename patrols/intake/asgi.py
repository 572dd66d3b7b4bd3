"""`/trackers/…`: what phone apps send, answered only after it is committed. config.asgi mounts it beside Django."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import psycopg2

from core import clock
from patrols.intake import metrics
from patrols.intake.batcher import Batcher
from patrols.intake.report import Outcome, Report, StoreUnavailable
from patrols.intake.store import Store, token_hash
from patrols.protocols import gpslogger, osmand, owntracks
from patrols.protocols.fix import Answer, DecodedRequest

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Decode = Callable[[str, str, Mapping[str, str], bytes, datetime], DecodedRequest]

PREFIX = "/trackers/"
MAX_BODY_BYTES = 64 * 1024
_ROUTES: dict[str, tuple[Decode, str, tuple[str, ...]]] = {
    "/trackers/osmand": (osmand.decode, "osmand", ("GET", "POST")),
    "/trackers/owntracks": (owntracks.decode, "owntracks", ("POST",)),
    "/trackers/gpslogger": (gpslogger.decode, "gpslogger", ("GET", "POST")),
}
_WANTED_HEADERS = frozenset({b"content-type", b"content-length", b"authorization", b"x-limit-d", b"x-limit-u"})


def _error(status: int, code: str, message: str, cure: str) -> Answer:
    body = json.dumps({"error": {"code": code, "message": message, "cure": cure}}).encode()
    return Answer(status, "application/json", body)


_NO_ROUTE = _error(
    404, "not_found", "no tracker protocol at this address", "use /trackers/osmand, owntracks or gpslogger"
)
_BAD_METHOD = _error(405, "method_not_allowed", "not a method of this protocol", "send GET or POST as the app does")
_TOO_LARGE = _error(413, "too_large", "more than 64 KB in one request", "send one fix a request")
_UNKNOWN = _error(404, "unknown_device", "no device has this token", "enter the token from the device's set-up card")
_LOCKED = _error(403, "device_locked", "this device is locked", "ask the administrator of the device's organisation")
_UNSTORABLE = _error(400, "out_of_range", "the report holds a value that cannot be stored", "update the app")
_UNAVAILABLE = _error(503, "unavailable", "the report was not stored", "send it again later")
_BY_OUTCOME = {Outcome.UNKNOWN: _UNKNOWN, Outcome.LOCKED: _LOCKED, Outcome.UNSTORABLE: _UNSTORABLE}


class TrackerIntake:
    """The ASGI application. One batcher a process, made in the event loop of the first request."""

    def __init__(self, make_store: Callable[[], Store], now: Callable[[], datetime] = clock.now) -> None:
        self._make_store = make_store
        self._now = now
        self._batcher: Batcher | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One HTTP request, or the lifespan where the intake runs alone."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await _respond(send, await self._answer(scope, receive))

    async def close(self) -> None:
        """Store what is pending and let go of thread and session: for the shutdown of the enclosing application."""
        batcher, self._batcher = self._batcher, None
        if batcher is not None:
            await batcher.close()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        metrics.count("requests")
        route = _ROUTES.get(scope["path"].rstrip("/"))
        if route is None:
            return _NO_ROUTE
        decode, source, methods = route
        method = scope["method"]
        if method not in methods:
            return _BAD_METHOD
        headers: dict[str, str] = {}
        body: bytes | None = b""
        if method == "POST":
            headers = {
                name.decode("latin-1"): value.decode("latin-1")
                for name, value in scope["headers"]
                if name in _WANTED_HEADERS
            }
            body = await _body(headers, receive)
        query = scope["query_string"]
        if body is None or len(query) > MAX_BODY_BYTES:
            return _TOO_LARGE
        now = self._now()
        decoded = decode(method, "?" + query.decode("utf-8", "replace"), headers, body, now)
        return await self._stored(decoded, source, now)

    async def _stored(self, decoded: DecodedRequest, source: str, now: datetime) -> Answer:
        """The answer, once everything that the request carries is committed."""
        if decoded.ignored:
            metrics.count("ignored")
            return decoded.answer
        if decoded.rejected:
            metrics.count("rejected")
            metrics.count(f"rejected_{decoded.rejected[0].code}")
            if decoded.answer.status != 200:
                return decoded.answer
            if decoded.call is not None:
                metrics.count("alarms")
        batcher = self._batcher_here()
        digest = token_hash(decoded.credential)
        reason = decoded.rejected[0].code if decoded.rejected else ""
        try:
            for fix in decoded.fixes or (None,):
                if fix is not None and fix.alarm:
                    metrics.count("alarms")
                outcome = await batcher.submit(Report(digest, now, source, fix, decoded.call, reason))
                refusal = _BY_OUTCOME.get(outcome)
                if refusal is not None:
                    return refusal
        except StoreUnavailable:
            return _UNAVAILABLE
        return decoded.answer

    def _batcher_here(self) -> Batcher:
        batcher = self._batcher
        if batcher is None or batcher.loop is not asyncio.get_running_loop():
            batcher = self._batcher = Batcher(self._make_store())
        return batcher


async def _body(headers: Mapping[str, str], receive: Receive) -> bytes | None:
    """The request's body, or None when it is larger than `MAX_BODY_BYTES`."""
    length = headers.get("content-length", "")
    if length.isdigit() and int(length[:9]) > MAX_BODY_BYTES:
        return None
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)  # the client left; its part of a report decodes to a refusal that nobody reads
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_BODY_BYTES:
            return None
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


async def _respond(send: Send, answer: Answer) -> None:
    headers = [(b"content-type", answer.content_type.encode()), (b"content-length", b"%d" % len(answer.body))]
    if answer.status == 503:
        headers.append((b"retry-after", b"5"))
    elif answer.status == 405:
        headers.append((b"allow", b"GET, POST"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def connect_django() -> Any:
    """A psycopg2 session of its own to Django's default database; a dead network is noticed within seconds."""
    from django.db import connections

    parameters = connections["default"].get_connection_params()
    wanted = {key: parameters[key] for key in ("dbname", "user", "password", "host", "port") if parameters.get(key)}
    return psycopg2.connect(
        **wanted,
        connect_timeout=3,
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=3,
        tcp_user_timeout=10_000,
    )


def _to_wgs84(lon: float, lat: float, datum: str) -> tuple[float, float]:
    from core.geo.datum import Datum, to_wgs84

    lon_wgs84, lat_wgs84 = to_wgs84(lon, lat, Datum(datum))
    return float(lon_wgs84), float(lat_wgs84)


application = TrackerIntake(lambda: Store(connect_django, _to_wgs84))
