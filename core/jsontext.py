"""JSON text of values that models hold: times, decimals, ids and enums as strings (Django-free)."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import json
import uuid
from typing import Any


def dumps(value: Any, *, canonical: bool = False) -> str:
    """Compact JSON; `canonical` sorts keys and keeps to ASCII, for hashing. TypeError for what has no JSON form."""
    return (_CANONICAL if canonical else _COMPACT).encode(value)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat() if value.tzinfo else value.isoformat()
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, (uuid.UUID, decimal.Decimal)):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    # numpy scalars, without importing numpy here
    if hasattr(value, "item") and callable(value.item):
        return value.item()
    if hasattr(value, "__iter__"):
        return list(value)
    if str(type(value)).find("__proxy__") >= 0:
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


# An encoder of one's own for each call is what `json.dumps` makes; these last.
_COMPACT, _CANONICAL = (
    json.JSONEncoder(
        default=_plain, separators=(",", ":"), sort_keys=canonical, ensure_ascii=canonical, allow_nan=False
    )
    for canonical in (False, True)
)
