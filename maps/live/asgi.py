"""`/live/events` as a raw ASGI application: sign-in, resume, stream. No Django request stays open behind a stream."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from core import clock
from core.errors import Forbidden, InvalidInput, LuzhangError, NotSignedIn
from core.jsontext import dumps
from maps.live.hub import hub
from maps.live.messages import named_event
from maps.live.reader import Bounds, Reader, Wanted
from patrols.selectors import tour_of_person
from stations.selectors import actor_for_user
from stations.selectors.bearer import user_for_bearer
from stations.selectors.standing import Credential, bearer_credential, session_credential
from stations.types import Actor, DataClass, Verb

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

RETRY_MS = 1000
# After a restart all streams come back at once: few threads with a kept connection sign in hundreds a second.
_signing_in = ThreadPoolExecutor(max_workers=2, thread_name_prefix="live-sign-in")


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one stream until the client goes, lags, or changes roles."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    try:
        wanted = _wanted(query)
        actor, credential, tours = await asyncio.get_running_loop().run_in_executor(_signing_in, _sign_in, headers)
    except LuzhangError as error:
        await _refuse(send, error)
        return
    reader = Reader(actor=actor, wanted=wanted, own_tour_ids=tours, credential=credential)
    station = hub()
    await station.start()
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [
                (b"content-type", b"text/event-stream; charset=utf-8"),
                (b"cache-control", b"no-cache"),
                (b"x-accel-buffering", b"no"),
            ],
        }
    )
    await _begin(station, reader, headers.get("last-event-id") or (query.get("last_event_id") or [""])[0])
    gone = asyncio.create_task(_until_gone(receive))
    try:
        await _pump(reader, send, gone)
    finally:
        gone.cancel()
        station.leave(reader)


async def _begin(station: Any, reader: Reader, last_event_id: str) -> None:
    """Say hello, then resume after `last_event_id`, or begin with a `reset` when it is too old or none was given."""
    resumed = False
    if last_event_id.isdigit():
        resumed = await station.replay(reader, int(last_event_id))
    if not resumed:
        reader.queue.clear()
        reader.push(f"retry: {RETRY_MS}\n\n".encode())
        reader.push(
            f"id: {station.last_seq}\nevent: reset\n".encode()
            + f"data: {dumps({'seq': station.last_seq, 'at': clock.now()})}\n\n".encode()
        )
        station.join(reader, station.last_seq)


async def _pump(reader: Reader, send: Send, gone: asyncio.Task[None]) -> None:
    gone.add_done_callback(lambda _: reader.ready.set())
    while True:
        await reader.ready.wait()
        if gone.done():
            return
        reader.ready.clear()
        chunk = b"".join(reader.queue)
        reader.queue.clear()
        if chunk:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        if reader.cut:
            ending = named_event("cut", {"reason": reader.cut})
            await send({"type": "http.response.body", "body": ending, "more_body": False})
            return


async def _until_gone(receive: Receive) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        while (await receive())["type"] != "http.disconnect":
            continue


def _wanted(query: dict[str, list[str]]) -> Wanted:
    bounds: Bounds | None = None
    if "bbox" in query:
        try:
            west, south, east, north = (float(part) for part in query["bbox"][0].split(","))
        except ValueError as error:
            raise InvalidInput(
                _("bbox 应为 西,南,东,北 四个数字"),
                field="bbox",
                value=query["bbox"][0],
                cure="bbox=110.3,19.1,110.6,19.4",
            ) from error
        bounds = (west, south, east, north)
    return Wanted(
        positions=query.get("positions", ["0"])[0] == "1",
        bounds=bounds,
        own_only=query.get("own", ["0"])[0] == "1",
    )


def _sign_in(headers: dict[str, str]) -> tuple[Actor, Credential, frozenset[int]]:
    """Who is it? Session cookie or bearer token. Runs in one of two threads that keep their connection."""
    close_old_connections()
    try:
        authorization = headers.get("authorization", "")
        if authorization.lower().startswith("bearer "):
            token = authorization[7:].strip()
            user, session_key = user_for_bearer(token), ""
        else:
            token = ""
            user, session_key = _session_user(headers.get("cookie", ""))
        actor = actor_for_user(user)
        if not actor.is_signed_in:
            raise NotSignedIn(_("请先登录"), cure=_("登录后再打开实时通道"))
        credential = bearer_credential(user, token) if token else session_credential(user, session_key)
        tour = tour_of_person(actor.person_id) if actor.person_id is not None else None
        own = frozenset({tour.pk}) if tour is not None else frozenset()
        if (
            not own
            and not actor.may(Verb.VIEW, DataClass.INCIDENT)
            and not actor.may(Verb.VIEW_OWN, DataClass.ASSIGNMENT)
        ):
            raise Forbidden(_("该账号没有可看的实时内容"), code="nothing_to_see", cure=_("请联系管理员核对角色"))
        return actor, credential, own
    finally:
        close_old_connections()


def _session_user(cookie: str) -> tuple[Any, str]:
    jar: SimpleCookie = SimpleCookie()
    jar.load(cookie)
    morsel = jar.get(settings.SESSION_COOKIE_NAME)
    store = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    request = HttpRequest()
    request.session = store(morsel.value if morsel is not None else None)
    return get_user(request), request.session.session_key or ""


async def _refuse(send: Send, error: LuzhangError) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": error.status,
            "headers": [(b"content-type", b"application/json; charset=utf-8"), (b"cache-control", b"no-store")],
        }
    )
    await send({"type": "http.response.body", "body": dumps(error.as_dict()).encode()})
