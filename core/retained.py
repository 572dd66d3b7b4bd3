"""The kernel's own classes of retention: audit chains, feed and outbox, clients' keys, jobs and their files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import partial

from django.db import connection, transaction
from django.utils import timezone

from core import audit_seal
from core.feed import reader
from core.imports.undo import UNDO_DAYS
from core.jobs.files import file_remove, files_sweep
from core.models import ImportRun, Job
from core.retention import Removal, RetentionClass, register

BATCH = 20_000


def audit_chains(before: dt.datetime) -> Iterable[Removal]:
    """Whole sealed days of one organisation root, oldest first; a day with an unsealed row waits for its seal.

    What stays is the signed head and a signed tombstone (invariant 3).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT organisation_root, day, count(*) FROM core_auditrow WHERE day < %s
               GROUP BY organisation_root, day HAVING bool_and(row_hash IS NOT NULL) ORDER BY day, organisation_root""",
            [timezone.localdate(before)],
        )
        for root, day, count in cursor.fetchall():
            remove = partial(audit_seal.retire, root, day, note="retention")
            yield Removal(f"{day.isoformat()} {root}".strip(), int(count), remove, f"{root}." if root else "")


def feed_rows(before: dt.datetime) -> Iterable[Removal]:
    """Events whose duties are all done, with those duties, oldest first; never past one that is still open."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM core_event WHERE at < %s AND feed_seq IS NOT NULL AND feed_seq < coalesce((
                   SELECT min(e.feed_seq) FROM core_event e JOIN core_outboxtask task ON task.event_id = e.id
                    WHERE task.done_at IS NULL), 9223372036854775807)""",
            [before],
        )
        count = int(cursor.fetchone()[0])
    if count:
        yield Removal(f"before {before:%Y-%m-%d}", count, partial(_forget, before))


def client_keys(before: dt.datetime) -> Iterable[Removal]:
    """Keys of writes from outside: nobody repeats a request after the term."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_idempotencykey WHERE created_at < %s", [before])
        count = int(cursor.fetchone()[0])
    if count:
        yield Removal(f"before {before:%Y-%m-%d}", count, partial(_expire, before))


def job_files(before: dt.datetime) -> Iterable[Removal]:
    """Files of jobs that are over: dry runs, failed and cancelled ones keep theirs until here, to be run again."""
    rows = Job.objects.filter(finished_at__lt=before).exclude(file_path="").order_by("id")
    for job in rows[:BATCH]:
        yield Removal(str(job.uid), 1, partial(_file_remove, job), job.organisation_path)
    files_sweep()


def old_jobs(before: dt.datetime) -> Iterable[Removal]:
    """Jobs that are over, with the rows they refused."""
    for job in Job.objects.filter(finished_at__lt=before).order_by("id")[:BATCH]:
        yield Removal(str(job.uid), 1, partial(_job_remove, job), job.organisation_path)


def import_changes(before: dt.datetime) -> Iterable[Removal]:
    """Former values of imports: nobody takes an import back after the term, and they hold what tables held."""
    runs = ImportRun.objects.filter(finished_at__lt=before, changes__isnull=False).distinct().order_by("id")
    for run in runs[:BATCH]:
        yield Removal(f"import {run.pk}", run.changes.count(), partial(_changes_remove, run), run.organisation_path)


def _changes_remove(run: ImportRun) -> int:
    return int(run.changes.all().delete()[0])


def _file_remove(job: Job) -> int:
    path = job.file_path
    Job.objects.filter(pk=job.pk).update(file_path="")
    transaction.on_commit(lambda: file_remove(path))
    return 1


def _job_remove(job: Job) -> int:
    run = job.import_run
    _file_remove(job)
    job.delete()
    if run is not None:
        run.delete()
    return 1


def _forget(before: dt.datetime) -> int:
    gone = 0
    while step := reader.forget_before(before, BATCH):
        gone += step
    return gone


def _expire(before: dt.datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_idempotencykey WHERE created_at < %s", [before])
        return int(cursor.rowcount)


# Logs of a network are kept for six months at least (Cybersecurity Law of the PRC, art. 21): the audit's floor.
register(RetentionClass("audit", 1095, 180, audit_chains, by_wall=True))
register(RetentionClass("feed", 7, 1, feed_rows))
register(RetentionClass("client_keys", 30, 2, client_keys, by_wall=True))
register(RetentionClass("job_files", 1, 1, job_files))
register(RetentionClass("import_changes", UNDO_DAYS, 1, import_changes))
register(RetentionClass("jobs", 180, 7, old_jobs))
