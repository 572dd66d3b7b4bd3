"""From bytes to the records of a list message, whatever the envelope looks like.

The standard's envelope is `{"XListObject": {"XObject": [...]}}`. Devices leave out one or both names, send one object
for the list, write names in another case, or put a JSON text where JSON is due.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from recognition.gat1400.fields import Fields, Names
from recognition.gat1400.outcomes import Batch, MessageRejected, Read, RecordRejected, Refused, shown
from recognition.gat1400.quirks import Quirk, Quirks

T = TypeVar("T")
MAX_RECORDS = 2_000
_CURE_JSON = "send one whole JSON object in UTF-8"


@dataclass(frozen=True, slots=True)
class Shape:
    """The names of a list message: the wrapper's and the record's (the standard's first, then others met), the field
    that identifies a record, and every field that is known.
    """

    wrappers: tuple[str, ...]
    records: tuple[str, ...]
    id_field: str
    known: Names


def read_json(body: bytes) -> tuple[object, Quirks]:
    """The JSON value of a body and the quirks of its bytes; raises MessageRejected bad_encoding or bad_json."""
    text, quirks = _text(body)
    if text.endswith("\0"):
        text = text.rstrip("\0")
        quirks |= {Quirk.TRAILING_NUL}
    try:
        # NaN and Infinity are no JSON; as null they become "not given".
        return json.loads(text, parse_constant=_no_number), quirks
    except (ValueError, RecursionError):
        raise MessageRejected("bad_json", "the body is not JSON", value=text[:40], cure=_CURE_JSON) from None


def read_object(body: bytes, name: str) -> tuple[Mapping[str, object], Quirks]:
    """The object `name` of a body like `{"RegisterObject": {...}}`, or the bare object; raises MessageRejected."""
    value, quirks = read_json(body)
    if not isinstance(value, dict):
        raise MessageRejected("wrong_message", "the body is no JSON object", field=name, cure=f'send {{"{name}": …}}')
    found = _pick(value, (name,))
    if found is None:
        return value, quirks | {Quirk.WRAPPER_MISSING}
    inner, more = _unfolded(found[0])
    if not isinstance(inner, dict):
        raise MessageRejected(
            "wrong_message", f"{name} is no object", field=name, value=inner, cure=f'send {{"{name}": {{…}}}}'
        )
    return inner, quirks | found[1] | more


def read_batch(body: bytes, shape: Shape, read: Callable[[Fields], T], *, max_records: int = MAX_RECORDS) -> Batch[T]:
    """All records of a list message, each read by `read`, which may raise RecordRejected.

    Raises MessageRejected where the body as a whole is not this message; a bad record is among `refused`.
    """
    value, quirks = read_json(body)
    records, more = records_of(value, shape)
    return read_records(records, shape, read, quirks | more, max_records=max_records)


def read_records(
    records: Sequence[object],
    shape: Shape,
    read: Callable[[Fields], T],
    quirks: Quirks = frozenset(),
    *,
    max_records: int = MAX_RECORDS,
) -> Batch[T]:
    """The same for records that are out of their envelope; raises MessageRejected too_many_records alone."""
    if len(records) > max_records:
        raise MessageRejected(
            "too_many_records",
            f"more than {max_records} records",
            field=shape.records[0],
            value=len(records),
            cure=f"send at most {max_records} records a message",
        )
    done: list[Read[T]] = []
    refused: list[Refused[T]] = []
    for index, raw in enumerate(records):
        if not isinstance(raw, dict):
            refused.append(
                Refused(index, "", "not_an_object", "the record is no object", shape.records[0], shown(raw),
                        "send a JSON object")
            )  # fmt: skip
            continue
        fields = Fields(raw, shape.known)
        name = fields.identity(shape.id_field)
        try:
            record = read(fields)
        except RecordRejected as why:
            kept: T | None = why.record  # type: ignore[assignment]  # read() raised it about its own record
            refused.append(
                Refused(index, name, why.code, why.message, why.field, why.value, why.cure, kept,
                        frozenset(fields.quirks))
            )  # fmt: skip
        else:
            done.append(Read(index, name, record, frozenset(fields.quirks)))
    return Batch(tuple(done), tuple(refused), quirks)


def records_of(value: object, shape: Shape) -> tuple[Sequence[object], Quirks]:
    """The list of records in a message or in a nested list; raises MessageRejected wrong_message."""
    value, quirks = _unfolded(value)
    if isinstance(value, list):
        return value, quirks | {Quirk.BARE_LIST}
    if not isinstance(value, dict):
        raise _wrong(shape, value)
    outer = _pick(value, shape.wrappers)
    if outer is None:
        return _inner(value, shape, quirks | {Quirk.WRAPPER_MISSING})
    inside, more = _unfolded(outer[0])
    quirks |= outer[1] | more
    if inside is None or inside == "":
        return [], quirks
    if isinstance(inside, list):
        return inside, quirks | {Quirk.WRAPPER_HOLDS_LIST}
    if not isinstance(inside, dict):
        raise _wrong(shape, inside)
    return _inner(inside, shape, quirks)


def flattened(record: object, inner: Collection[str]) -> object:
    """A record whose description stands in an object of its own (its name among `inner`, lower case) as one record."""
    if isinstance(record, dict):
        for name, described in record.items():
            if name.lower() in inner and isinstance(described, dict):
                return {**{key: value for key, value in record.items() if key != name}, **described}
    return record


def _inner(value: Mapping[str, object], shape: Shape, quirks: Quirks) -> tuple[Sequence[object], Quirks]:
    """The records in `{"XObject": ...}`, or the one record that the object itself is."""
    found = _pick(value, shape.records)
    if found is None:
        if _pick(value, (shape.id_field,)) is not None:
            return [value], quirks | {Quirk.BARE_RECORD}
        if not value and Quirk.WRAPPER_MISSING not in quirks:
            return [], quirks
        raise _wrong(shape, None)
    records, more = _unfolded(found[0])
    quirks |= found[1] | more
    if isinstance(records, list):
        return records, quirks
    if isinstance(records, dict):
        return [records], quirks | {Quirk.SINGLE_OBJECT}
    if records is None or records == "":
        return [], quirks
    raise _wrong(shape, records)


def _wrong(shape: Shape, value: object) -> MessageRejected:
    envelope = f'{{"{shape.wrappers[0]}": {{"{shape.records[0]}": […]}}}}'
    return MessageRejected(
        "wrong_message", f"no {shape.wrappers[0]} in the body", field=shape.wrappers[0], value=value,
        cure=f"send {envelope}",
    )  # fmt: skip


def _pick(value: Mapping[str, object], names: Sequence[str]) -> tuple[object, Quirks] | None:
    """The first of `names` that is there, in any case, with the quirks of finding it."""
    for place, name in enumerate(names):
        quirks = frozenset({Quirk.OTHER_NAME}) if place else frozenset()
        if name in value:
            return value[name], quirks
        wanted = name.lower()
        for key in value:
            if key.lower() == wanted:
                return value[key], quirks | {Quirk.WRONG_CASE}
    return None


def _unfolded(value: object) -> tuple[object, Quirks]:
    """JSON that came as a text is read; anything else is as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(value, parse_constant=_no_number), frozenset({Quirk.NESTED_AS_TEXT})
        except (ValueError, RecursionError):
            return value, frozenset()
    return value, frozenset()


def _text(body: bytes) -> tuple[str, Quirks]:
    for mark, encoding, quirk in (
        (codecs.BOM_UTF8, "utf-8", Quirk.BYTE_ORDER_MARK),
        (codecs.BOM_UTF16_LE, "utf-16", Quirk.UTF16_ENCODING),
        (codecs.BOM_UTF16_BE, "utf-16", Quirk.UTF16_ENCODING),
    ):
        if body.startswith(mark):
            return _decoded(body.removeprefix(mark) if encoding == "utf-8" else body, encoding), frozenset({quirk})
    try:
        return body.decode("utf-8"), frozenset()
    except UnicodeDecodeError:
        return _decoded(body, "gb18030"), frozenset({Quirk.GB_ENCODING})


def _decoded(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        raise MessageRejected("bad_encoding", "neither UTF-8 nor GB 18030", cure=_CURE_JSON) from None


def _no_number(_name: str) -> None:
    return None
