"""`/VIID/…` beside Django's application: a few threads of its own, so that a storm of passages never takes those that
serve people. What would wait too long is answered 503 with Retry-After before it is read; whatever was answered 200 is
committed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import zlib
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import DatabaseError, InterfaceError, connection

from core import clock
from core.limits import RateLimited
from recognition import metrics
from recognition.gat1400.outcomes import StatusCode
from recognition.views.message import Message, Reply, said
from recognition.views.viid import answer

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

PREFIX = "/VIID/"
THREADS = 2
# Fifty passages with three pictures of 300 kB each, as base64, and some air.
MAX_BODY_BYTES = 64 * 2**20
MAX_WAITING = 64
MAX_WAITING_BYTES = 192 * 2**20
RETRY_AFTER_S = 2
CLOSE_S = 10

log = logging.getLogger(__name__)


class TooLarge(Exception):
    """More bytes than are taken in."""


class Full(Exception):
    """So much waits already that this would be answered too late."""


class ViidIntake:
    """The ASGI application. Threads are made by the first request, in its event loop."""

    def __init__(self, view: Callable[[Message], Reply] = answer) -> None:
        self._view = view
        self._executor: ThreadPoolExecutor | None = None
        self._waiting = 0
        self._waiting_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One HTTP request."""
        metrics.count("requests")
        message = _message(scope, b"")
        if self._waiting >= MAX_WAITING:
            metrics.count("storms")
            await _respond(send, _busy(message))
            return
        self._waiting += 1
        held = 0
        try:
            try:
                body, held = await self._body(scope, receive)
                message = _message(scope, body)
                loop = asyncio.get_running_loop()
                reply = await loop.run_in_executor(self._threads(), self._safely, message)
            except TooLarge:
                text = f"more than {MAX_BODY_BYTES // 2**20} MiB; send fewer records a message"
                reply = said(message, StatusCode.INVALID_OPERATION, text, status=413)
            except Full:
                metrics.count("storms")
                reply = _busy(message)
            except ValueError:
                reply = said(message, StatusCode.INVALID_JSON_FORMAT, "the body is no gzip", status=400)
            await _respond(send, reply)
        finally:
            self._waiting -= 1
            self._waiting_bytes -= held

    async def close(self) -> None:
        """Let what runs finish, and end threads and their sessions: for the shutdown of the enclosing application."""
        executor, self._executor = self._executor, None
        if executor is not None:
            # Each thread closes its own session: no thread takes a second of these while one waits for the others.
            together = threading.Barrier(THREADS)
            for _number in range(THREADS):
                executor.submit(_end_session, together)
            await asyncio.get_running_loop().run_in_executor(None, executor.shutdown)

    def _threads(self) -> ThreadPoolExecutor:
        if self._executor is None:
            self._executor = ThreadPoolExecutor(THREADS, thread_name_prefix="viid")
        return self._executor

    def _safely(self, message: Message) -> Reply:
        """In a thread: the view's answer, or what its failure means to a device."""
        connection.close_if_unusable_or_obsolete()
        try:
            return self._view(message)
        except RateLimited as why:
            wait = str(round(why.retry_after_s))
            return said(message, StatusCode.DEVICE_BUSY, "too many tries", status=429, headers=(("retry-after", wait),))
        except (DatabaseError, InterfaceError) as why:
            metrics.count("unavailable")
            log.error("viid: %s not stored: %s", message.path, why)
            return _busy(message, "not stored; send it again")
        except Exception:
            metrics.count("unavailable")
            log.exception("viid: %s", message.path)
            return said(message, StatusCode.OTHER_ERROR, "not taken; send it again", status=500)

    async def _body(self, scope: Scope, receive: Receive) -> tuple[bytes, int]:
        """The body, unpacked where it is gzip, and how many bytes it counts for. Raises TooLarge, Full, ValueError."""
        parts: list[bytes] = []
        size = 0
        try:
            while True:
                event = await receive()
                if event["type"] != "http.request":
                    break  # the client left; nobody reads the answer
                part = event.get("body", b"")
                size += len(part)
                self._waiting_bytes += len(part)
                if size > MAX_BODY_BYTES:
                    raise TooLarge
                if self._waiting_bytes > MAX_WAITING_BYTES:
                    raise Full
                parts.append(part)
                if not event.get("more_body"):
                    break
            body = b"".join(parts)
            if _header(scope, b"content-encoding").lower() in ("gzip", "x-gzip"):
                body = unpacked(body, MAX_BODY_BYTES)
        except BaseException:
            self._waiting_bytes -= size
            raise
        return body, size


def _end_session(together: threading.Barrier) -> None:
    connection.close()
    with contextlib.suppress(threading.BrokenBarrierError):
        together.wait(CLOSE_S)


def unpacked(body: bytes, limit: int) -> bytes:
    """A gzip body unpacked, never beyond `limit` bytes. Raises TooLarge, or ValueError where it is none or cut."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = unpacker.decompress(body, limit + 1)
    except zlib.error as why:
        raise ValueError("no gzip") from why
    if len(plain) > limit:
        raise TooLarge
    if not unpacker.eof:
        raise ValueError("cut gzip")
    return plain


def _message(scope: Scope, body: bytes) -> Message:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    client = scope.get("client") or ("unknown", 0)
    return Message(scope["method"], scope["path"], headers, body, str(client[0]), clock.now())


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name), "")


def _busy(message: Message, text: str = "busy; send it again") -> Reply:
    return said(message, StatusCode.DEVICE_BUSY, text, status=503, headers=(("retry-after", str(RETRY_AFTER_S)),))


async def _respond(send: Send, reply: Reply) -> None:
    headers = [
        (b"content-type", reply.content_type.encode()),
        (b"content-length", b"%d" % len(reply.body)),
        *((name.encode(), value.encode()) for name, value in reply.headers),
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


application = ViidIntake()
