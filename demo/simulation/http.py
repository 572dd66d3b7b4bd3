"""A small HTTP/1.1 client on asyncio streams: keep-alive, few connections, JSON, and one kind of stream (SSE).

The simulation shares two cores with the house it plays with: a request here costs about a tenth of what a general
client costs. It speaks to the house's own server only, over plain HTTP.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_S = 30.0
CONNECTIONS = 24
LINE_LIMIT = 4 * 1024 * 1024


class Unreachable(Exception):
    """The house did not answer: refused, cut off, or too slow. The request may or may not have had an effect."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body of a request."""

    status: int
    body: bytes

    @property
    def ok(self) -> bool:
        """True for 2xx."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON; None when it is empty or something else (an error page of a proxy)."""
        try:
            return json.loads(self.body) if self.body else None
        except ValueError:
            return None


@dataclass(slots=True)
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def close(self) -> None:
        """Let go at once."""
        self.writer.close()


class Client:
    """Requests to one address. Connections are kept and shared; at most `connections` requests run at once."""

    def __init__(self, url: str, *, connections: int = CONNECTIONS) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"{url!r} is not an http:// address")
        self._host, self._port = parts.hostname, parts.port or 80
        self._room = asyncio.Semaphore(connections)
        self._idle: list[_Connection] = []

    async def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.pop().close()

    async def get(self, path: str, *, token: str = "") -> Answer:
        """GET."""
        return await self.request("GET", path, token=token)

    async def post(
        self,
        path: str,
        data: Mapping[str, Any] | None = None,
        *,
        token: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """POST with a JSON body; without data an empty one."""
        body = json.dumps(data, ensure_ascii=False).encode() if data is not None else b""
        return await self.request("POST", path, token=token, body=body, headers=headers)

    async def request(
        self, method: str, path: str, *, token: str = "", body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request. Raises Unreachable; a kept connection that the server closed meanwhile is replaced once."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}:{self._port}", f"Content-Length: {len(body)}"]
        if body:
            lines.append("Content-Type: application/json")
        if token:
            lines.append(f"Authorization: Bearer {token}")
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        message = "\r\n".join([*lines, "", ""]).encode() + body
        async with self._room:
            while self._idle:
                kept = self._idle.pop()
                if kept.reader.at_eof() or kept.writer.is_closing():
                    kept.close()
                    continue
                return await self._talk(kept, message)
            return await self._talk(await self._connect(), message)

    async def _connect(self) -> _Connection:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                reader, writer = await asyncio.open_connection(self._host, self._port, limit=LINE_LIMIT)
        except (OSError, TimeoutError) as error:
            raise Unreachable(str(error)) from error
        return _Connection(reader, writer)

    async def _talk(self, connection: _Connection, message: bytes) -> Answer:
        try:
            connection.writer.write(message)
            async with asyncio.timeout(TIMEOUT_S):  # wait_for may swallow a cancellation (before Python 3.12)
                answer, keep = await _read_answer(connection.reader)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
            connection.close()
            raise Unreachable(f"{type(error).__name__}: {error}") from error
        except asyncio.CancelledError:
            connection.close()
            raise
        if keep:
            self._idle.append(connection)
        else:
            connection.close()
        return answer

    async def events(self, path: str, *, token: str, last_id: str = "") -> AsyncIterator[tuple[str, str, str]]:
        """(event, id, data) of a stream of server-sent events until it ends. Raises Unreachable when it can't begin."""
        connection = await self._connect()
        resume = f"Last-Event-ID: {last_id}\r\n" if last_id else ""
        connection.writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nAuthorization: Bearer {token}\r\n"
            f"Accept: text/event-stream\r\n{resume}\r\n".encode()
        )
        try:
            status, headers = await _read_head(connection.reader)
            if status != 200:
                raise Unreachable(f"{path} answered {status}")
            async for event in _parse_events(
                _lines(connection.reader, "chunked" in headers.get("transfer-encoding", ""))
            ):
                yield event
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            raise Unreachable(f"{path}: {error}") from error
        finally:
            connection.close()


async def _read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {}
    for line in head[1:]:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    return int(head[0].split(" ", 2)[1]), headers


async def _read_answer(reader: asyncio.StreamReader) -> tuple[Answer, bool]:
    status, headers = await _read_head(reader)
    if "chunked" in headers.get("transfer-encoding", ""):
        parts = []
        while part := await _chunk(reader):
            parts.append(part)
        body = b"".join(parts)
    else:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Answer(status, body), headers.get("connection", "").lower() != "close"


async def _chunk(reader: asyncio.StreamReader) -> bytes:
    size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
    part = await reader.readexactly(size)
    await reader.readexactly(2)
    return part


async def _lines(reader: asyncio.StreamReader, chunked: bool) -> AsyncIterator[str]:
    rest = b""
    while True:
        part = await _chunk(reader) if chunked else await reader.read(65536)
        if not part:
            return
        *whole, rest = (rest + part).split(b"\n")
        for line in whole:
            yield line.rstrip(b"\r").decode("utf-8")


async def _parse_events(lines: AsyncIterator[str]) -> AsyncIterator[tuple[str, str, str]]:
    """Events of a stream (WHATWG HTML, server-sent events): fields until an empty line; several data lines join."""
    event, identifier = "message", ""
    data: list[str] = []
    async for line in lines:
        if line == "":
            if data:
                yield event, identifier, "\n".join(data)
            event, identifier, data = "message", "", []
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            event = value
        elif name == "id":
            identifier = value
        elif name == "data":
            data.append(value)
