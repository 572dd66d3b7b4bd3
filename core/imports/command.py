"""Base of the `import_…` management commands: a file, an importer, a report."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import LuzhangError
from core.imports.importer import TableImporter
from core.imports.runner import import_run, summary
from core.models import ImportRun

_OPTIONS = {
    "datum": "datum of lon, lat where the file has no datum column",
    "organisation": "code of the organisation for rows that name none",
}


class ImportCommand(BaseCommand):
    """A subclass names its `importer` and says in `actor` who acts; jobs run the same importers."""

    importer: ClassVar[type[TableImporter]]
    errors_shown = 50

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help=".csv (UTF-8 or GB 18030), .xlsx, .geojson or .gpkg")
        parser.add_argument("--dry-run", action="store_true", help="check every row, save nothing")
        for name in self.importer.options:
            parser.add_argument(f"--{name}", default="", help=_OPTIONS[name])

    def actor(self) -> Any:
        """Who acts."""
        raise CommandError(f"{type(self).__name__} has no actor()")

    def handle(self, *args: Any, **options: Any) -> None:
        words = {name: options[name] for name in self.importer.options}
        try:
            importer = self.importer(actor=self.actor(), **words)
            table = importer.read(options["file"])
            importer.begin(table)
        except LuzhangError as problem:
            raise CommandError(str(problem)) from problem
        run = import_run(importer.kind, table, importer.row, dry_run=options["dry_run"], progress=self.stderr)  # type: ignore[arg-type]
        self._report(run, importer)

    def _report(self, run: ImportRun, importer: TableImporter) -> None:
        for error in run.errors.all()[: self.errors_shown]:
            place = f"{error.field}={error.value!r}" if error.field else ""
            self.stdout.write(f"line {error.line}: {place} {error.message} {error.cure}".rstrip())
        if run.rejected > self.errors_shown:
            self.stdout.write(f"… and {run.rejected - self.errors_shown:,} more in import run {run.pk}")
        if run.report.get("ignored_columns"):
            self.stdout.write(f"ignored columns: {', '.join(run.report['ignored_columns'])}")
        self.stdout.write(summary(run) + (" (dry run: nothing saved)" if run.dry_run else ""))
        notes = importer.notes()
        for note in notes[: self.errors_shown]:
            self.stdout.write(note)
        if len(notes) > self.errors_shown:
            self.stdout.write(f"… and {len(notes) - self.errors_shown:,} more")
