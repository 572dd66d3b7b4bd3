"""A reader of `/live/events` without a web server: the ASGI application with a hub of its own, in a loop of its own."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db import connection

from core.feed import sequencer
from maps.live import asgi
from maps.live.hub import Hub

PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True)
class Told:
    """One server-sent event."""

    name: str
    data: dict[str, Any]
    id: int | None = None

    @property
    def topic(self) -> str:
        """Of a change of the feed."""
        return str(self.data.get("topic", ""))


@dataclass(slots=True)
class Stream:
    """An open stream, or one that was refused: then `body` is the answer."""

    house: Live
    status: int = 0
    told: list[Told] = field(default_factory=list)
    body: bytes = b""
    ended: bool = False
    _gone: asyncio.Event = field(default_factory=asyncio.Event)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _waiting: bytes = b""

    async def run(self, scope: dict[str, Any]) -> None:
        """The application's whole life with this client."""
        await asgi.application(scope, self._receive, self._send)
        with self._changed:
            self.ended = True
            self._changed.notify_all()

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        with self._changed:
            if message["type"] == "http.response.start":
                self.status = message["status"]
            elif self.status == 200:
                self._waiting += message["body"]
                *whole, self._waiting = self._waiting.split(b"\n\n")
                self.told += [told for told in map(_told, whole) if told is not None]
            else:
                self.body += message["body"]
            self._changed.notify_all()

    def until(self, what: Callable[[Stream], Any]) -> Any:
        """Wait until this is true and give it."""
        with self._changed:
            assert self._changed.wait_for(lambda: what(self), PATIENCE_S), self.told
            return what(self)

    def first(self, name: str) -> Told:
        """Wait for an event of this name."""
        found: Told = self.until(lambda stream: next((told for told in stream.told if told.name == name), None))
        return found

    def seen(self, seq: int) -> list[Told]:
        """Wait until the feed is past a number (a beat says so); the changes told until then."""
        self.until(lambda stream: any(told.id is not None and told.id >= seq for told in stream.told))
        return [told for told in self.told if told.name == "change"]

    def close(self) -> None:
        """The client goes."""
        self.house.loop.call_soon_threadsafe(self._gone.set)
        self.until(lambda stream: stream.ended)


def _told(text: bytes) -> Told | None:
    lines = dict(line.split(": ", 1) for line in text.decode().splitlines() if ": " in line)
    if "event" not in lines:
        return None
    return Told(lines["event"], json.loads(lines["data"]), int(lines["id"]) if "id" in lines else None)


class Live:
    """The feed of one web process."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="live", daemon=True)
        self._thread.start()
        self.hub: Hub = self.wait(self._made())
        self.sign_in = ThreadPoolExecutor(max_workers=1)
        self.streams: list[Stream] = []

    async def _made(self) -> Hub:
        return Hub()

    def wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run something in the loop and give what comes of it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE_S)

    def open(self, *, cookie: str = "", token: str = "", last_event_id: int | None = None, **query: Any) -> Stream:
        """Come in; gives the stream once it has answered."""
        numbered()  # what was there before is no news
        headers: list[tuple[bytes, bytes]] = []
        if cookie:
            headers.append((b"cookie", cookie.encode()))
        if token:
            headers.append((b"authorization", f"Bearer {token}".encode()))
        if last_event_id is not None:
            headers.append((b"last-event-id", str(last_event_id).encode()))
        stream = Stream(self)
        scope = {"type": "http", "headers": headers, "query_string": urlencode(query).encode()}
        asyncio.run_coroutine_threadsafe(stream.run(scope), self.loop)
        stream.until(lambda each: each.status and (each.told or each.ended))
        self.streams.append(stream)
        return stream

    def end(self) -> None:
        """Everybody goes; connections of threads are given back."""
        for stream in self.streams:
            stream.close()
        self.wait(self.hub.stop())
        self.sign_in.submit(_give_back).result(PATIENCE_S)
        self.sign_in.shutdown()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE_S)
        self.loop.close()


def _give_back() -> None:
    """The connection of the thread that runs this."""
    connection.close()


def numbered() -> int:
    """Number what was committed, as `run_urgent` does all the time; gives the last number."""
    while sequencer.number_visible():
        continue
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_seq FROM core_feedhead WHERE id = 1")
        row = cursor.fetchone()
    return int(row[0]) if row else 0
