"""Writes from outside carry a client key; repeating one gives the first answer and changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg2
from django.db import connection, transaction
from django.utils.translation import gettext as _

from core import clock
from core.errors import Conflict, InvalidInput
from core.events import loaded
from core.jsontext import dumps

KEY_CHARACTERS = 100


class KeyReused(Conflict):
    """The key was used for a different request."""

    code = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the client gets. `repeated`: this is the answer of an earlier request with the same key."""

    status: int
    body: Any
    repeated: bool = False


def once(scope: str, key: str, request: Any, work: Callable[[], tuple[int, Any]]) -> Answer:
    """Run `work` once for (scope, key), in one transaction with the stored answer `(status, body)`.

    `scope` names endpoint and client (`incidents:user:12`), `request` is hashed as JSON. A concurrent repetition
    waits for the first. Errors of `work` are not stored, so the client may try again. Repetitions answer 200 instead
    of the first 201. Raises KeyReused (409) when the same key comes with another request, InvalidInput for an
    unusable key.
    """
    checked = key.strip()
    if not checked or len(checked) > KEY_CHARACTERS or not checked.isprintable():
        raise InvalidInput(_("幂等键无效"), field="Idempotency-Key", value=key, cure=_("1 到 100 个可见字符，如 UUID"))
    digest = hashlib.sha256(dumps(request, canonical=True).encode()).digest()
    with transaction.atomic(), connection.cursor() as cursor:
        # A second request with this key waits here until the first one's transaction ends.
        cursor.execute(
            """INSERT INTO core_idempotencykey (scope, key, request_hash, created_at) VALUES (%s, %s, %s, %s)
               ON CONFLICT (scope, key) DO NOTHING RETURNING id""",
            [scope[:100], checked, psycopg2.Binary(digest), clock.wall_now()],
        )
        row = cursor.fetchone()
        if row is None:
            return _repeated(cursor, scope[:100], checked, digest)
        status, body = work()
        cursor.execute(
            "UPDATE core_idempotencykey SET status = %s, answer = %s WHERE id = %s", [status, dumps(body), row[0]]
        )
    return Answer(status, body)


def _repeated(cursor: Any, scope: str, key: str, digest: bytes) -> Answer:
    cursor.execute(
        "SELECT request_hash, status, answer::text FROM core_idempotencykey WHERE scope = %s AND key = %s", [scope, key]
    )
    known, status, answer = cursor.fetchone()
    if bytes(known) != digest:
        raise KeyReused(
            _("这个幂等键已用于另一个请求"), field="Idempotency-Key", value=key, cure=_("为新的请求换一个键")
        )
    return Answer(200 if status == 201 else int(status), loaded(answer), repeated=True)
