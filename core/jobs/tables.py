"""A table imported by a job: by the importer of the management command, taken up where a dead worker stopped."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Conflict
from core.imports.importer import TableImporter
from core.imports.preview import Preview
from core.imports.reading import Table
from core.imports.runner import import_begin, import_run
from core.imports.undo import import_undo
from core.jobs.work import Work
from core.models import ImportRun, Job


def table_import(work: Work, importer: TableImporter) -> dict[str, Any]:
    """Import the job's file. Raises what the file or its columns are refused for; refused rows are in the run.

    Every chunk commits with the run's count, under the job's fence: after a worker died the next one goes on behind
    the last chunk that was saved, so that nothing is entered twice.
    """
    work.step(_("读取文件"))
    table = replace(importer.read(work.file), name=work.job.file_name)
    run = _run(work, importer, table)
    importer.begin(table)
    work.step(_("试导入") if work.dry_run else _("导入"), run.done, len(table.rows))
    lines = io.StringIO()
    preview = Preview(importer.row)
    run = import_run(
        importer.kind, table, preview if work.dry_run else importer.row, run=run, watch=work.watch, importer=importer,
        progress=lines,
    )  # fmt: skip
    return {
        "total": run.total,
        "accepted": run.accepted,
        "rejected": run.rejected,
        "ignored_columns": table.ignored_columns,
        **importer.figures(),
        **(preview.figures() if work.dry_run else {}),
    }


def table_undo(work: Work, importer: type[TableImporter], actor: Any) -> dict[str, Any]:
    """Take back the import of the job that this one undoes, as a whole. Raises Conflict where that cannot be."""
    undone = work.job.undoes
    if undone is None or undone.import_run_id is None:
        raise Conflict(_("没有可撤销的改动"), field="import", cure=_("刷新后查看"))
    work.step(_("撤销导入"))
    return dict(import_undo(run_id=undone.import_run_id, kept=importer.keeps, actor=actor, actor_id=work.job.actor_id))


def _run(work: Work, importer: TableImporter, table: Table) -> ImportRun:
    """The run of this job: begun by an earlier attempt, or new."""
    job = work.job
    with transaction.atomic():
        work.beat()
        work.check()
        if job.import_run is not None:
            return job.import_run
        run = import_begin(
            importer.kind, table, dry_run=job.dry_run, actor_id=job.actor_id, organisation_path=job.organisation_path
        )
        Job.objects.filter(pk=job.pk).update(import_run=run)
        job.import_run = run
    return run
