"""A request of a device and its answer as plain data: the ASGI application reads and writes them, views know no HTTP
library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from recognition.gat1400.building import CONTENT_TYPE, OK_TEXT, response_message
from recognition.gat1400.outcomes import StatusCode
from recognition.gat1400.system import ResponseStatus


@dataclass(frozen=True, slots=True)
class Message:
    """`path` as it came, without the query; header names in lower case; `body` unpacked. `at`: receipt, aware UTC."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    address: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = field(default=())
    content_type: str = CONTENT_TYPE


def said(
    message: Message,
    code: StatusCode = StatusCode.OK,
    text: str = OK_TEXT,
    *,
    id_: str = "",
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = (),
) -> Reply:
    """A single status as the answer."""
    body = response_message(ResponseStatus(message.path, int(code), text, id_, message.at))
    return Reply(status, body, headers)
