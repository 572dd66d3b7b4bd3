"""Running an import: every row by itself, commits in chunks, progress shown, refused rows kept with their reason."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any, TextIO

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.api.errors import typed
from core.errors import InvalidInput, LuzhangError, plain_value
from core.imports.reading import ImportRow, Table
from core.models import ImportRowError, ImportRun

logger = logging.getLogger(__name__)

CHUNK = 200
RowWork = Callable[[ImportRow], object]


class _DryRunEnd(Exception):
    """Rolls everything of a dry run back."""


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
) -> ImportRun:
    """Call `work(row)` for every row, each in a savepoint; a row that raises a typed error is reported and the rest
    goes on.

    Commits every `chunk` rows (a dry run is one transaction that is rolled back, so rows still see those before them).
    Progress goes to `progress` (default stderr) and to the run's row. Errors other than typed ones, validation and
    constraints stop the import: state `failed`, chunks already committed stay, the error is raised on.
    """
    out = progress if progress is not None else sys.stderr
    run = ImportRun.objects.create(
        kind=kind, file_name=table.name[:255], dry_run=dry_run, total=len(table.rows), actor_id=actor_id,
        organisation_path=organisation_path, report={"ignored_columns": table.ignored_columns, **(report or {})},
    )  # fmt: skip
    try:
        if dry_run:
            _dry(run, table, work, out, chunk)
        else:
            for start in range(0, len(table.rows), chunk):
                _chunk(run, table.rows[start : start + chunk], work)
                _progress(run, out)
    except Exception:
        ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.State.FAILED, finished_at=clock.now())
        raise
    run.state, run.finished_at = ImportRun.State.DONE, clock.now()
    with transaction.atomic():
        run.save()
        audit.record(
            actor_id=actor_id, action="import.dry_run" if dry_run else "import.run", object_type="import",
            object_id=run.pk, organisation_path=organisation_path,
            details={"kind": kind, "file": table.name, "accepted": run.accepted, "rejected": run.rejected},
        )  # fmt: skip
    return run


def summary(run: ImportRun) -> str:
    """`997 of 1,000 in, 3 reported`."""
    return f"{run.accepted:,} of {run.total:,} in, {run.rejected:,} reported"


def _dry(run: ImportRun, table: Table, work: RowWork, out: TextIO, chunk: int) -> None:
    refused: list[ImportRowError] = []
    try:
        with transaction.atomic():
            for start in range(0, len(table.rows), chunk):
                refused += _rows(run, table.rows[start : start + chunk], work)
                _progress(run, out)
            raise _DryRunEnd
    except _DryRunEnd:
        ImportRowError.objects.bulk_create(refused)


def _chunk(run: ImportRun, rows: list[ImportRow], work: RowWork) -> None:
    before = (run.done, run.accepted, run.rejected)
    try:
        with transaction.atomic():
            ImportRowError.objects.bulk_create(_rows(run, rows, work))
            run.save(update_fields=["done", "accepted", "rejected"])
    except BaseException:
        run.done, run.accepted, run.rejected = before
        raise


def _rows(run: ImportRun, rows: list[ImportRow], work: RowWork) -> list[ImportRowError]:
    refused = []
    for row in rows:
        try:
            with transaction.atomic():
                work(row)
            run.accepted += 1
        except (LuzhangError, ValidationError) as problem:
            refused.append(_refused(run, row, typed(problem)))
        except (IntegrityError, DataError) as problem:
            logger.info("%s line %d: %s", run.kind, row.line, problem)
            refused.append(_refused(run, row, _constraint(problem)))
        run.done += 1
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
