"""Events: what happened is written in the transaction of its cause, with the duties of those who must act on it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from core import clock, wake
from core.db.prepared import is_waiting, prepared, written
from core.jsontext import dumps

Handler = Callable[["EventData"], None]


@dataclass(frozen=True, slots=True)
class EventData:
    """What a handler gets. `key` is the publisher's, empty when it gave none."""

    id: int
    topic: str
    organisation_path: str
    audience: str
    subject: dict[str, Any]
    payload: dict[str, Any]
    at: dt.datetime
    key: str = ""


TogetherHandler = Callable[[Sequence["EventData"]], Collection[int]]


@dataclass(frozen=True, slots=True)
class Together:
    """A handler of several events at once: at most `at_most` in a transaction."""

    run: TogetherHandler
    at_most: int


_by_topic: dict[str, dict[str, Handler | Together]] = {}
_by_name: dict[str, Handler | Together] = {}

# One statement: the event and one duty for each subscribed handler.
_PUBLISH_SQL = """
WITH written AS (
    INSERT INTO core_event (topic, key, organisation_path, audience, subject, payload, at)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (topic, key) WHERE NOT key = '' DO NOTHING
    RETURNING id
), duties AS (
    INSERT INTO core_outboxtask (event_id, handler, due_at, attempts, last_error, stuck)
    SELECT written.id, name, statement_timestamp(), 0, '', false FROM written, unnest(%s::text[]) AS name
)
SELECT id FROM written
"""


def publish(
    topic: str,
    *,
    organisation_path: str,
    audience: str,
    subject: Mapping[str, Any],
    payload: Mapping[str, Any],
    key: str = "",
) -> int | None:
    """Write one event and the duties of its handlers, in the caller's transaction. Returns the event's id.

    `subject` names what it is about (`{"incident": 12}`), `payload` what changed; both become JSON. With a `key` the
    same (topic, key) is written once only; a repetition returns None and causes nothing. Within `together` (see
    core.db.prepared) None is returned, too. Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"publish({topic!r}) outside a transaction would not share the fate of its cause")
    names = list(_by_topic.get(topic, ()))
    values: list[Any] = [topic, key, organisation_path, audience, dumps(subject), dumps(payload), clock.now(), names]
    wake.published(duties=bool(names))
    with connection.cursor() as cursor:
        if is_waiting():
            written(cursor, _PUBLISH_SQL, values)
            return None
        prepared(cursor, _PUBLISH_SQL, values)
        row = cursor.fetchone()
    return row[0] if row else None


def publish_over(
    cursor: Any,
    topic: str,
    *,
    organisation_path: str,
    audience: str,
    subject: Mapping[str, Any],
    payload: Mapping[str, Any],
    key: str = "",
    at: dt.datetime,
) -> int | None:
    """As `publish`, over a psycopg2 cursor of a session that Django does not manage (the tracker intake's own).

    It shares the fate of that session's transaction; the wake-up goes out with its commit, so this is for rare events.
    `at` is given, as the house's clock may ask Django's session for its anchor.
    """
    names = list(_by_topic.get(topic, ()))
    cursor.execute(_PUBLISH_SQL, [topic, key, organisation_path, audience, dumps(subject), dumps(payload), at, names])
    row = cursor.fetchone()
    cursor.execute("SELECT pg_notify(%s, ''), pg_notify(%s, '')", [wake.EVENTS_CHANNEL, wake.OUTBOX_CHANNEL])
    return row[0] if row else None


def handles(topic: str, *, name: str | None = None) -> Callable[[Handler], Handler]:
    """Subscribe a function to a topic. Its name in the outbox is `module.function`: it must not change while duties
    are open.

    The function runs in a transaction of its own, which also marks the duty done: whatever it writes and publishes
    stands or falls with it. It may run again after a crash, so it sends nothing outside; on an exception it is tried
    again for ever.
    """

    def register(handler: Handler) -> Handler:
        _register(topic, name, handler, handler)
        return handler

    return register


def handles_together(
    topic: str, *, at_most: int, name: str | None = None
) -> Callable[[TogetherHandler], TogetherHandler]:
    """As `handles`, for work that costs less for many events at once than one by one.

    The function gets those that are due at this moment, 1 to `at_most`, in one transaction which marks all their
    duties done. It returns the ids of events that it could not serve now: their duties come again shortly. When it
    raises, each event is tried alone, so that one bad event holds up no other.
    """

    def register(handler: TogetherHandler) -> TogetherHandler:
        _register(topic, name, handler, Together(handler, at_most))
        return handler

    return register


def _register(topic: str, name: str | None, function: Callable[..., object], handler: Handler | Together) -> None:
    full_name = name or f"{function.__module__}.{function.__qualname__}"
    known = _by_name.get(full_name)
    if known is not None:
        other = known.run if isinstance(known, Together) else known
        if (other.__module__, other.__qualname__) != (function.__module__, function.__qualname__):
            raise ValueError(f"two handlers are called {full_name}")
    _by_topic.setdefault(topic, {})[full_name] = handler
    _by_name[full_name] = handler


def handler_named(name: str) -> Handler | Together | None:
    """The handler with this name, or None when this process does not have it."""
    return _by_name.get(name)


def handler_names() -> list[str]:
    """Names of all handlers of this process."""
    return list(_by_name)


def topics() -> dict[str, list[str]]:
    """Topics with the names of their handlers, for documentation and tests."""
    return {topic: list(handlers) for topic, handlers in _by_topic.items()}


def loaded(value: Any) -> dict[str, Any]:
    """A jsonb value as raw cursors give it (text under psycopg2 in Django) as a dictionary."""
    return json.loads(value) if isinstance(value, str) else value
