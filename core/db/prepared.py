"""Statements that the server plans once a session: for the urgent path, where planning costs as much as running."""

from __future__ import annotations

import re
import weakref
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection

# By raw session: which statements it has. A lost session takes its plans along.
_known: weakref.WeakKeyDictionary[Any, dict[str, str]] = weakref.WeakKeyDictionary()
_PLACE = re.compile(r"%s|%%|%\((\w+)\)s")


def prepared(cursor: Any, sql: str, params: Sequence[Any] | Mapping[str, Any]) -> None:
    """`cursor.execute(sql, params)` through PREPARE and EXECUTE.

    Types come from the context of the places `%s` (or `%(name)s`); a place whose context says nothing needs a cast.
    """
    numbered, names = _numbered(sql)
    known = _known.setdefault(connection.connection, {})
    name = known.get(sql)
    if name is None:
        name = f"luzhang_{len(known)}"
        cursor.execute(f"PREPARE {name} AS {numbered}")
        known[sql] = name
    values = [params[key] for key in names] if isinstance(params, Mapping) else list(params)
    places = ", ".join(["%s"] * len(values))
    cursor.execute(f"EXECUTE {name} ({places})" if values else f"EXECUTE {name}", values or None)


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
