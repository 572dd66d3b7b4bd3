"""Base of the `import_…` management commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import LuzhangError
from core.imports.reading import Columns, ImportRow, table_read
from core.imports.runner import import_run, summary
from core.models import ImportRun


class ImportCommand(BaseCommand):
    """A subclass names `kind`, `columns`, `required_columns` and writes `row`; optionally arguments and `prepare`."""

    kind: ClassVar[str]
    columns: ClassVar[Columns]
    required_columns: ClassVar[Sequence[str]] = ()
    errors_shown = 50

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help=".csv (UTF-8 or GB 18030), .xlsx, .geojson or .gpkg")
        parser.add_argument("--dry-run", action="store_true", help="check every row, save nothing")

    def prepare(self, options: dict[str, Any]) -> None:
        """Called once before the rows; raise a typed error to stop."""

    def row(self, row: ImportRow) -> object:
        """Save one row through a service, or raise InvalidInput naming field, value and cure."""
        raise CommandError(f"{type(self).__name__} has no row()")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            table = table_read(options["file"], self.columns, required=self.required_columns)
            self.prepare(options)
        except LuzhangError as problem:
            raise CommandError(str(problem)) from problem
        run = import_run(self.kind, table, self.row, dry_run=options["dry_run"], progress=self.stderr)  # type: ignore[arg-type]
        self._report(run)

    def _report(self, run: ImportRun) -> None:
        for error in run.errors.all()[: self.errors_shown]:
            place = f"{error.field}={error.value!r}" if error.field else ""
            self.stdout.write(f"line {error.line}: {place} {error.message} {error.cure}".rstrip())
        if run.rejected > self.errors_shown:
            self.stdout.write(f"… and {run.rejected - self.errors_shown:,} more in import run {run.pk}")
        if run.report.get("ignored_columns"):
            self.stdout.write(f"ignored columns: {', '.join(run.report['ignored_columns'])}")
        self.stdout.write(summary(run) + (" (dry run: nothing saved)" if run.dry_run else ""))
