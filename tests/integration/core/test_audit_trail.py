"""The audit trail: refused changes, and every way of tampering that a superuser has is found."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from core import audit, audit_seal, audit_verify
from core.models import AuditHead, AuditRow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def heads(settings, tmp_path: Path) -> Path:
    settings.LUZHANG_VAR = tmp_path
    return tmp_path / "audit-heads"


def _record(count: int, path: str = "1/4/") -> None:
    for number in range(count):
        with transaction.atomic():
            audit.record(
                actor_id=3, action="person.look_up", object_type="person", object_id=number, organisation_path=path,
                reason="案件 2026-7", details={"plate": "琼C12345", "n": 1.10},
            )  # fmt: skip


def _sealed(count: int = 30) -> None:
    _record(count // 2)
    audit_seal.seal_once()
    _record(count - count // 2)
    audit_seal.seal_once()


def _as_superuser(sql: str, *values: object) -> None:
    """What somebody does who owns the database and switches the guard off."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, list(values))


def _kinds() -> list[str]:
    return [finding.kind for finding in audit_verify.verify().findings]


def test_a_whole_trail_verifies_and_chains_are_by_root_and_day() -> None:
    _record(5, "1/4/")
    _record(3, "2/")
    assert audit_seal.seal_once() == 8
    assert audit_seal.seal_once() == 0
    _record(2, "1/9/")
    assert audit_seal.seal_once() == 2
    verdict = audit_verify.verify()
    assert verdict.ok, verdict.findings
    assert (verdict.rows, verdict.chains) == (10, 2)
    last = AuditRow.objects.filter(organisation_root="1").order_by("chain_seq").last()
    assert last is not None and last.chain_seq == 7
    assert AuditHead.objects.count() == 3


def test_the_database_refuses_changes() -> None:
    _record(3)
    audit_seal.seal_once()
    for sql in (
        "UPDATE core_auditrow SET reason = 'x'",
        "UPDATE core_auditrow SET row_hash = NULL",
        "UPDATE core_auditrow SET chain_seq = 9",
        "DELETE FROM core_auditrow",
        "UPDATE core_audithead SET chain_seq = 1",
        "DELETE FROM core_audithead",
        "TRUNCATE core_auditrow",
        "TRUNCATE core_audithead",
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL luzhang.truncate = 'refused'")
            cursor.execute(sql)


def test_an_unsealed_row_can_only_be_sealed() -> None:
    _record(1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE core_auditrow SET reason = 'x', row_hash = '\\x00'")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE core_auditrow SET chain_seq = 1")


def test_it_shares_the_fate_of_its_cause() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        _record(1)
        raise ZeroDivisionError
    assert AuditRow.objects.count() == 0
    with pytest.raises(RuntimeError, match="outside a transaction"):
        audit.record(actor_id=1, action="a", object_type="b", object_id=1, organisation_path="1/")


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'other'", "actor_id = 99", "at = at + interval '1 second'", "details = '{}'", "object_id = '77'",
        "organisation_path = '1/5/'", "action = 'nothing'", "actor_id = NULL",
    ],
)  # fmt: skip
def test_an_edit_is_found_at_its_row(change: str) -> None:
    _sealed()
    row = AuditRow.objects.get(chain_seq=12)
    _as_superuser(f"UPDATE core_auditrow SET {change} WHERE id = %s", row.pk)
    findings = audit_verify.verify().findings
    assert [finding.kind for finding in findings] == ["changed"]
    assert f"row {row.pk} (12)" in findings[0].text


def test_a_missing_middle_is_found() -> None:
    _sealed()
    _as_superuser("DELETE FROM core_auditrow WHERE chain_seq IN (10, 11)")
    findings = audit_verify.verify().findings
    assert [finding.kind for finding in findings] == ["missing"]
    assert "rows 10 to 11" in findings[0].text


def test_a_cut_tail_is_found() -> None:
    _sealed()
    _as_superuser("DELETE FROM core_auditrow WHERE chain_seq > 25")
    findings = audit_verify.verify().findings
    assert [finding.kind for finding in findings] == ["tail"]
    assert "says 30" in findings[0].text and "there is 25" in findings[0].text


def test_a_tail_cut_together_with_its_heads_is_found_by_the_file() -> None:
    _sealed()
    _as_superuser("DELETE FROM core_auditrow WHERE chain_seq > 15")
    _as_superuser("DELETE FROM core_audithead WHERE chain_seq > 15")
    assert _kinds() == ["tail"]
    _record(20)
    audit_seal.seal_once()
    assert "tail" not in _kinds() and _kinds(), "grown over again, it does not match the heads kept apart"


def test_a_whole_day_removed_with_its_heads_is_found_by_the_file() -> None:
    _sealed()
    _as_superuser("DELETE FROM core_auditrow")
    _as_superuser("DELETE FROM core_audithead")
    assert _kinds() == ["tail"]


def test_a_chain_written_anew_does_not_end_in_the_signed_heads() -> None:
    _sealed()
    _as_superuser("UPDATE core_auditrow SET reason = 'harmless' WHERE chain_seq = 3")
    previous = None
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {audit_seal.CONTENT_COLUMNS} FROM core_auditrow ORDER BY chain_seq")
        rows = cursor.fetchall()
    for seq, row in enumerate(rows, start=1):
        previous = previous or audit_seal.genesis((row[8], row[2]))
        own = audit_seal.row_hash(previous, seq, row)
        _as_superuser("UPDATE core_auditrow SET previous_hash = %s, row_hash = %s WHERE id = %s", previous, own, row[0])
        previous = own
    assert _kinds() == ["rechained"]


def test_a_forged_head_is_found() -> None:
    _sealed()
    _as_superuser("UPDATE core_audithead SET chain_seq = 29 WHERE chain_seq = 30")
    assert "head" in _kinds()


def test_a_broken_heads_file_is_found(heads: Path) -> None:
    _sealed()
    path = next(heads.glob("*.jsonl"))
    path.write_text(path.read_text() + "not json\n")
    assert _kinds() == ["file"]


def test_rows_left_unsealed_are_found() -> None:
    _record(1)
    assert audit_verify.verify().ok, "a row may wait for its seal a moment"
    _as_superuser("UPDATE core_auditrow SET at = at - interval '5 minutes'")
    assert _kinds() == ["unsealed"]


def test_retention_leaves_a_head_and_a_tombstone() -> None:
    _sealed(10)
    row = AuditRow.objects.first()
    assert row is not None
    assert audit_seal.retire(row.organisation_root, row.day, note="保存期满") == 10
    assert AuditRow.objects.count() == 0
    assert audit_verify.verify().ok
    stone = AuditHead.objects.order_by("chain_seq").last()
    assert stone is not None and "保存期满" in stone.tombstone
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        _record(1)
        cursor.execute("DELETE FROM core_auditrow")


def test_the_command_exits_1_and_names_the_row() -> None:
    _sealed(6)
    out = io.StringIO()
    call_command("verify_audit", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"rows": 6, "chains": 1, "heads": 4, "ok": True, "findings": []}
    _as_superuser("UPDATE core_auditrow SET reason = 'x' WHERE chain_seq = 2")
    out = io.StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("verify_audit", stdout=out)
    assert caught.value.code == 1
    assert "(2) was changed" in out.getvalue()


def test_the_day_is_local() -> None:
    _record(1)
    row = AuditRow.objects.get()
    from django.utils import timezone

    assert row.day == timezone.localdate(row.at)
    assert row.at - dt.datetime.now(dt.UTC) < dt.timedelta(minutes=1)
