"""The web process: Django's application, and two raw ASGI applications mounted beside it for speed."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.asgi import get_asgi_application

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

django_application: Any = get_asgi_application()

# After Django is set up: both need its models.
from maps.live.asgi import application as live_application  # noqa: E402
from patrols.intake.asgi import application as tracker_application  # noqa: E402

MOUNTS: tuple[tuple[str, Any], ...] = (
    ("/trackers/", tracker_application),
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
    """Answer the server's start and stop messages: nothing has to be made or ended here."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
