"""Running an import: every row by itself, commits in chunks, progress shown, refused rows kept with their reason."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TextIO

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.api.errors import typed
from core.errors import InvalidInput, LuzhangError, plain_value
from core.imports.importer import TableImporter
from core.imports.journal import Journal
from core.imports.reading import ImportRow, Table
from core.models import ImportRowError, ImportRun

logger = logging.getLogger(__name__)

CHUNK = 200
RowWork = Callable[[ImportRow], object]
Watch = Callable[[ImportRun], None]


class ImportStopped(Exception):
    """Raised by a `watch`: the import is not ours any more. The run stays as its last chunk left it."""


class _DryRunEnd(Exception):
    """Rolls everything of a dry run back."""


def import_begin(
    kind: str,
    table: Table,
    *,
    dry_run: bool = False,
    actor_id: int | None = None,
    organisation_path: str = "",
    report: dict[str, Any] | None = None,
) -> ImportRun:
    """The row of a run that is about to begin."""
    return ImportRun.objects.create(
        kind=kind, file_name=table.name[:255], dry_run=dry_run, total=len(table.rows), actor_id=actor_id,
        organisation_path=organisation_path, report={"ignored_columns": table.ignored_columns, **(report or {})},
    )  # fmt: skip


def import_run(
    kind: str,
    table: Table,
    work: RowWork,
    *,
    dry_run: bool = False,
    actor_id: int | None = None,
    organisation_path: str = "",
    report: dict[str, Any] | None = None,
    progress: TextIO | None = None,
    chunk: int = CHUNK,
    run: ImportRun | None = None,
    importer: TableImporter | None = None,
    watch: Watch | None = None,
) -> ImportRun:
    """Call `work(row)` for every row, each in a savepoint; a row that raises a typed error is reported and the rest
    goes on.

    Commits every `chunk` rows (a dry run is one transaction that is rolled back, so rows still see those before them).
    Progress goes to `progress` (default stderr) and to the run's row. Errors other than typed ones, validation and
    constraints stop the import: state `failed`, chunks already committed stay, the error is raised on.

    `run`: one begun before (`import_begin`), gone on with behind its last chunk; `importer` is told what it had kept.
    `watch(run)` is called at the end of each chunk's transaction and may raise ImportStopped: that chunk is not saved.
    """
    out = progress if progress is not None else sys.stderr
    if run is None:
        run = import_begin(
            kind, table, dry_run=dry_run, actor_id=actor_id, organisation_path=organisation_path, report=report
        )
    else:
        _take_up(run, importer)
    steps = _Steps(run, work, chunk, out, watch, importer)
    try:
        if run.dry_run:
            _dry(steps, table)
        else:
            for start in range(run.done, len(table.rows), chunk):
                _chunk(steps, table.rows[start : start + chunk])
                _progress(run, out)
    except ImportStopped:
        raise
    except Exception:
        ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.State.FAILED, finished_at=clock.now())
        raise
    run.state, run.finished_at = ImportRun.State.DONE, clock.now()
    with transaction.atomic():
        if watch is not None:
            watch(run)
        run.save()
        audit.record(
            actor_id=run.actor_id, action="import.dry_run" if run.dry_run else "import.run", object_type="import",
            object_id=run.pk, organisation_path=run.organisation_path,
            details={"kind": kind, "file": table.name, "accepted": run.accepted, "rejected": run.rejected},
        )  # fmt: skip
    return run


def _take_up(run: ImportRun, importer: TableImporter | None) -> None:
    """Make a run ready to go on; a dry run keeps nothing, so it begins anew."""
    run.state, run.finished_at = ImportRun.State.RUNNING, None
    if run.dry_run:
        run.done = run.accepted = run.rejected = 0
    elif importer is not None:
        importer.take_up(run.report.get("kept", {}))


@dataclass(frozen=True, slots=True)
class _Steps:
    """What every chunk of an import needs."""

    run: ImportRun
    work: RowWork
    size: int
    out: TextIO
    watch: Watch | None
    importer: TableImporter | None


def summary(run: ImportRun) -> str:
    """`997 of 1,000 in, 3 reported`."""
    return f"{run.accepted:,} of {run.total:,} in, {run.rejected:,} reported"


def _dry(steps: _Steps, table: Table) -> None:
    run, refused = steps.run, []
    try:
        with transaction.atomic():
            for start in range(0, len(table.rows), steps.size):
                refused += _rows(steps, table.rows[start : start + steps.size])
                if steps.watch is not None:
                    steps.watch(run)
                _progress(run, steps.out)
            raise _DryRunEnd
    except _DryRunEnd:
        with transaction.atomic():
            run.errors.all().delete()
            ImportRowError.objects.bulk_create(refused)


def _chunk(steps: _Steps, rows: list[ImportRow]) -> None:
    run = steps.run
    before = (run.done, run.accepted, run.rejected)
    try:
        with transaction.atomic():
            ImportRowError.objects.bulk_create(_rows(steps, rows))
            if steps.importer is not None:
                run.report["kept"] = steps.importer.kept()
                run.report["changes"] = run.report.get("changes", 0) + steps.importer.journal.write(run)
            run.save(update_fields=["state", "done", "accepted", "rejected", "report"])
            if steps.watch is not None:
                steps.watch(run)
    except BaseException:
        run.done, run.accepted, run.rejected = before
        raise


def _rows(steps: _Steps, rows: list[ImportRow]) -> list[ImportRowError]:
    run, refused = steps.run, []
    journal = steps.importer.journal if steps.importer is not None else Journal()
    for row in rows:
        journal.begin(row.line)
        try:
            with transaction.atomic():
                steps.work(row)
            run.accepted += 1
        except (LuzhangError, ValidationError) as problem:
            refused.append(_refused(run, row, typed(problem)))
        except (IntegrityError, DataError) as problem:
            logger.info("%s line %d: %s", run.kind, row.line, problem)
            refused.append(_refused(run, row, _constraint(problem)))
        run.done += 1
    for error in refused:
        journal.drop(error.line)
    run.rejected += len(refused)
    return refused


def _constraint(problem: Exception) -> InvalidInput:
    detail = getattr(getattr(problem.__cause__, "diag", None), "constraint_name", None) or ""
    return InvalidInput(_("与已有数据冲突"), field=detail, cure=_("检查是否重复或时间重叠"))


def _refused(run: ImportRun, row: ImportRow, error: LuzhangError) -> ImportRowError:
    value = "" if error.value is None else str(plain_value(error.value))
    return ImportRowError(
        run=run, line=row.line, field=(error.field or "")[:60], value=value[:200], message=str(error.message),
        cure=str(error.cure or ""),
    )  # fmt: skip


def _progress(run: ImportRun, out: TextIO) -> None:
    out.write(f"{run.kind}: {run.done:,}/{run.total:,}, {run.rejected:,} reported\n")
    out.flush()
