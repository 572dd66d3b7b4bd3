"""What reading a message comes to: records and their quirks, refused records, or a refused message.

The words are English: they go to devices and into logs. What people see is put into words by the views.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Generic, Literal, TypeVar

from recognition.gat1400.quirks import NONE, Quirks

T = TypeVar("T")
MAX_SHOWN = 80


class StatusCode(IntEnum):
    """ConfirmStatusType of GA/T 1400.3: 0 is success, all else is none."""

    OK = 0
    OTHER_ERROR = 1
    DEVICE_BUSY = 2
    DEVICE_ERROR = 3
    INVALID_OPERATION = 4
    INVALID_XML_FORMAT = 5
    INVALID_XML_CONTENT = 6
    INVALID_JSON_FORMAT = 7
    INVALID_JSON_CONTENT = 8
    REBOOT = 9


MessageCode = Literal["bad_encoding", "bad_json", "wrong_message", "too_many_records", "missing_field", "bad_id"]
RecordCode = Literal["not_an_object", "missing_field", "bad_id", "bad_time", "future_time", "ancient_time"]


def storable(text: str) -> str:
    """The text as UTF-8 and databases can hold it: lone surrogates (which JSON may escape) replaced, NUL left out."""
    if text.isascii():
        return text.replace("\0", "") if "\0" in text else text
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def shown(value: object) -> str | None:
    """A value as an error may repeat it: short text."""
    return None if value is None else storable(str(value)[:MAX_SHOWN])


class MessageRejected(Exception):
    """A whole message that cannot be read: nothing of it is kept. `status` is what the device is answered."""

    def __init__(
        self, code: MessageCode, message: str, *, field: str | None = None, value: object = None, cure: str
    ) -> None:
        super().__init__(message)
        self.code: MessageCode = code
        self.message = message
        self.field = field
        self.value = shown(value)
        self.cure = cure

    @property
    def status(self) -> StatusCode:
        """JSON that is none is 7; JSON that says the wrong thing is 8."""
        unreadable = self.code in ("bad_encoding", "bad_json")
        return StatusCode.INVALID_JSON_FORMAT if unreadable else StatusCode.INVALID_JSON_CONTENT


class RecordRejected(Exception):
    """Raised while one record is read and caught by the batch, which goes on with the next."""

    def __init__(
        self, code: RecordCode, message: str, *, field: str, value: object, cure: str, record: object = None
    ) -> None:
        super().__init__(message)
        self.code: RecordCode = code
        self.message = message
        self.field = field
        self.value = shown(value)
        self.cure = cure
        self.record = record


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """One record that was read: its place in the message, its identifier as sent, and what was tolerated."""

    index: int
    id: str
    record: T
    quirks: Quirks = NONE


@dataclass(frozen=True, slots=True)
class Refused(Generic[T]):
    """One record that was refused. `record` is set where all was readable but the time is impossible: a caller may
    still compare it by its time of receipt.
    """

    index: int
    id: str
    code: RecordCode
    message: str
    field: str
    value: str | None
    cure: str
    record: T | None = None
    quirks: Quirks = NONE

    @property
    def status(self) -> StatusCode:
        """What the device is answered about this record."""
        return StatusCode.INVALID_JSON_CONTENT


@dataclass(frozen=True, slots=True)
class Batch(Generic[T]):
    """A list message: what was read, what was refused, and the quirks of the message itself (not of its records)."""

    read: tuple[Read[T], ...]
    refused: tuple[Refused[T], ...]
    quirks: Quirks = NONE

    def __len__(self) -> int:
        return len(self.read) + len(self.refused)

    def in_order(self) -> Iterator[Read[T] | Refused[T]]:
        """All records as they came."""
        both: list[Read[T] | Refused[T]] = [*self.read, *self.refused]
        return iter(sorted(both, key=lambda one: one.index))

    @property
    def repeated(self) -> frozenset[int]:
        """Places of records whose identifier stood in this message before: to be answered, not to be stored again."""
        seen: set[str] = set()
        found = set()
        for one in self.read:
            if one.id in seen:
                found.add(one.index)
            seen.add(one.id)
        return frozenset(found)

    @property
    def records(self) -> tuple[T, ...]:
        """The records that were read."""
        return tuple(one.record for one in self.read)
