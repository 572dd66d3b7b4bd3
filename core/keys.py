"""The key ring of a deployment, from LUZHANG_KEYS (Django-free).

Two spellings. JSON: `{"field": ["2:BASE64", "1:BASE64"], "index": ["1:BASE64"], "audit": ["1:BASE64"]}`. Text:
`field=2:BASE64,1:BASE64;index=1:BASE64;audit=1:BASE64`. Each key is 32 random bytes; the first of a list is in use, the
others are only read (rotation). Ids are 1 to 255.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import LuzhangError

VARIABLE = "LUZHANG_KEYS"
PURPOSES = ("field", "index", "audit")
KEY_BYTES = 32


class BadKeys(LuzhangError):
    """LUZHANG_KEYS is missing or wrong; start-up stops."""

    code = "bad_keys"
    status = 500


@dataclass(frozen=True, repr=False)
class KeySet:
    """Keys of one purpose by id; `active` is the one to write with."""

    active: int
    by_id: Mapping[int, bytes]

    def key(self, key_id: int | None = None) -> bytes:
        """The active key, or the one with this id. Raises BadKeys when it is not there."""
        wanted = self.active if key_id is None else key_id
        try:
            return self.by_id[wanted]
        except KeyError:
            raise BadKeys(
                f"no key with id {wanted}", field=VARIABLE, cure="keep old keys until rotate_keys has run"
            ) from None

    def ids(self) -> tuple[int, ...]:
        """All ids, the active one first."""
        return tuple(self.by_id)


@dataclass(frozen=True, repr=False)
class KeyRing:
    """Field keys (AES-256-GCM), blind-index keys (HMAC-SHA256) and audit keys (Ed25519 seeds)."""

    field: KeySet
    index: KeySet
    audit: KeySet


_configured: dict[str, KeyRing] = {}


def parse(text: str) -> KeyRing:
    """Read LUZHANG_KEYS. Raises BadKeys saying which part is wrong; never shows key material."""
    text = text.strip()
    if not text:
        raise BadKeys(f"{VARIABLE} is empty", field=VARIABLE, cure="./run setup writes one, or see core/keys.py")
    lists = _json_lists(text) if text.startswith("{") else _text_lists(text)
    unknown = sorted(set(lists) - set(PURPOSES))
    if unknown:
        raise BadKeys(f"{VARIABLE}: unknown purpose {unknown[0]}", field=VARIABLE, cure=f"only {', '.join(PURPOSES)}")
    missing = [purpose for purpose in PURPOSES if not lists.get(purpose)]
    if missing:
        raise BadKeys(
            f"{VARIABLE}: no key for {', '.join(missing)}", field=VARIABLE, cure="one id:base64 for each purpose"
        )
    sets = {purpose: _key_set(purpose, lists[purpose]) for purpose in PURPOSES}
    return KeyRing(**sets)


def generate() -> str:
    """A fresh value for LUZHANG_KEYS (text spelling)."""
    return ";".join(f"{purpose}=1:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}" for purpose in PURPOSES)


def configure(ring: KeyRing | None) -> None:
    """Set the ring of this process; None forgets it, and the environment is read again."""
    if ring is None:
        _configured.pop("ring", None)
    else:
        _configured["ring"] = ring


def current() -> KeyRing:
    """The ring of this process, from `configure` or the environment. Raises BadKeys."""
    if "ring" not in _configured:
        _configured["ring"] = parse(os.environ.get(VARIABLE, ""))
    return _configured["ring"]


def _json_lists(text: str) -> dict[str, list[str]]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as problem:
        raise BadKeys(f"{VARIABLE} is not valid JSON: {problem.msg}", field=VARIABLE) from None
    lists: dict[str, list[str]] = {}
    for purpose, value in data.items():
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise BadKeys(f"{VARIABLE}: {purpose} is no list of id:base64", field=VARIABLE)
        lists[str(purpose)] = items
    return lists


def _text_lists(text: str) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        # Base64 itself ends in "=", so only the first one separates.
        purpose, separator, items = part.partition("=")
        if not separator:
            raise BadKeys(f"{VARIABLE}: {purpose[:12]}… is no purpose=id:base64", field=VARIABLE)
        lists[purpose.strip()] = [item.strip() for item in items.split(",") if item.strip()]
    return lists


def _key_set(purpose: str, items: list[str]) -> KeySet:
    by_id: dict[int, bytes] = {}
    for item in items:
        id_text, separator, encoded = item.partition(":")
        if not separator or not id_text.isdigit() or not 1 <= int(id_text) <= 255:
            raise BadKeys(f"{VARIABLE}: {purpose}: each key is id:base64 with an id from 1 to 255", field=VARIABLE)
        try:
            key = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise BadKeys(f"{VARIABLE}: {purpose} key {id_text} is not base64", field=VARIABLE) from None
        if len(key) != KEY_BYTES:
            raise BadKeys(f"{VARIABLE}: {purpose} key {id_text} has {len(key)} bytes, not {KEY_BYTES}", field=VARIABLE)
        if int(id_text) in by_id:
            raise BadKeys(f"{VARIABLE}: {purpose} key {id_text} is there twice", field=VARIABLE)
        by_id[int(id_text)] = key
    return KeySet(active=next(iter(by_id)), by_id=by_id)
