"""`manage.py import_segments FILE [--dry-run] [--organisation CODE]`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from core.imports.command import ImportCommand
from core.imports.reading import ImportRow
from core.models import ImportRun
from roads.imports.segments import COLUMNS, KnownRoads, SegmentRows
from stations.selectors import system_actor


class Command(ImportCommand):
    help = (
        "Segments and their chiefs from the county's own table (CSV, XLSX): road, from, to (K-post, junction, village, "
        "起点/终点), side, chief, level, phone, organisation. Clear rows are created; doubtful ones go to the review "
        "list with a proposal; the rest is reported by line."
    )
    kind = "segments"
    columns = COLUMNS
    required_columns = ("road", "from", "to")

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--organisation", default="", help="code of the organisation for rows that name none")

    def prepare(self, options: dict[str, Any]) -> None:
        """Read axes and places once."""
        self.rows = SegmentRows(system_actor("import_segments"), options["organisation"], KnownRoads.read())

    def row(self, row: ImportRow) -> object:
        """One stretch."""
        return self.rows(row)

    def _report(self, run: ImportRun) -> None:
        for line, text in self.rows.doubtful[: self.errors_shown]:
            self.stdout.write(f"line {line}: to review: {text}")
        super()._report(run)
        self.stdout.write(f"{len(self.rows.doubtful):,} of them on the review list")
