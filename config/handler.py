"""Django's handler for ASGI with middleware and view in one piece: one hand-over to the request's thread and back.

All our middleware and views are synchronous. Loaded for ASGI, Django wraps each piece of middleware that is so on both
its sides: measured, a request then changed between event loop and thread eighteen times, which cost more than most
views do. Bodies are still read, and answers sent, by the event loop.
"""

from __future__ import annotations

from typing import Any

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http.response import HttpResponseBase


class SynchronousHandler(ASGIHandler):
    """An ASGI application that runs the whole chain of middleware as one synchronous call, as under WSGI."""

    def load_middleware(self, is_async: bool = False) -> None:
        """The chain is loaded for synchronous calls, whatever the base class asks for."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: Any) -> HttpResponseBase:
        """The answer, made in the thread of this request."""
        response: HttpResponseBase = await sync_to_async(self.get_response, thread_sensitive=True)(request)
        return response


def django_handler() -> SynchronousHandler:
    """Set Django up and give its ASGI application."""
    django.setup(set_prefix=False)
    return SynchronousHandler()
