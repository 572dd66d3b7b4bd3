"""A small HTTP/1.1 client for loads: keep-alive requests that are tried until answered, and resumable event streams."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

HOST = "127.0.0.1"
RETRY_S = 0.2
RETRY_AT_MOST_S = 3.0
FAULTS = (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError)


class Link:
    """One keep-alive connection, opened when it is needed and again after any fault."""

    def __init__(self, port: int, token: str = "") -> None:
        self.port = port
        self.token = token
        self.faults = 0
        self._pair: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self, method: str, path: str, body: Any = None, headers: str = "", timeout_s: float = 15.0
    ) -> tuple[int, bytes]:
        """Status and body. Raises one of FAULTS; then the next call opens a new connection."""
        data = b"" if body is None else json.dumps(body).encode()
        try:
            async with asyncio.timeout(timeout_s):
                if self._pair is None:
                    self._pair = await asyncio.open_connection(HOST, self.port)
                reader, writer = self._pair
                writer.write(self._head(method, path, headers, len(data)) + data)
                status, fields = await _head(reader)
                answer = await _body(reader, fields)
        except FAULTS:
            self.faults += 1
            self.close()
            raise
        if fields.get("connection", "") == "close":
            self.close()
        return status, answer

    async def insist(self, method: str, path: str, body: Any = None, headers: str = "") -> tuple[int, bytes]:
        """As `ask`, again and again until the server answers with anything but 5xx or 429."""
        wait_s = RETRY_S
        while True:
            with contextlib.suppress(*FAULTS):
                status, answer = await self.ask(method, path, body, headers)
                if status < 500 and status != 429:
                    return status, answer
                self.faults += 1
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, RETRY_AT_MOST_S)

    def close(self) -> None:
        """Drop the connection."""
        if self._pair is not None:
            self._pair[1].close()
            self._pair = None

    def _head(self, method: str, path: str, headers: str, length: int) -> bytes:
        sign_in = f"Authorization: Bearer {self.token}\r\n" if self.token else ""
        kind = "Content-Type: application/json\r\n" if length else ""
        return (
            f"{method} {path} HTTP/1.1\r\nHost: {HOST}:{self.port}\r\nAccept: application/json\r\n"
            f"{kind}{sign_in}{headers}Content-Length: {length}\r\n\r\n"
        ).encode()


async def _head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = (line.partition(":") for line in lines[1:] if line)
    if not lines[0].startswith("HTTP/1.1 "):
        raise ValueError(f"no status line: {lines[0]!r}")
    return int(lines[0].split()[1]), {name.strip().lower(): value.strip().lower() for name, _, value in fields}


async def _body(reader: asyncio.StreamReader, fields: dict[str, str]) -> bytes:
    if fields.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(fields.get("content-length", "0")))
    parts = []
    while size := int(await reader.readline(), 16):
        parts.append((await reader.readexactly(size + 2))[:-2])
    await reader.readexactly(2)
    return b"".join(parts)


@dataclass
class Stream:
    """A reader of `/live/events` that comes back with `Last-Event-ID` whatever happens to the server."""

    port: int
    token: str
    query: str = ""
    last_id: str = ""
    connects: int = 0
    resets: int = 0
    silent_s: float = 10.0
    _open: bool = field(default=True)

    async def events(self) -> AsyncIterator[tuple[str, str, str]]:
        """(id, event, data) for ever; event `connected` is our own, after each (re)connection."""
        while self._open:
            with contextlib.suppress(*FAULTS):
                async for event in self._once():
                    yield event
            await asyncio.sleep(RETRY_S)

    async def _once(self) -> AsyncIterator[tuple[str, str, str]]:
        async with asyncio.timeout(8.0):
            reader, writer = await asyncio.open_connection(HOST, self.port, limit=2**20)
        try:
            resume = f"Last-Event-ID: {self.last_id}\r\n" if self.last_id else ""
            writer.write(
                f"GET /live/events?{self.query} HTTP/1.1\r\nHost: {HOST}:{self.port}\r\nAccept: text/event-stream\r\n"
                f"Authorization: Bearer {self.token}\r\n{resume}\r\n".encode()
            )
            async with asyncio.timeout(15.0):
                status, _fields = await _head(reader)
            if status != 200:
                raise ValueError(f"the stream was answered {status}")
            self.connects += 1
            yield "", "connected", ""
            buffer = b""
            while True:
                # The server gives a sign of life every two seconds: silence means a connection that died unnoticed.
                async with asyncio.timeout(self.silent_s):
                    size = int(await reader.readline() or b"0", 16)
                    buffer += (await reader.readexactly(size + 2))[:-2]
                if size == 0:
                    return
                *whole, buffer = buffer.split(b"\n\n")
                for block in whole:
                    event = self._parse(block.decode())
                    if event is not None:
                        yield event
        finally:
            writer.close()

    def _parse(self, block: str) -> tuple[str, str, str] | None:
        fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        name = fields.get("event", "")
        if not name:
            return None
        if fields.get("id"):
            self.last_id = fields["id"]
        if name == "reset":
            self.resets += 1
        return fields.get("id", ""), name, fields.get("data", "")
