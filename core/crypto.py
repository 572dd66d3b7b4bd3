"""Encryption of personal data, blind indexes and signatures (Django-free, on `cryptography`).

A ciphertext is one key-id byte, a 12-byte random nonce, then AES-256-GCM output with its 16-byte tag (NIST SP 800-38D).
Its associated data name table, row and column, so a ciphertext that is moved elsewhere does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import unicodedata
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core import keys
from core.errors import LuzhangError

NONCE_BYTES = 12
TAG_BYTES = 16
INDEX_BYTES = 16


class SealBroken(LuzhangError):
    """A ciphertext was changed, moved to another row, or made with an unknown key."""

    code = "seal_broken"
    status = 500


def aad(table: str, row_uid: object, column: str) -> bytes:
    """Associated data of one cell: `table:row uid:column`."""
    return f"{table}:{row_uid}:{column}".encode()


def encrypt(plain: str, *, associated: bytes, ring: keys.KeyRing | None = None, nonce: bytes | None = None) -> bytes:
    """Encrypt text for one cell. `nonce` is for test vectors only."""
    used = (ring or keys.current()).field
    nonce = nonce if nonce is not None else os.urandom(NONCE_BYTES)
    sealed = _aes(used.key()).encrypt(nonce, plain.encode(), bytes([used.active]) + associated)
    return bytes([used.active]) + nonce + sealed


def decrypt(sealed: bytes, *, associated: bytes, ring: keys.KeyRing | None = None) -> str:
    """Open what `encrypt` made. Raises SealBroken when it was changed or belongs to another cell."""
    if len(sealed) < 1 + NONCE_BYTES + TAG_BYTES:
        raise SealBroken("ciphertext is too short")
    used = (ring or keys.current()).field
    nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return _aes(used.key(sealed[0])).decrypt(nonce, body, sealed[:1] + associated).decode()
    except InvalidTag:
        raise SealBroken("ciphertext was changed or belongs to another row or column") from None


def key_id(sealed: bytes) -> int:
    """Id of the key that a ciphertext was made with."""
    return sealed[0]


def normalised(value: str) -> str:
    """The form under which equal values are found: NFKC, no white space, upper case."""
    return "".join(unicodedata.normalize("NFKC", value).split()).upper()


def blind_index(value: str, *, purpose: str, ring: keys.KeyRing | None = None, key_id: int | None = None) -> bytes:
    """16 bytes of HMAC-SHA256 over the normalised value under a key of its own for each purpose.

    Low-entropy values (plates, phones) stay guessable for whoever holds the key: look-ups are written down and counted.
    """
    used = (ring or keys.current()).index
    purpose_key = hmac.digest(used.key(key_id), b"luzhang-index:" + purpose.encode(), hashlib.sha256)
    return hmac.digest(purpose_key, normalised(value).encode(), hashlib.sha256)[:INDEX_BYTES]


def blind_indexes(value: str, *, purpose: str, ring: keys.KeyRing | None = None) -> list[bytes]:
    """The index of a value under every key of the ring (active first), for look-ups while a rotation runs."""
    used = ring or keys.current()
    return [blind_index(value, purpose=purpose, ring=used, key_id=each) for each in used.index.ids()]


def sign(message: bytes, *, ring: keys.KeyRing | None = None) -> tuple[int, bytes]:
    """Ed25519 signature with the active audit key: (key id, 64 bytes)."""
    used = (ring or keys.current()).audit
    return used.active, Ed25519PrivateKey.from_private_bytes(used.key()).sign(message)


def verify(message: bytes, signature: bytes, *, key_id: int, ring: keys.KeyRing | None = None) -> bool:
    """Whether a signature of ours holds."""
    seed = (ring or keys.current()).audit.key(key_id)
    try:
        Ed25519PrivateKey.from_private_bytes(seed).public_key().verify(signature, message)
    except InvalidSignature:
        return False
    return True


def public_key(key_id: int | None = None, *, ring: keys.KeyRing | None = None) -> bytes:
    """The 32 public bytes of an audit key, to be kept outside so that others can verify heads."""
    seed = (ring or keys.current()).audit.key(key_id)
    public: Ed25519PublicKey = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    return public.public_bytes_raw()


@lru_cache(maxsize=16)
def _aes(key: bytes) -> AESGCM:
    return AESGCM(key)
