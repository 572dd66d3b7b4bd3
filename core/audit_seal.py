"""Sealing of the audit trail: rows of one organisation root and local day form a hash chain; its heads are signed.

A row's hash is SHA-256 over the hash before it and the row's own content, so an edit or a hole in the middle shows at
its row. A chain alone does not notice that its end was cut: each batch therefore leaves a signed head, in the
database and in a file kept apart (`LUZHANG_VAR/audit-heads/`, to be copied to another machine).
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from core import clock, crypto
from core.db.append_only import append_only_lifted
from core.errors import NotFound
from core.jsontext import dumps

BATCH = 5000
CONTENT_COLUMNS = (
    "id, at, day, actor_id, action, object_type, object_id, organisation_path, organisation_root, reason, details::text"
)
Chain = tuple[str, dt.date]


@dataclass(frozen=True, slots=True)
class Head:
    """A signed statement: chain (root, day) had `chain_seq` rows and ended in `row_hash`."""

    organisation_root: str
    day: dt.date
    chain_seq: int
    row_hash: bytes
    signed_at: dt.datetime
    key_id: int
    signature: bytes
    tombstone: str = ""

    def message(self) -> bytes:
        """What is signed."""
        parts = [self.organisation_root, self.day, self.chain_seq, self.row_hash.hex(), self.signed_at, self.tombstone]
        return b"luzhang-audit-head:" + dumps(parts, canonical=True).encode()

    def valid(self) -> bool:
        """Whether the signature holds under our audit keys."""
        return crypto.verify(self.message(), self.signature, key_id=self.key_id)


def genesis(chain: Chain) -> bytes:
    """The hash before the first row of a chain."""
    return hashlib.sha256(f"luzhang-audit:{chain[0]}:{chain[1].isoformat()}".encode()).digest()


def row_hash(previous: bytes, chain_seq: int, content: Iterable[Any]) -> bytes:
    """Hash of one row; `content` are the values of CONTENT_COLUMNS."""
    return hashlib.sha256(previous + dumps([chain_seq, *content], canonical=True).encode()).digest()


def seal_once(limit: int = BATCH) -> int:
    """Chain what is unsealed and sign the heads. Returns how many rows. An exclusive urgent job."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('luzhang-audit-seal', 0))")
        cursor.execute(
            f"SELECT {CONTENT_COLUMNS} FROM core_auditrow WHERE row_hash IS NULL ORDER BY id LIMIT %s",  # noqa: S608
            [limit],
        )
        by_chain: dict[Chain, list[tuple]] = defaultdict(list)
        for row in cursor.fetchall():
            by_chain[(row[8], row[2])].append(row)
        heads = [_seal_chain(cursor, chain, rows) for chain, rows in by_chain.items()]
    _append_to_files(heads)
    return sum(len(rows) for rows in by_chain.values())


def retire(organisation_root: str, day: dt.date, *, note: str) -> int:
    """Retention: remove one sealed chain, leaving its head and a signed tombstone. Returns how many rows went."""
    with append_only_lifted("core_auditrow"), connection.cursor() as cursor:
        last = _last_head(cursor, (organisation_root, day))
        if last is None:
            raise NotFound(_("没有这条审计链"), field="day", value=day)
        cursor.execute(
            "DELETE FROM core_auditrow WHERE organisation_root = %s AND day = %s AND row_hash IS NOT NULL",
            [organisation_root, day],
        )
        count = int(cursor.rowcount)
        # The tombstone is one step beyond the last row, so that no later row can take its place.
        stone = _signed((organisation_root, day), last.chain_seq + 1, last.row_hash, f"{count} rows: {note}"[:200])
        _insert_head(cursor, stone)
    # Inside a caller's transaction the file is written when that one commits.
    transaction.on_commit(lambda: _append_to_files([stone]))
    return count


def heads_directory() -> Path:
    """Where the heads are kept apart from the database."""
    return Path(settings.LUZHANG_VAR) / "audit-heads"


def heads_in_files() -> list[Head]:
    """All heads from the files. A line that can't be read raises ValueError naming file and line."""
    heads = []
    for path in sorted(heads_directory().glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                heads.append(_from_line(line))
            except (ValueError, KeyError) as problem:
                raise ValueError(f"{path.name} line {number}: {problem}") from problem
    return heads


def heads_in_database() -> list[Head]:
    """All heads from the table."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT organisation_root, day, chain_seq, row_hash, signed_at, key_id, signature, tombstone
               FROM core_audithead ORDER BY organisation_root, day, chain_seq"""
        )
        return [_head(row) for row in cursor.fetchall()]


def _seal_chain(cursor: Any, chain: Chain, rows: list[tuple]) -> Head:
    last = _last_head(cursor, chain)
    seq, previous = (last.chain_seq, last.row_hash) if last else (0, genesis(chain))
    ids, seqs, befores, hashes = [], [], [], []
    for row in rows:
        seq += 1
        own = row_hash(previous, seq, row)
        ids.append(row[0])
        seqs.append(seq)
        befores.append(psycopg2.Binary(previous))
        hashes.append(psycopg2.Binary(own))
        previous = own
    cursor.execute(
        """UPDATE core_auditrow row SET chain_seq = sealed.seq, previous_hash = sealed.before, row_hash = sealed.own
           FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[], %s::bytea[]) AS sealed (id, seq, before, own)
           WHERE row.id = sealed.id AND row.row_hash IS NULL""",
        [ids, seqs, befores, hashes],
    )
    head = _signed(chain, seq, previous)
    _insert_head(cursor, head)
    return head


def _signed(chain: Chain, seq: int, last_hash: bytes, tombstone: str = "") -> Head:
    unsigned = Head(chain[0], chain[1], seq, last_hash, clock.wall_now(), 0, b"", tombstone)
    key_id, signature = crypto.sign(unsigned.message())
    return Head(chain[0], chain[1], seq, last_hash, unsigned.signed_at, key_id, signature, tombstone)


def _insert_head(cursor: Any, head: Head) -> None:
    cursor.execute(
        """INSERT INTO core_audithead
               (organisation_root, day, chain_seq, row_hash, signed_at, key_id, signature, tombstone)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s)""",
        [
            head.organisation_root, head.day, head.chain_seq, psycopg2.Binary(head.row_hash), head.signed_at,
            head.key_id, psycopg2.Binary(head.signature), head.tombstone,
        ],
    )  # fmt: skip


def _last_head(cursor: Any, chain: Chain) -> Head | None:
    cursor.execute(
        """SELECT organisation_root, day, chain_seq, row_hash, signed_at, key_id, signature, tombstone
           FROM core_audithead WHERE organisation_root = %s AND day = %s ORDER BY chain_seq DESC LIMIT 1""",
        list(chain),
    )
    row = cursor.fetchone()
    return _head(row) if row else None


def _head(row: tuple) -> Head:
    root, day, seq, last_hash, signed_at, key_id, signature, tombstone = row
    return Head(root, day, seq, bytes(last_hash), signed_at, key_id, bytes(signature), tombstone)


def _append_to_files(heads: list[Head]) -> None:
    if not heads:
        return
    directory = heads_directory()
    directory.mkdir(parents=True, exist_ok=True)
    for head in heads:
        line = dumps(
            {
                "root": head.organisation_root,
                "day": head.day,
                "seq": head.chain_seq,
                "hash": head.row_hash.hex(),
                "signed_at": head.signed_at,
                "key_id": head.key_id,
                "signature": base64.b64encode(head.signature).decode(),
                "tombstone": head.tombstone,
            }
        )
        # One write with O_APPEND: whole lines even when two processes write.
        handle = os.open(directory / f"{head.day.isoformat()}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, line.encode() + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)


def _from_line(line: str) -> Head:
    data = json.loads(line)
    return Head(
        data["root"],
        dt.date.fromisoformat(data["day"]),
        int(data["seq"]),
        bytes.fromhex(data["hash"]),
        dt.datetime.fromisoformat(data["signed_at"]),
        int(data["key_id"]),
        base64.b64decode(data["signature"]),
        data["tombstone"],
    )
