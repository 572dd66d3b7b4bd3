"""One record's fields, read tolerantly; every deviation is noted in `quirks`."""

from __future__ import annotations

import binascii
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from recognition.gat1400.identifiers import is_key
from recognition.gat1400.moments import CHINA, read_moment
from recognition.gat1400.outcomes import MAX_SHOWN, RecordRejected, storable
from recognition.gat1400.quirks import Quirk

# Longer texts are cut (and noted), so that whatever keeps a record can have columns of these lengths.
MAX_TEXT = 500
MAX_CODE = 40
MAX_URL = 2_000
_NULL_ISLAND_DEG = 1e-6
_YES = frozenset({"1", "true", "yes", "y", "是", "有"})
_NO = frozenset({"0", "false", "no", "n", "否", "无"})


@dataclass(frozen=True, slots=True)
class Names:
    """The standard's field names of one object, and the same by their lower case."""

    exact: frozenset[str]
    by_lower: Mapping[str, str]


def named(text: str) -> Names:
    """Field names written as words."""
    exact = frozenset(text.split())
    return Names(exact, {name.lower(): name for name in exact})


class Fields:
    """A record by the standard's field names, also where it was written in another case.

    Values that are absent, null or empty are None or "". What cannot be read is as if absent, and noted.
    """

    __slots__ = ("quirks", "values")

    def __init__(self, raw: Mapping[str, object], known: Names) -> None:
        """`known`: the standard's names for this record; others are left out."""
        self.quirks: set[Quirk] = set()
        self.values: Mapping[str, object] = raw
        if not raw.keys() <= known.exact:
            self.values = self._renamed(raw, known)

    def _renamed(self, raw: Mapping[str, object], known: Names) -> dict[str, object]:
        values: dict[str, object] = {}
        for key, value in raw.items():
            name = key if key in known.exact else known.by_lower.get(key.lower())
            if name is None:
                self.quirks.add(Quirk.UNKNOWN_FIELDS)
            elif name == key:
                values[name] = value
            elif name not in raw:
                self.quirks.add(Quirk.WRONG_CASE)
                values[name] = value
        return values

    def identity(self, name: str) -> str:
        """The identifier as sent, for the answer; "" where there is none. Notes nothing."""
        value = self.values.get(name)
        if isinstance(value, str):
            return storable(value.strip()[:MAX_SHOWN])
        return _short_int(value) if isinstance(value, int) and not isinstance(value, bool) else ""

    def text(self, name: str, limit: int = MAX_TEXT) -> str:
        """A text without outer spaces, at most `limit` characters; a number becomes its digits."""
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, str):
            found = storable(value).strip()
            if len(found) > limit:
                self.quirks.add(Quirk.TEXT_CUT)
            return found[:limit]
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            self.quirks.add(Quirk.TEXT_AS_NUMBER)
            return _short_int(value) if isinstance(value, int) else f"{value:g}"
        self.quirks.add(Quirk.VALUE_UNREADABLE)
        return ""

    def code(self, name: str) -> str:
        """A code, which devices write as text and as number alike: not noted."""
        value = self.values.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return _short_int(value)
        return self.text(name, MAX_CODE)

    def name(self, name: str) -> str:
        """A required code or short text; raises RecordRejected missing_field."""
        text = self.code(name)
        if not text:
            raise RecordRejected("missing_field", f"{name} is missing", field=name, value=None, cure=f"send {name}")
        return text

    def names(self, name: str) -> tuple[str, ...]:
        """Several codes, separated by commas or as a JSON list."""
        value = self.values.get(name)
        if isinstance(value, list):
            self.quirks.add(Quirk.LIST_FOR_TEXT)
            parts = [one for one in value if isinstance(one, str)]
            parts += [_short_int(one) for one in value if isinstance(one, int) and not isinstance(one, bool)]
        elif isinstance(value, str):
            parts = value.replace("，", ",").replace(";", ",").split(",")
        else:
            parts = [self.code(name)]
        return tuple(name for part in parts if (name := storable(part).strip()[:MAX_TEXT]))

    def key(self, name: str, length: int, *, shortest: int = 1) -> str:
        """A required identifier; raises RecordRejected missing_field or bad_id. Another length or form is noted."""
        text = self.text(name)
        if not text:
            raise RecordRejected("missing_field", f"{name} is missing", field=name, value=None, cure=f"send {name}")
        if len(text) == length and text.isascii() and text.isdigit():
            return text
        if not is_key(text) or len(text) < shortest:
            raise RecordRejected(
                "bad_id",
                f"{name} is no identifier",
                field=name,
                value=text,
                cure=f"send an identifier of {length} digits",
            )
        self._note_key(text, length)
        return text

    def optional_key(self, name: str, length: int) -> str | None:
        """An identifier that may be left out; None then, and where it can be none."""
        text = self.text(name)
        if not text:
            return None
        if len(text) == length and text.isascii() and text.isdigit():
            return text
        if not is_key(text):
            self.quirks.add(Quirk.VALUE_UNREADABLE)
            return None
        self._note_key(text, length)
        return text

    def _note_key(self, text: str, length: int) -> None:
        self.quirks.add(Quirk.ID_UNSTRUCTURED if len(text) == length else Quirk.ID_LENGTH)

    def number(self, name: str, low: float = -math.inf, high: float = math.inf) -> float | None:
        """A finite number within [low, high]; None where absent, unreadable or outside."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            self.quirks.add(Quirk.NUMBER_AS_TEXT)
        read = _number(value)
        if read is None:
            self.quirks.add(Quirk.VALUE_UNREADABLE)
            return None
        if not low <= read <= high:
            self.quirks.add(Quirk.VALUE_OUT_OF_RANGE)
            return None
        return read

    def integer(self, name: str, low: int, high: int) -> int | None:
        """A whole number within [low, high]; fractions are cut."""
        read = self.number(name, low, high)
        return None if read is None else int(read)

    def percent(self, name: str) -> float | None:
        """A percentage, as text or number, as a share of 1; a fraction below 1 is taken for a share already."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        read = _number(value.strip().removesuffix("%") if isinstance(value, str) else value)
        if read is None:
            self.quirks.add(Quirk.VALUE_UNREADABLE)
            return None
        if 0 < read < 1:
            self.quirks.add(Quirk.SHARE_FOR_PERCENT)
            return read
        if not 0 <= read <= 100:
            self.quirks.add(Quirk.VALUE_OUT_OF_RANGE)
            return None
        return read / 100

    def flag(self, name: str) -> bool | None:
        """A truth value: JSON's own, 1 and 0, words; 2 is no, as some write."""
        value = self.values.get(name)
        if value is None or value == "" or isinstance(value, bool):
            return value if isinstance(value, bool) else None
        if isinstance(value, str):
            self.quirks.add(Quirk.FLAG_AS_TEXT)
        elif isinstance(value, (int, float)):
            self.quirks.add(Quirk.FLAG_AS_NUMBER)
        word = str(value).strip().lower() if isinstance(value, (str, int)) else f"{value}"
        if word in _YES or word in _NO:
            return word in _YES
        if word == "2":
            self.quirks.add(Quirk.FLAG_TWO_IS_NO)
            return False
        self.quirks.add(Quirk.VALUE_UNREADABLE)
        return None

    def moment(self, name: str, zone: tzinfo = CHINA) -> datetime | None:
        """Aware UTC; None where absent or no time (noted as such)."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        read = read_moment(value, zone)
        if read is None:
            self.quirks.add(Quirk.TIME_UNREADABLE)
            return None
        self.quirks |= read[1]
        return read[0]

    def position(self) -> tuple[float, float] | None:
        """(lon, lat) in degrees as sent; None where absent, 0/0 or off the globe. The datum is the device's."""
        lon, lat = self.number("Longitude"), self.number("Latitude")
        if lon is None or lat is None:
            return None
        if abs(lon) < _NULL_ISLAND_DEG and abs(lat) < _NULL_ISLAND_DEG:
            self.quirks.add(Quirk.POSITION_ZERO)
            return None
        if abs(lon) > 180 or abs(lat) > 90:
            self.quirks.add(Quirk.POSITION_IMPLAUSIBLE)
            return None
        return lon, lat

    def nested(self, name: str) -> object:
        """A nested object or list, also where it came as a JSON text; None where absent."""
        return self._unfolded(self.values.get(name))

    def _unfolded(self, value: object) -> object:
        if isinstance(value, str) and value.strip():
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                self.quirks.add(Quirk.VALUE_UNREADABLE)
                return None
            self.quirks.add(Quirk.NESTED_AS_TEXT)
        return value if isinstance(value, (dict, list)) else None

    def listed(self, name: str, inner: str) -> Sequence[object]:
        """The list in `{name: {inner: [...]}}`, forgiving a missing name or a single object."""
        value = self.nested(name)
        if isinstance(value, dict):
            if inner not in value:
                other = next((key for key in value if key.lower() == inner.lower()), None)
                if other is not None:
                    self.quirks.add(Quirk.WRONG_CASE)
                    value = {inner: value[other]}
            value = self._unfolded(value.get(inner))
        elif value is not None:
            self.quirks.add(Quirk.WRAPPER_HOLDS_LIST)
        if isinstance(value, dict):
            self.quirks.add(Quirk.SINGLE_OBJECT)
            return [value]
        return value if isinstance(value, list) else []

    def picture(self, name: str) -> bytes | None:
        """Bytes of a base64 text; None where absent or none (noted)."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value:
            return None
        if value.startswith("data:"):
            self.quirks.add(Quirk.PICTURE_AS_DATA_URL)
            value = value.partition(",")[2]
        try:
            data = binascii.a2b_base64(value)
        except ValueError:
            data = b""
        if not data:
            self.quirks.add(Quirk.PICTURE_UNREADABLE)
            return None
        return data


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    if isinstance(value, str) and "_" in value:
        return None
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if math.isfinite(read) else None


def _short_int(value: int) -> str:
    # Python refuses to write integers of more than 4,300 digits; no identifier has a hundred.
    return str(value) if abs(value) < 10**100 else ""
