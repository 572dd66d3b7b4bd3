"""Slow work that a Celery worker carries: imports, network builds. The row in PostgreSQL is the truth (ADR 16).

`job_queue` writes the row and sends a message after commit; a worker claims the row by compare-and-set, so that a
doubled message runs it once; `jobs_recover` finds what lost its message or its worker. Rooms name their kinds of work
in `jobs.py` by `@job(…)`.
"""

from core.jobs.registry import JobKind, job, job_kind, job_kinds
from core.jobs.running import job_run
from core.jobs.services import job_cancel, job_queue, job_repeat, job_undo, jobs_recover
from core.jobs.tables import table_import, table_undo
from core.jobs.work import JobStopped, Work

__all__ = [
    "JobKind",
    "JobStopped",
    "Work",
    "job",
    "job_cancel",
    "job_kind",
    "job_kinds",
    "job_queue",
    "job_repeat",
    "job_run",
    "job_undo",
    "jobs_recover",
    "table_import",
    "table_undo",
]
