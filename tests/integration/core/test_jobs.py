"""Jobs as rows: claimed once, fenced, found again, taken up behind the last chunk that was saved."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from core import broker, clock, metrics, retention
from core.errors import Conflict, InvalidInput, TooLarge
from core.imports.importer import TableImporter
from core.imports.reading import ImportRow
from core.jobs import (
    JobStopped,
    Work,
    job,
    job_cancel,
    job_kind,
    job_queue,
    job_repeat,
    job_run,
    jobs_recover,
    registry,
)
from core.jobs.files import FOLDER, files_sweep
from core.jobs.reading import jobs_backlog, refused_rows
from core.jobs.services import ATTEMPTS, job_claim, job_finish
from core.jobs.tables import table_import
from core.models import AuditRow, ConsoleMessage, ImportRun, Job
from core.states import JobState

pytestmark = pytest.mark.django_db(transaction=True)

QUIET = 3600.0


class _Crash(BaseException):
    """As sudden as a power cut: nothing of ours catches it."""


class MessageTable(TableImporter):
    kind = "messages"
    columns = {"code": ("编号",)}
    required = ("code",)
    crash_at = 0

    def row(self, row: ImportRow) -> object:
        if row.line == self.crash_at:
            raise _Crash
        if row.text("code") == "bad":
            raise InvalidInput("坏", field="code", value="bad", cure="改")
        return ConsoleMessage.objects.create(
            gateway="test", address="x", text=row.text("code"), key=row.text("code"), at=clock.now()
        )

    def figures(self) -> dict[str, Any]:
        return {"figure": 7}


@pytest.fixture(autouse=True)
def kinds(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two kinds of work of this test, and no broker."""
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(registry, "_kinds", {})
    monkeypatch.setattr(registry, "_loaded", True)
    monkeypatch.setattr(broker, "send", lambda *_a, **_k: False)
    monkeypatch.setattr(MessageTable, "crash_at", 0)

    @job("tests.table", label="表", data_class="station")
    def table(work: Work) -> Mapping[str, Any]:
        return table_import(work, MessageTable(actor=None))

    @job("tests.fails", label="错", data_class="station", needs_file=False)
    def fails(work: Work) -> Mapping[str, Any]:
        raise ZeroDivisionError

    yield


def queue(rows: int = 500, bad: int = 0, **words: Any) -> Job:
    """A table of so many rows."""
    codes = [f"c{n}" for n in range(rows - bad)] + ["bad"] * bad
    content = "\n".join(["code", *codes]).encode()
    return job_queue(
        kind=job_kind("tests.table"), actor_id=7, organisation_path="1.", blocks=[content], file_name="表.csv", **words
    )


def run(job: Job) -> Job:
    """Run it here; the row afterwards."""
    job_run(str(job.uid), beat_every_s=QUIET)
    return Job.objects.get(pk=job.pk)


def test_a_table_goes_in_and_the_file_goes() -> None:
    made = queue(500, bad=3)
    path = next(Path(_media()).glob(f"{FOLDER}/*"))
    assert path.stat().st_mode & 0o077 == 0, "nobody else reads it"
    row = run(made)
    assert (row.state, row.done, row.total, row.attempt) == ("done", 500, 500, 1)
    assert row.result["accepted"] == ConsoleMessage.objects.count() == 497
    assert row.result["figure"] == 7 and row.import_run.errors.count() == 3
    assert not path.exists() and not row.file_path
    actions = set(AuditRow.objects.filter(object_id=str(made.uid)).values_list("action", flat=True))
    assert actions == {"core.job_queued", "core.job_done"}


def _media() -> str:
    from django.conf import settings

    return str(settings.MEDIA_ROOT)


def test_claimed_by_one_and_one_at_a_time() -> None:
    first, second = queue(1), queue(1)
    assert job_claim(str(first.uid)) is not None
    assert job_claim(str(first.uid)) is None, "a doubled message"
    assert job_claim(str(second.uid)) is None, "its lane is busy"
    assert Job.objects.get(pk=second.pk).state == "queued"
    assert job_run(str(first.uid)) == ""


def test_a_worker_that_died_is_followed_behind_its_last_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    made = queue(500, bad=1)
    monkeypatch.setattr(MessageTable, "crash_at", 450)
    with pytest.raises(_Crash):
        run(made)
    row = Job.objects.get(pk=made.pk)
    assert (row.state, row.done, ConsoleMessage.objects.count()) == ("running", 400, 400)
    monkeypatch.setattr(MessageTable, "crash_at", 0)
    assert jobs_recover() == 0, "it may only be slow"
    assert jobs_recover(dead_after_s=0) == 1
    row = run(made)
    assert (row.state, row.attempt, row.import_run.accepted, row.import_run.rejected) == ("done", 2, 499, 1)
    assert ConsoleMessage.objects.count() == 499 and ImportRun.objects.count() == 1


def test_a_dry_run_that_died_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    made = queue(300, bad=2, dry_run=True)
    monkeypatch.setattr(MessageTable, "crash_at", 250)
    with pytest.raises(_Crash):
        run(made)
    monkeypatch.setattr(MessageTable, "crash_at", 0)
    jobs_recover(dead_after_s=0)
    row = run(made)
    assert (row.state, row.import_run.accepted, row.import_run.errors.count()) == ("done", 298, 2)
    assert ConsoleMessage.objects.count() == 0 and row.file_path
    real = run(job_repeat(job=row, actor_id=7, dry_run=False))
    assert (real.state, ConsoleMessage.objects.count()) == ("done", 298)


def test_three_lost_workers_are_enough() -> None:
    made = queue(1)
    for number in range(1, ATTEMPTS + 1):
        claimed = job_claim(str(made.uid))
        assert claimed is not None and claimed.attempt == number
        jobs_recover(dead_after_s=0)
    row = Job.objects.get(pk=made.pk)
    assert (row.state, row.error["code"]) == ("failed", "worker_lost") and row.error["cure"]
    assert job_claim(str(made.uid)) is None


def test_a_stale_worker_writes_nothing() -> None:
    made = queue(1)
    slow = job_claim(str(made.uid))
    assert slow is not None
    jobs_recover(dead_after_s=0)
    assert job_claim(str(made.uid)) is not None
    with pytest.raises(JobStopped):
        job_finish(slow, JobState.DONE, result={"by": "the slow one"})
    work = Work(slow)
    with pytest.raises(JobStopped), transaction.atomic():
        ConsoleMessage.objects.create(gateway="t", address="x", text="x", key="x", at=clock.now())
        work.watch(ImportRun(done=1, total=1))
    assert ConsoleMessage.objects.count() == 0
    assert Job.objects.get(pk=made.pk).result == {}


def test_cancelled_while_it_waits_or_works() -> None:
    waiting = job_cancel(job=queue(1), actor_id=7)
    assert run(waiting).state == "cancelled"
    working = job_claim(str(queue(1).uid))
    assert working is not None
    work = Work(working)
    job_cancel(job=working, actor_id=8)
    with pytest.raises(JobStopped):
        work.step("导入")
    with pytest.raises(JobStopped):
        work.say("edges 1/2")
    with pytest.raises(Conflict):
        job_cancel(job=working, actor_id=8)


def test_signs_of_life_come_while_the_runner_calculates(monkeypatch: pytest.MonkeyPatch) -> None:
    made = job_queue(kind=job_kind("tests.fails"), actor_id=7, organisation_path="1.")
    beats: list[Any] = []

    def long(work: Work) -> Mapping[str, Any]:
        work.step("计算", 1, 3)
        deadline = time.monotonic() + 20
        while len(beats) < 3 and time.monotonic() < deadline:
            at = Job.objects.get(pk=made.pk).heartbeat_at
            if at not in beats:
                beats.append(at)
        return {}

    monkeypatch.setitem(registry._kinds, "tests.fails", registry.JobKind("tests.fails", "x", long, "station"))
    assert job_run(str(made.uid), beat_every_s=0.02) == "done"
    assert len(beats) == 3 and beats == sorted(beats)


def test_counts_at_the_end_of_a_line_are_progress() -> None:
    claimed = job_claim(str(queue(1).uid))
    assert claimed is not None
    work = Work(claimed)
    shown = []
    for line in ("building the graph", "edges 50000/81000", "edges 81000/81000", "verifying checksums"):
        work.say(line)
        work.beat()
        shown.append(Job.objects.values_list("done", "total").get(pk=claimed.pk))
    assert shown == [(0, 0), (50000, 81000), (81000, 81000), (0, 0)]
    assert list(work.log) == ["building the graph", "edges 50000/81000", "edges 81000/81000", "verifying checksums"]


def test_a_fault_of_ours_has_a_number_and_no_words_of_it() -> None:
    row = run(job_queue(kind=job_kind("tests.fails"), actor_id=7, organisation_path="1."))
    assert (row.state, row.error["code"]) == ("failed", "internal")
    assert row.error["value"] and "Zero" not in str(row.error)


def test_refused_rows_are_no_formulas_and_the_backlog_is_counted() -> None:
    row = run(queue(2, bad=1, dry_run=True))
    assert row.import_run is not None
    row.import_run.errors.update(value="=cmd()", message="坏, 坏")
    assert "".join(refused_rows(row)).splitlines()[1] == '3,code,\'=cmd(),"坏, 坏",改'
    waiting, working = queue(1), queue(1)
    assert job_claim(str(working.uid)) is not None and waiting.state == "queued"
    backlog = jobs_backlog()
    assert (backlog["queued"], backlog["running"]) == (1, 1) and 0 <= backlog["silent_s"] < 3600
    assert b'luzhang_jobs{state="queued"} 1.0' in metrics.exposition()


def test_files_that_are_wrong() -> None:
    kind = job_kind("tests.table")
    words: dict[str, Any] = {"kind": kind, "actor_id": 7, "organisation_path": "1."}
    for name, blocks, fault in (("x.exe", [b"1"], InvalidInput), ("x.csv", [], InvalidInput), ("", None, InvalidInput)):
        with pytest.raises(fault) as caught:
            job_queue(**words, file_name=name, blocks=blocks)
        assert caught.value.field == "file" and caught.value.cure
    with pytest.raises(TooLarge):
        job_queue(**words, file_name="x.csv", blocks=[b"1" * (kind.bytes_at_most // 2 + 1)] * 2)
    assert not list(Path(_media()).glob(f"{FOLDER}/*")) and not Job.objects.exists()
    made = queue(5)
    (Path(_media()) / made.file_path).write_bytes(b"code\nother\n")
    row = run(made)
    assert (row.state, row.error["field"]) == ("failed", "file")
    row = run(queue(5))
    with pytest.raises(InvalidInput):
        job_repeat(job=row, actor_id=7, dry_run=False)


def test_old_jobs_and_files_go() -> None:
    kept = run(queue(3, dry_run=True))
    old = clock.now() - dt.timedelta(days=2)
    Job.objects.filter(pk=kept.pk).update(finished_at=old)
    stray = Path(_media()) / FOLDER / "stray.csv"
    stray.write_text("x")
    os.utime(stray, (1.0, 1.0))
    assert files_sweep() == 1 and not stray.exists()
    retention.run()
    assert not list(Path(_media()).glob(f"{FOLDER}/*"))
    assert Job.objects.get(pk=kept.pk).file_path == ""
    Job.objects.filter(pk=kept.pk).update(finished_at=clock.now() - dt.timedelta(days=400))
    retention.run()
    assert not Job.objects.exists() and not ImportRun.objects.exists()
