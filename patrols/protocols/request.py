"""Reading the parts of a request that the protocols share: query and form pairs, JSON, truth words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import unquote_plus

from patrols.protocols import plausibility
from patrols.protocols.fix import Answer, Call, DecodedRequest, Extra, Fix, FixRejected

MAX_DEVICE_LENGTH = 200
EMPTY_OK = Answer(200, "text/plain; charset=utf-8", b"")
_FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})


def pairs(text: str) -> dict[str, str]:
    """Query or form text as a mapping; the first of a repeated name counts, names without "=" are dropped."""
    found: dict[str, str] = {}
    escaped = "%" in text or "+" in text
    for part in text.split("&"):
        name, equals, value = part.partition("=")
        if not equals:
            continue
        if escaped:
            name, value = unquote_plus(name), unquote_plus(value)
        found.setdefault(name, value)
    return found


def query_of(path_query: str) -> dict[str, str]:
    """The pairs behind the "?" of a request target."""
    _, question, query = path_query.partition("?")
    return pairs(query) if question else {}


def json_object(body: bytes) -> dict[str, object]:
    """The JSON object in `body`; raises FixRejected bad_json for anything else."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):  # ValueError covers broken UTF-8, bad JSON and over-long integers
        raise FixRejected("bad_json", "the body is not JSON", cure="send one whole JSON object in UTF-8") from None
    if not isinstance(read, dict):
        raise FixRejected("bad_json", "the body is not a JSON object", cure="send one JSON object")
    return read


def mapping(value: object) -> dict[str, object]:
    """`value` when it is a JSON object, else an empty one: nested parts are optional everywhere."""
    return value if isinstance(value, dict) else {}


def truth(value: object) -> bool:
    """Whether a flag is set: JSON booleans, numbers, or words; "0", "false", "no", "off" and "" are not."""
    if isinstance(value, str):
        return value.strip().lower() not in _FALSE_WORDS
    return bool(value)


def device_name(value: object, *, field: str) -> str:
    """The identifier or token as sent; raises FixRejected missing_id when absent, empty or absurdly long."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**60:
        value = str(value)
    if not isinstance(value, str) or not value or len(value) > MAX_DEVICE_LENGTH:
        raise FixRejected(
            "missing_id", "the report names no device", field=field, cure="enter the device's token in the app"
        )
    return value


def short_text(value: object) -> str | None:
    """A short word such as an alarm kind, or None."""
    return value[:40] if isinstance(value, str) and value else None


def extras(source: Mapping[str, object], names: Mapping[str, str]) -> dict[str, Extra]:
    """Those of `names` (sent name -> our name) that are present as text, number or boolean, kept as sent."""
    found: dict[str, Extra] = {}
    for sent, ours in names.items():
        value = source.get(sent)
        if isinstance(value, (bool, float)):
            found[ours] = value
        elif isinstance(value, str):
            found[ours] = value[:200]
        elif isinstance(value, int) and abs(value) < 2**53:
            found[ours] = float(value)
    return found


def decoded(device: str, fix: Fix, answer: Answer = EMPTY_OK, credential: str | None = None) -> DecodedRequest:
    """One fix, to be stored before `answer` is sent."""
    return DecodedRequest((fix,), (), (), device, device if credential is None else credential, answer)


def refused(
    device: str, rejection: FixRejected, readable_answer: Answer = EMPTY_OK, credential: str | None = None
) -> DecodedRequest:
    """No fix: `readable_answer` when the message was understood, else the typed error as JSON."""
    answer = readable_answer if rejection.readable else error_answer(rejection)
    return DecodedRequest((), (), (rejection,), device, device if credential is None else credential, answer)


def called(device: str, rejection: FixRejected, alarm: str | None, timestamp: object, now: datetime) -> DecodedRequest:
    """As `refused`; where the report carries an alarm word and names its device, the call goes on without a fix."""
    if not device or alarm is None:
        return refused(device, rejection)
    try:
        called_at = plausibility.moment(timestamp, now, field="timestamp")
    except FixRejected:
        called_at = now.replace(second=0, microsecond=0)
    return DecodedRequest((), (), (rejection,), device, device, EMPTY_OK, Call(alarm, called_at))


def error_answer(rejection: FixRejected) -> Answer:
    """The product's one JSON error shape for a rejection."""
    body = json.dumps({"error": rejection.as_dict()}).encode()
    return Answer(rejection.status, "application/json", body)
