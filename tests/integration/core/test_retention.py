"""What is past its term goes, class by class, with an audit row each; what may not go stays."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection, transaction

from core import audit, audit_seal, audit_verify, clock, events, idempotency, retention
from core.errors import InvalidInput
from core.feed import sequencer
from core.models import AuditHead, AuditRow, Event, IdempotencyKey, OutboxTask
from core.tasks import SCHEDULE
from patrols.services.partitions import fix_partitions_make

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = datetime.now(UTC).date()


def _partitions() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'patrols_fix'::regclass")
        return {row[0] for row in cursor.fetchall()}


def _fixes(day: date, count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO patrols_fix (device_id, fixed_at, received_at, tour_id, lon, lat, is_mock, source)
               SELECT n, %s, %s, 1, 110.4, 19.2, false, 'osmand' FROM generate_series(1, %s) n""",
            [datetime(day.year, day.month, day.day, 8, tzinfo=UTC)] * 2 + [count],
        )


def _removed(name: str) -> list[dict[str, Any]]:
    rows = AuditRow.objects.filter(action="core.retention_removed", object_type=f"retention.{name}").order_by("id")
    return [{"object": row.object_id, "rows": row.details["rows"]} for row in rows]


def _run(*words: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("retention_run", "--json", *words, stdout=out)
    return json.loads(out.getvalue())


def test_old_days_of_tracks_are_dropped_as_partitions() -> None:
    old, kept = TODAY - timedelta(days=400), TODAY - timedelta(days=10)
    for day, count in ((old, 5), (old + timedelta(days=1), 2), (kept, 3)):
        fix_partitions_make(day, 0)
        _fixes(day, count)
    never_partitioned = TODAY - timedelta(days=500)
    _fixes(never_partitioned, 4)
    names = [f"patrols_fix_{day:%Y%m%d}" for day in (old, old + timedelta(days=1), kept)]
    planned = _run("--dry-run")
    assert [row["object"] for row in planned["removed"]] == [*names[:2], "patrols_fix_default"]
    assert set(names) <= _partitions() and not _removed("fixes")
    assert _run()["removed"] == planned["removed"]
    assert _partitions() & set(names) == {names[2]}
    expected = [(names[0], 5), (names[1], 2), ("patrols_fix_default", 4)]
    assert [(row["object"], row["rows"]) for row in _removed("fixes")] == expected
    assert _run()["removed"] == []


def _audit_of(days_ago: int, count: int, root: str) -> date:
    day = TODAY - timedelta(days=days_ago)
    for number in range(count):
        with transaction.atomic():
            audit.record(
                actor_id=1, action="tests.did", object_type="t", object_id=number, organisation_path=f"{root}."
            )
            row = AuditRow.objects.order_by("-id").values_list("id", flat=True)[0]
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE core_auditrow DISABLE TRIGGER USER")
                cursor.execute("UPDATE core_auditrow SET day = %s WHERE id = %s", [day, row])
                cursor.execute("ALTER TABLE core_auditrow ENABLE TRIGGER USER")
    return day


def test_audit_goes_by_whole_sealed_days_and_leaves_a_tombstone() -> None:
    day = _audit_of(1200, 3, "1")
    kept = _audit_of(1000, 2, "1")
    while audit_seal.seal_once():
        pass
    unsealed = _audit_of(1300, 1, "2")
    assert [row["class"] for row in _run("--dry-run")["removed"]] == ["audit"]
    assert AuditRow.objects.filter(day=day).count() == 3
    _run()
    assert not AuditRow.objects.filter(day=day).exists()
    assert AuditRow.objects.filter(day__in=(kept, unsealed)).count() == 3
    stone = AuditHead.objects.filter(day=day).order_by("chain_seq").last()
    assert stone is not None and stone.tombstone.startswith("3 rows")
    assert _removed("audit") == [{"object": f"{day.isoformat()} 1", "rows": 3}]
    while audit_seal.seal_once():
        pass
    assert audit_verify.verify().ok
    heads = (django_settings.LUZHANG_VAR / "audit-heads" / f"{day.isoformat()}.jsonl").read_text(encoding="utf-8")
    assert "3 rows: retention" in heads


def test_keys_of_clients_and_events_with_done_duties_expire() -> None:
    idempotency.once("tests", "old", {}, lambda: (201, {}))
    idempotency.once("tests", "new", {}, lambda: (201, {}))
    IdempotencyKey.objects.filter(key="old").update(created_at=clock.wall_now() - timedelta(days=31))
    for _number in range(3):
        with transaction.atomic():
            events.publish("tests.told", organisation_path="1.", audience="incident", subject={}, payload={})
    while sequencer.number_visible():
        pass
    first, second, third = Event.objects.order_by("feed_seq")
    Event.objects.filter(pk__in=(first.pk, second.pk)).update(at=clock.now() - timedelta(days=8))
    OutboxTask.objects.create(event=first, handler="tests.a", done_at=clock.now())
    open_duty = OutboxTask.objects.create(event=second, handler="tests.a")
    _run()
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["new"]
    assert set(Event.objects.values_list("pk", flat=True)) == {second.pk, third.pk}, "a duty is still open"
    OutboxTask.objects.filter(pk=open_duty.pk).update(done_at=clock.now())
    _run()
    assert set(Event.objects.values_list("pk", flat=True)) == {third.pk} and not OutboxTask.objects.exists()
    assert [row["rows"] for row in _removed("client_keys") + _removed("feed")] == [1, 1, 1]


def test_terms_are_set_by_class_and_have_a_floor(settings: Any) -> None:
    settings.LUZHANG_RETENTION_DAYS = {"fixes": 9}
    assert retention.terms()["fixes"] == 9 and retention.terms()["audit"] == 1095
    day = TODAY - timedelta(days=10)
    fix_partitions_make(day, 0)
    assert [row["object"] for row in _run()["removed"]] == [f"patrols_fix_{day:%Y%m%d}"]
    for bad in ({"audit": 30}, {"nothing": 5}):
        settings.LUZHANG_RETENTION_DAYS = bad
        with pytest.raises(InvalidInput, match="LUZHANG_RETENTION_DAYS"):
            retention.run()


def test_beat_runs_it_daily() -> None:
    assert SCHEDULE["core-retention"]["task"] == "core.retention"
