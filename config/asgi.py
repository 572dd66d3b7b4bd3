"""The web process: Django's application, and three raw ASGI applications mounted beside it for speed."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.db import connection

from config.handler import django_handler
from config.threads import ThreadedApplication
from core import clock
from core.collector import collector_eased, collector_settled

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

collector_eased()
_django: Any = django_handler()
django_application: Any = ThreadedApplication(_django)

# After Django is set up: they need its models.
from maps.live.asgi import application as live_application  # noqa: E402
from patrols.intake.asgi import application as tracker_application  # noqa: E402
from recognition.intake.asgi import application as viid_application  # noqa: E402

collector_settled()

MOUNTS: tuple[tuple[str, Any], ...] = (
    ("/trackers/", tracker_application),
    ("/VIID/", viid_application),
    ("/live/events", live_application),
)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Send each request to the application of its address; all else is Django's."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    path: str = scope.get("path", "")
    for prefix, mounted in MOUNTS:
        if scope["type"] == "http" and (path.startswith(prefix) if prefix.endswith("/") else path == prefix):
            await mounted(scope, receive, send)
            return
    await django_application(scope, receive, send)


async def _live(receive: Receive, send: Send) -> None:
    """The server's start and stop: the clock follows the database in between, and at the end what the intakes
    still hold is stored.
    """
    clocked: asyncio.Task[None] | None = None
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            clocked = asyncio.create_task(_follow_clock())
        elif message["type"] == "lifespan.shutdown":
            if clocked is not None:
                clocked.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await clocked
            await tracker_application.close()
            await viid_application.close()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _follow_clock() -> None:
    """Code of the event loop may not ask the database; so a thread of its own reads the clock's anchor each second."""
    loop = asyncio.get_running_loop()
    executor = ThreadPoolExecutor(1, thread_name_prefix="clock")
    try:
        while True:
            await loop.run_in_executor(executor, _refresh_clock)
            await asyncio.sleep(clock.REFRESH_S)
    finally:
        executor.submit(connection.close)
        executor.shutdown(wait=False)


def _refresh_clock() -> None:
    connection.close_if_unusable_or_obsolete()
    clock.refresh()
