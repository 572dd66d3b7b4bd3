"""What is said about jobs: how many wait, and the refused rows of one as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.db import connection
from django.utils.translation import gettext as _

from core.models import Job

ROWS_AT_MOST = 50_000


def jobs_backlog() -> dict[str, float]:
    """`queued` and `running` jobs, and `silent_s`: for how long a running one has given no sign of life."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FILTER (WHERE state = 'queued'), count(*) FILTER (WHERE state = 'running'),
                      coalesce(extract(epoch FROM statement_timestamp()
                               - min(heartbeat_at) FILTER (WHERE state = 'running')), 0)
                 FROM core_job WHERE state IN ('queued', 'running')"""
        )
        queued, running, silent_s = cursor.fetchone()
    return {"queued": int(queued), "running": int(running), "silent_s": float(silent_s)}


def refused_rows(job: Job) -> Iterator[str]:
    """The first 50,000 refused rows of a job as lines of CSV; marked as UTF-8 for spreadsheets."""
    yield "\ufeff" + _line([_("行"), _("字段"), _("值"), _("问题"), _("办法")])
    if job.import_run is None:
        return
    for error in job.import_run.errors.order_by("line", "id")[:ROWS_AT_MOST]:
        yield _line([str(error.line), error.field, error.value, error.message, error.cure])


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([_plain(cell) for cell in cells])
    return out.getvalue()


def _plain(cell: str) -> str:
    """A cell that no spreadsheet program takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
