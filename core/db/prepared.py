"""Statements that the server plans once a session, and writes that share a message to it.

For the urgent path, where planning and the way there and back cost as much as running.
"""

from __future__ import annotations

import re
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.db import connection

# By raw session: which statements it has. A lost session takes its plans along.
_known: weakref.WeakKeyDictionary[Any, dict[str, str]] = weakref.WeakKeyDictionary()
_PLACE = re.compile(r"%s|%%|%\((\w+)\)s")


class _Waiting(threading.local):
    texts: list[str] | None = None


_waiting = _Waiting()


def prepared(cursor: Any, sql: str, params: Sequence[Any] | Mapping[str, Any]) -> None:
    """`cursor.execute(sql, params)` through PREPARE and EXECUTE.

    Types come from the context of the places `%s` (or `%(name)s`); a place whose context says nothing needs a cast.
    """
    text = _text(cursor, sql, params)
    if _waiting.texts:
        text = "; ".join([*_waiting.texts, text])
        _waiting.texts.clear()
    cursor.execute(text)


def written(cursor: Any, sql: str, params: Sequence[Any] | Mapping[str, Any]) -> None:
    """As `prepared`, for a write whose answer nobody reads: within `together` it waits for the next statement."""
    if _waiting.texts is None:
        prepared(cursor, sql, params)
        return
    text = _text(cursor, sql, params)  # may send what waits, to prepare the statement
    _waiting.texts.append(text)


def is_waiting() -> bool:
    """Whether writes wait here for the next statement."""
    return _waiting.texts is not None


@contextmanager
def together() -> Iterator[None]:
    """Within the block writes go to the server in one message with the next statement, the last ones at its end.

    Order is kept, and every other statement of the session is preceded by what waits, so nobody reads past it. An
    error of a write comes with that statement. After an exception nothing more is sent: the block has to lie within
    the transaction (or savepoint) that then ends. Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("writes that wait outside a transaction would not share its fate")
    if _waiting.texts is not None:
        yield
        return
    _waiting.texts = []
    try:
        with connection.execute_wrapper(_waiting_first):
            yield
        if _waiting.texts:
            with connection.cursor() as cursor:
                _send(cursor)
    finally:
        _waiting.texts = None


def _waiting_first(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Mapping[str, Any]) -> Any:
    if _waiting.texts:
        with connection.wrap_database_errors:
            _send(context["cursor"].cursor)
    return execute(sql, params, many, context)


def _send(cursor: Any) -> None:
    message = "; ".join(_waiting.texts or ())
    _waiting.texts = []
    cursor.execute(message)


def _text(cursor: Any, sql: str, params: Sequence[Any] | Mapping[str, Any]) -> str:
    """EXECUTE with its values, the statement being prepared in this session."""
    numbered, names = _numbered(sql)
    known = _known.setdefault(connection.connection, {})
    name = known.get(sql)
    if name is None:
        name = f"luzhang_{len(known)}"
        cursor.execute(f"PREPARE {name} AS {numbered}")
        known[sql] = name
    values = [params[key] for key in names] if isinstance(params, Mapping) else list(params)
    if not values:
        return f"EXECUTE {name}"
    places = ", ".join(["%s"] * len(values))
    text: bytes = cursor.mogrify(f"EXECUTE {name} ({places})", values)
    return text.decode()


@lru_cache(maxsize=256)
def _numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """The statement with `$1`, `$2` …, and the names in their order (none for `%s`)."""
    count, names = 0, dict[str, int]()

    def place(found: re.Match[str]) -> str:
        nonlocal count
        if found.group() == "%%":
            return "%"
        key = found.group(1)
        if key is not None:
            return f"${names.setdefault(key, len(names) + 1)}"
        count += 1
        return f"${count}"

    return _PLACE.sub(place, sql), tuple(names)
