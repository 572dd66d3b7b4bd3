"""Keys and ciphertexts: fixed vectors, tampering, moving, rotation; and keys that can't be used."""

from __future__ import annotations

import base64
import json

import pytest

from core import crypto, keys


def _b64(byte: int) -> str:
    return base64.b64encode(bytes([byte]) * 32).decode()


OLD = keys.parse(f"field=1:{_b64(1)};index=1:{_b64(2)};audit=1:{_b64(3)}")
NEW = keys.parse(f"field=2:{_b64(4)},1:{_b64(1)};index=2:{_b64(5)},1:{_b64(2)};audit=2:{_b64(6)},1:{_b64(3)}")
CELL = crypto.aad("stations_person", "4f0c", "personal_phone")


def test_vector_is_stable() -> None:
    """Computed once with openssl-compatible AES-256-GCM; a change would make stored data unreadable."""
    sealed = crypto.encrypt("13800138000", associated=CELL, ring=OLD, nonce=bytes(12))
    assert sealed[:13] == b"\x01" + bytes(12)
    assert len(sealed) == 1 + 12 + 11 + 16
    assert crypto.decrypt(sealed, associated=CELL, ring=OLD) == "13800138000"
    assert sealed.hex() == SEALED_HEX


def test_index_vector_is_stable() -> None:
    assert crypto.blind_index("琼C·12345", purpose="plate", ring=OLD).hex() == INDEX_HEX


def test_same_text_never_looks_the_same() -> None:
    sealed = {crypto.encrypt("陈某", associated=CELL, ring=OLD) for _ in range(50)}
    assert len(sealed) == 50


@pytest.mark.parametrize("at", [0, 1, 12, 13, 20, -1])
def test_one_changed_byte_is_noticed(at: int) -> None:
    sealed = bytearray(crypto.encrypt("46002219800101", associated=CELL, ring=NEW))
    sealed[at] ^= 1
    with pytest.raises((crypto.SealBroken, keys.BadKeys)):
        crypto.decrypt(bytes(sealed), associated=CELL, ring=NEW)


@pytest.mark.parametrize(
    "other",
    [
        crypto.aad("stations_person", "4f0d", "personal_phone"),
        crypto.aad("stations_person", "4f0c", "id_number"),
        crypto.aad("citizens", "4f0c", "personal_phone"),
    ],
)
def test_moved_ciphertext_does_not_open(other: bytes) -> None:
    sealed = crypto.encrypt("13800138000", associated=CELL, ring=OLD)
    with pytest.raises(crypto.SealBroken):
        crypto.decrypt(sealed, associated=other, ring=OLD)


def test_rotation_reads_old_and_writes_new() -> None:
    old = crypto.encrypt("13800138000", associated=CELL, ring=OLD)
    assert crypto.decrypt(old, associated=CELL, ring=NEW) == "13800138000"
    new = crypto.encrypt("13800138000", associated=CELL, ring=NEW)
    assert (crypto.key_id(old), crypto.key_id(new)) == (1, 2)
    with pytest.raises(keys.BadKeys, match="no key with id 2"):
        crypto.decrypt(new, associated=CELL, ring=OLD)


def test_index_is_keyed_by_purpose_and_blind_to_spelling() -> None:
    plain = crypto.blind_index("琼c12345", purpose="plate", ring=OLD)
    assert plain == crypto.blind_index(" 琼C１2345 ", purpose="plate", ring=OLD)
    assert plain != crypto.blind_index("琼C12345", purpose="phone", ring=OLD)
    assert plain in crypto.blind_indexes("琼C12345", purpose="plate", ring=NEW)
    assert plain != crypto.blind_index("琼C12345", purpose="plate", ring=NEW)


def test_signatures() -> None:
    key_id, signature = crypto.sign(b"head", ring=OLD)
    assert crypto.verify(b"head", signature, key_id=key_id, ring=NEW)
    assert not crypto.verify(b"heat", signature, key_id=key_id, ring=NEW)
    assert len(crypto.public_key(ring=OLD)) == 32


def test_both_spellings_and_generated_keys() -> None:
    ring = keys.parse(json.dumps({"field": [f"1:{_b64(1)}"], "index": f"1:{_b64(2)}", "audit": [f"1:{_b64(3)}"]}))
    assert ring == OLD
    assert keys.parse(keys.generate()).field.active == 1
    assert _b64(1) not in repr(ring)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "empty"),
        ("{", "JSON"),
        ('{"field": 3}', "no list"),
        ("field", "no purpose"),
        (f"field=1:{_b64(1)}", "no key for index, audit"),
        (f"field=1:{_b64(1)};index=1:{_b64(1)};audit=1:{_b64(1)};more=1:{_b64(1)}", "unknown purpose more"),
        (f"field=0:{_b64(1)};index=1:{_b64(1)};audit=1:{_b64(1)}", "id from 1 to 255"),
        (f"field=1:***;index=1:{_b64(1)};audit=1:{_b64(1)}", "not base64"),
        (f"field=1:AAAA;index=1:{_b64(1)};audit=1:{_b64(1)}", "3 bytes"),
        (f"field=1:{_b64(1)},1:{_b64(2)};index=1:{_b64(1)};audit=1:{_b64(1)}", "twice"),
    ],
)
def test_bad_keys_say_what_is_wrong_and_show_no_key(text: str, word: str) -> None:
    with pytest.raises(keys.BadKeys) as caught:
        keys.parse(text)
    assert word in caught.value.message
    assert _b64(1) not in str(caught.value)


SEALED_HEX = "010000000000000000000000008e06a0ec450a3087a349a2400e5dec9bd3cf2abcc744c5403ea5b3"
INDEX_HEX = "64f412d13397acc663b75cd3864548e0"
