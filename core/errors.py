"""Typed errors of the whole house, with one JSON shape (Django-free).

Every error that a person or a client may cause is a `LuzhangError`: it names the field, the value and the cure, so that
who reads it knows what to do next. Anything else is a fault of ours and becomes a 500 with an incident id.
"""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from core.messages import spoken

MAX_VALUE_CHARACTERS = 200


class LuzhangError(Exception):
    """Base of all typed errors.

    `message` says what is wrong, `field` where, `value` what came in, `cure` what to do instead. `details` holds
    further errors of the same request (several fields, several rows) as mappings of the same keys.
    """

    code = "error"
    status = 400

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        field: str | None = None,
        value: object = None,
        cure: str | None = None,
        details: Iterable[Mapping[str, object] | LuzhangError] = (),
    ) -> None:
        super().__init__(message)
        self._message = message
        if code is not None:
            self.code = code
        self.field = field
        self.value = value
        self._cure = cure
        self.details = [_detail(item) for item in details]

    @property
    def message(self) -> str:
        """What is wrong, in the language of who reads it now."""
        return spoken(self._message)

    @property
    def cure(self) -> str | None:
        """What to do instead, likewise."""
        return None if self._cure is None else spoken(self._cure)

    def __str__(self) -> str:
        parts = [self.message]
        if self.field:
            parts.append(f"[{self.field}]")
        if self.cure:
            parts.append(f"({self.cure})")
        return " ".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """The JSON shape `{"error": {"code", "message", "field", "value", "cure", "details"}}`, absent keys omitted."""
        return {"error": self._body()}

    def _body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.field is not None:
            body["field"] = self.field
        if self.value is not None:
            body["value"] = plain_value(self.value)
        if self.cure is not None:
            body["cure"] = self.cure
        if self.details:
            body["details"] = self.details
        return body


class InvalidInput(LuzhangError):
    """What came in can't be right; nothing was saved."""

    code = "invalid_input"
    status = 400


class NotSignedIn(LuzhangError):
    """Sign in first."""

    code = "not_signed_in"
    status = 401


class Forbidden(LuzhangError):
    """Signed in, but not allowed."""

    code = "forbidden"
    status = 403


class NotFound(LuzhangError):
    """Does not exist, or the asker may not know that it does."""

    code = "not_found"
    status = 404


class Conflict(LuzhangError):
    """The state of things does not allow it now."""

    code = "conflict"
    status = 409


class TransitionRefused(Conflict):
    """The lifecycle has no such step, or somebody else was faster."""

    code = "transition_refused"


class StaleFence(Conflict):
    """The action belongs to an assignment that was since given to somebody else; kept as evidence."""

    code = "stale_fence"


class TooLarge(LuzhangError):
    """More bytes, pixels or rows than allowed."""

    code = "too_large"
    status = 413


class TooMany(LuzhangError):
    """Too many requests in a window of time."""

    code = "too_many"
    status = 429


class Unavailable(LuzhangError):
    """Something we need is not there just now; trying again later is right."""

    code = "unavailable"
    status = 503


def plain_value(value: object) -> object:
    """A value as JSON may hold it; long text is cut and binary data is only described."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    if isinstance(value, enum.Enum):
        return plain_value(value.value)
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, (decimal.Decimal, uuid.UUID)):
        return str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"<{len(bytes(value))} bytes>"
    if isinstance(value, Mapping):
        return {str(key): plain_value(item) for key, item in list(value.items())[:20]}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain_value(item) for item in list(value)[:20]]
    text = str(value)
    return text if len(text) <= MAX_VALUE_CHARACTERS else text[: MAX_VALUE_CHARACTERS - 1] + "…"


def _detail(item: Mapping[str, object] | LuzhangError) -> dict[str, Any]:
    if isinstance(item, LuzhangError):
        return item._body()
    return {str(key): plain_value(value) for key, value in item.items()}
