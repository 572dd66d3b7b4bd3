"""Checking the audit trail against its own chains and against the heads kept apart."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from core import audit_seal, clock, keys
from core.audit_seal import Chain, Head

UNSEALED_AT_MOST_S = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `kind`: changed, missing, tail, head, rechained, unsealed, file."""

    kind: str
    chain: Chain | None
    text: str


@dataclass(slots=True)
class Verdict:
    """Outcome of a check."""

    rows: int = 0
    chains: int = 0
    heads: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing at all was found."""
        return not self.findings


def verify() -> Verdict:
    """Check every chain: first broken row, missing middle, cut tail, forged or foreign heads, rows left unsealed."""
    verdict = Verdict()
    # Files are read before the snapshot: a head reaches its file after its commit, so none is ahead of the rows seen.
    filed = _heads_in_files(verdict)
    with transaction.atomic():
        if len(connection.savepoint_ids) == 0:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        heads = _heads(verdict, filed + audit_seal.heads_in_database())
        ends = _check_rows(verdict, heads)
        for chain, chain_heads in heads.items():
            _check_end(verdict, chain, chain_heads, ends.get(chain, 0))
        _check_unsealed(verdict)
    return verdict


def _heads_in_files(verdict: Verdict) -> list[Head]:
    try:
        return audit_seal.heads_in_files()
    except ValueError as problem:
        verdict.findings.append(Finding("file", None, f"heads file can't be read: {problem}"))
        return []


def _heads(verdict: Verdict, found: list[Head]) -> dict[Chain, dict[int, Head]]:
    """Valid heads by chain and sequence, of table and files together."""
    heads: dict[Chain, dict[int, Head]] = defaultdict(dict)
    for head in found:
        chain = (head.organisation_root, head.day)
        verdict.heads += 1
        try:
            valid = head.valid()
        except keys.BadKeys as problem:
            verdict.findings.append(Finding("head", chain, f"head {head.chain_seq}: {problem.message}"))
            continue
        if not valid:
            verdict.findings.append(Finding("head", chain, f"head {head.chain_seq} has a wrong signature"))
            continue
        other = heads[chain].get(head.chain_seq)
        if other is not None and other.row_hash != head.row_hash:
            verdict.findings.append(Finding("head", chain, f"two heads {head.chain_seq} differ: table and file"))
        heads[chain][head.chain_seq] = head
    return heads


def _check_rows(verdict: Verdict, heads: dict[Chain, dict[int, Head]]) -> dict[Chain, int]:
    """Walk all sealed rows, reporting the first fault of each chain. Returns the last sequence of each chain."""
    ends: dict[Chain, int] = {}
    before: dict[Chain, bytes] = {}
    broken: set[Chain] = set()
    for row in _sealed_rows():
        content, seq, previous, own = row[:11], row[11], bytes(row[12]), bytes(row[13])
        chain: Chain = (row[8], row[2])
        verdict.rows += 1
        expected = ends.get(chain, 0) + 1
        if chain not in broken:
            problem = _row_problem(content, seq, previous, own, expected, before.get(chain, audit_seal.genesis(chain)))
            head = heads.get(chain, {}).get(seq)
            if problem is None and head is not None and not head.tombstone and head.row_hash != own:
                problem = (
                    "rechained",
                    f"row {content[0]} ({seq}) does not end in the signed head: chain was rewritten",
                )
            if problem is not None:
                verdict.findings.append(Finding(problem[0], chain, problem[1]))
                broken.add(chain)
        ends[chain], before[chain] = max(seq, ends.get(chain, 0)), own
    verdict.chains = len(ends)
    return ends


def _row_problem(
    content: tuple, seq: int, previous: bytes, own: bytes, expected: int, before: bytes
) -> tuple[str, str] | None:
    if seq != expected:
        if seq < expected:
            return "changed", f"row {content[0]} has sequence {seq} a second time"
        return "missing", f"rows {expected} to {seq - 1} are missing before row {content[0]}"
    if previous != before:
        return "changed", f"row {content[0]} ({seq}) does not follow the row before it"
    if audit_seal.row_hash(previous, seq, content) != own:
        return "changed", f"row {content[0]} ({seq}) was changed"
    return None


def _check_end(verdict: Verdict, chain: Chain, chain_heads: dict[int, Head], end: int) -> None:
    newest = chain_heads[max(chain_heads)]
    if newest.tombstone:
        return
    if end < newest.chain_seq:
        text = f"tail cut: the signed head says {newest.chain_seq} rows, the last one there is {end}"
        verdict.findings.append(Finding("tail", chain, text))
    elif end > newest.chain_seq:
        text = f"rows {newest.chain_seq + 1} to {end} are sealed without a signed head"
        verdict.findings.append(Finding("head", chain, text))


def _check_unsealed(verdict: Verdict) -> None:
    oldest_allowed = clock.wall_now() - dt.timedelta(seconds=UNSEALED_AT_MOST_S)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(id) FROM core_auditrow WHERE row_hash IS NULL AND at < %s", [oldest_allowed]
        )
        count, first = cursor.fetchone()
    if count:
        text = f"{count} rows from {first} on are unsealed for over {UNSEALED_AT_MOST_S} s: is run_urgent running?"
        verdict.findings.append(Finding("unsealed", None, text))


def _sealed_rows() -> Any:
    sql = (
        f"SELECT {audit_seal.CONTENT_COLUMNS}, chain_seq, previous_hash, row_hash FROM core_auditrow "  # noqa: S608
        "WHERE row_hash IS NOT NULL ORDER BY organisation_root, day, chain_seq, id"
    )
    # A server-side cursor: years of audit do not fit into memory.
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(2000):
            yield from rows
