"""HTTP Digest (RFC 7616, and RFC 2617 which devices speak), server side: challenge, and check of an answer.

Nonces carry their time of issue and a signature, so that none has to be stored to be known again; only what was spent
of a nonce (its count) is, by the caller's `spend`. Secrets are kept as HA1 = H(user:realm:password), never as the
password. MD5 is what the standard and its devices ask for: over a plain network it guards against strangers, not
against listeners.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

DEFAULT_REALM = "viid"
NONCE_LIFE = timedelta(minutes=5)
MAX_HEADER_LENGTH = 2_000
ALGORITHMS = {"MD5": "md5", "SHA-256": "sha256"}
_TIME_HEX, _RANDOM_HEX, _SIGNATURE_HEX = 16, 16, 32
_NONCE = re.compile(rf"[0-9a-f]{{{_TIME_HEX + _RANDOM_HEX + _SIGNATURE_HEX}}}")
_PART = re.compile(r'\s*([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))\s*(?:,|$)')
_COUNT = re.compile(r"[0-9A-Fa-f]{1,8}")

RefusalCode = Literal["no_answer", "malformed", "wrong_place", "stale_nonce", "replayed", "wrong_answer"]


class DigestRefused(Exception):
    """An answer that does not sign in. `stale`: only the nonce is old or unknown, so the device shall try again with a
    fresh one and without asking anybody. Which of user and secret is wrong is never said.
    """

    def __init__(self, code: RefusalCode, message: str) -> None:
        super().__init__(message)
        self.code: RefusalCode = code
        self.stale = code == "stale_nonce"


@dataclass(frozen=True, slots=True)
class Answer:
    """The parts of an `Authorization: Digest …` header; `qop` is "" in the form of RFC 2069, which has no count."""

    username: str
    realm: str
    nonce: str
    uri: str
    response: str
    algorithm: str = "MD5"
    qop: str = ""
    nc: str = ""
    cnonce: str = ""
    opaque: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A checked answer."""

    username: str
    nonce: str
    count: int


def ha1(username: str, realm: str, password: str, algorithm: str = "MD5") -> str:
    """What is stored in the password's stead; RFC 7616 §3.4.2. ValueError for an algorithm that is not ours."""
    return _hash(f"{username}:{realm}:{password}", algorithm)


def expected_response(answer: Answer, *, secret_ha1: str, method: str) -> str:
    """The response that fits an answer's other parts; RFC 7616 §3.4.1, without qop as RFC 2069 has it."""
    ha2 = _hash(f"{method}:{answer.uri}", answer.algorithm)
    if not answer.qop:
        return _hash(f"{secret_ha1}:{answer.nonce}:{ha2}", answer.algorithm)
    middle = f"{answer.nonce}:{answer.nc}:{answer.cnonce}:{answer.qop}"
    return _hash(f"{secret_ha1}:{middle}:{ha2}", answer.algorithm)


def read_answer(header: str) -> Answer:
    """The parts of an `Authorization` header; raises DigestRefused no_answer or malformed."""
    if not header.isprintable():
        raise DigestRefused("malformed", "the answer cannot be read")
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "digest":
        raise DigestRefused("no_answer", "no Digest answer")
    parts = _parts(rest)
    if any(not parts.get(name) for name in ("username", "nonce", "uri", "response")):
        raise DigestRefused("malformed", "username, nonce, uri and response are needed")
    answer = Answer(
        username=parts["username"],
        realm=parts.get("realm", ""),
        nonce=parts["nonce"],
        uri=parts["uri"],
        response=parts["response"].lower(),
        algorithm=(parts.get("algorithm") or "MD5").upper(),
        qop=parts.get("qop", "").lower(),
        nc=parts.get("nc", ""),
        cnonce=parts.get("cnonce", ""),
        opaque=parts.get("opaque", ""),
    )
    if answer.algorithm not in ALGORITHMS or answer.qop not in ("", "auth"):
        raise DigestRefused("malformed", "only qop auth with MD5 or SHA-256 is offered")
    if answer.qop and not (_COUNT.fullmatch(answer.nc) and answer.cnonce):
        raise DigestRefused("malformed", "qop auth needs nc and cnonce")
    return answer


@dataclass(frozen=True, slots=True)
class Gate:
    """Challenges and checks for one realm. `key`: 16 or more secret bytes, the same in every process."""

    key: bytes
    realm: str = DEFAULT_REALM
    life: timedelta = NONCE_LIFE
    algorithm: str = "MD5"
    allow_without_qop: bool = False

    def __post_init__(self) -> None:
        if len(self.key) < 16 or self.algorithm not in ALGORITHMS or '"' in self.realm:
            raise ValueError("a gate needs 16 bytes of key, a known algorithm and a realm without quotes")

    def challenge(self, now: datetime, *, stale: bool = False) -> str:
        """The value of `WWW-Authenticate` with a fresh nonce."""
        more = ", stale=true" if stale else ""
        return (
            f'Digest realm="{self.realm}", qop="auth", nonce="{self.nonce(now)}", '
            f'opaque="{self._opaque()}", algorithm={self.algorithm}{more}'
        )

    def nonce(self, now: datetime, randomness: bytes | None = None) -> str:
        """A nonce of this moment: time of issue, randomness, signature; hexadecimal."""
        chance = (secrets.token_bytes(_RANDOM_HEX // 2) if randomness is None else randomness).hex()
        body = f"{int(now.timestamp() * 1000):0{_TIME_HEX}x}{chance}"
        return body + self._signature(body)

    def check(
        self,
        header: str,
        *,
        method: str,
        path: str,
        now: datetime,
        secret_of: Callable[[str], str | None],
        spend: Callable[[str, int], bool],
    ) -> SignedIn:
        """The device that this header signs in; raises DigestRefused.

        `path`: that of the request, which the answer must be about. `secret_of(username)`: HA1, None for strangers.
        `spend(nonce, count)` is called for a right answer alone: it notes the count and says whether it is higher than
        any noted before (in one step, so that of two equal requests one wins).
        """
        answer = read_answer(header[:MAX_HEADER_LENGTH])
        if not answer.qop and not self.allow_without_qop:
            raise DigestRefused("malformed", "qop auth is needed")
        if answer.realm != self.realm or answer.algorithm != self.algorithm:
            raise DigestRefused("malformed", "another realm or algorithm than the challenge's")
        if not _same_place(answer.uri, path):
            raise DigestRefused("wrong_place", "the answer is about another address")
        issued_at_ms = self._issued_at_ms(answer.nonce)
        if issued_at_ms is None:
            raise DigestRefused("stale_nonce", "the nonce is none of ours")
        secret = secret_of(answer.username)
        # A stranger costs the same time as a wrong secret.
        wanted = expected_response(answer, secret_ha1=secret or self._opaque(), method=method)
        if not hmac.compare_digest(wanted.encode(), answer.response.encode()) or secret is None:
            raise DigestRefused("wrong_answer", "user or secret is wrong")
        age_ms = int(now.timestamp() * 1000) - issued_at_ms
        if not -1_000 <= age_ms <= self.life / timedelta(milliseconds=1):
            raise DigestRefused("stale_nonce", "the nonce is too old")
        count = int(answer.nc, 16) if answer.qop else 1
        if count < 1 or not spend(answer.nonce, count):
            raise DigestRefused("replayed", "this count of the nonce was used before")
        return SignedIn(answer.username, answer.nonce, count)

    def _issued_at_ms(self, nonce: str) -> int | None:
        """When a nonce was issued, None where it is not ours."""
        if not _NONCE.fullmatch(nonce):
            return None
        body, signature = nonce[:-_SIGNATURE_HEX], nonce[-_SIGNATURE_HEX:]
        return int(body[:_TIME_HEX], 16) if hmac.compare_digest(self._signature(body), signature) else None

    def _signature(self, body: str) -> str:
        return hmac.new(self.key, f"nonce:{self.realm}:{body}".encode(), "sha256").hexdigest()[:_SIGNATURE_HEX]

    def _opaque(self) -> str:
        return hmac.new(self.key, f"opaque:{self.realm}".encode(), "sha256").hexdigest()[:_SIGNATURE_HEX]


def _parts(text: str) -> dict[str, str]:
    """`name="value", name=value …`; raises DigestRefused malformed for anything else and for a name given twice."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        part = _PART.match(text, at)
        if part is None:
            raise DigestRefused("malformed", "the answer cannot be read")
        name, quoted, plain = part.groups()
        if name.lower() in found:
            raise DigestRefused("malformed", f"{name.lower()} is given twice")
        found[name.lower()] = plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        at = part.end()
    return found


def _same_place(uri: str, path: str) -> bool:
    """Whether the answer's uri (path, path with query, or whole address) is that of the request."""
    try:
        return urlsplit(uri).path.rstrip("/") == urlsplit(path).path.rstrip("/")
    except ValueError:
        return False


def _hash(text: str, algorithm: str) -> str:
    if algorithm not in ALGORITHMS:
        raise ValueError(f"no such algorithm: {algorithm}")
    return hashlib.new(ALGORITHMS[algorithm], text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
