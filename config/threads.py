"""A few threads that serve Django's requests, each with a database connection that it keeps.

Django gives every request under ASGI a thread of its own, and with it a new database session: measured, such a session
costs PostgreSQL 30 ms of processor time (PostGIS and the catalogue are loaded anew), twice what taking in an incident
costs. A fixed number of threads also bounds what runs at once: under a flood, requests wait here, where those whose
client has gone already cost nothing, and not as hundreds of threads and sessions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

THREADS = 8


class ThreadedApplication:
    """An ASGI application whose synchronous parts run in one of `threads` kept threads, one request a thread."""

    def __init__(self, application: Application, threads: int = THREADS) -> None:
        self._application = application
        self._count = threads
        self._free: asyncio.LifoQueue[Executor] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait for a thread, then serve; a request whose client has gone meanwhile is dropped."""
        free = self._threads()
        thread = await free.get()
        try:
            first = await receive()
            if first["type"] == "http.disconnect":
                return
            async with ThreadSensitiveContext(executor=thread):
                await self._application(scope, _again(first, receive), send)
        finally:
            free.put_nowait(thread)

    def _threads(self) -> asyncio.LifoQueue[Executor]:
        # Made by the first request: the queue belongs to the server's event loop. Last in, first out: what few
        # requests need is done by few threads with few connections.
        if self._free is None:
            self._free = asyncio.LifoQueue()
            for number in range(self._count):
                self._free.put_nowait(ThreadPoolExecutor(1, thread_name_prefix=f"request-{number}"))
        return self._free


def _again(first: Message, receive: Receive) -> Receive:
    """`receive` with the message that was read already put back in front."""
    waiting = [first]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again
