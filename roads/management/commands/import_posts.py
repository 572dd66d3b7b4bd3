"""`manage.py import_posts FILE [--dry-run] [--datum gcj02]`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from core.geo.datum import datum_of
from core.imports.command import ImportCommand
from core.imports.reading import ImportRow, table_read
from core.models import ImportRun
from roads.imports.posts import COLUMNS, PostRows
from stations.selectors import system_actor


class Command(ImportCommand):
    help = (
        "Kilometre posts (CSV, XLSX, GeoJSON, GeoPackage): road, post (K12+300 or kilometres), side (上行, 下行 or "
        "empty), lon, lat, datum. The posts of each road in the file are replaced as a whole; two numbers at one "
        "place are a break 断链. What does not fit its neighbours is reported by line."
    )
    kind = "posts"
    columns = COLUMNS
    required_columns = ("road", "post")

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--datum", default="", help="datum of lon, lat where the file has no datum column")

    def prepare(self, options: dict[str, Any]) -> None:
        """Place all posts on their roads before any is stored."""
        datum = datum_of(options["datum"]).value if options["datum"] else ""
        self.rows = PostRows(system_actor("import_posts"), datum, Path(options["file"]).name)
        self.rows.read(table_read(options["file"], self.columns, required=self.required_columns).rows)

    def row(self, row: ImportRow) -> object:
        """One post."""
        return self.rows(row)

    def _report(self, run: ImportRun) -> None:
        super()._report(run)
        self.stdout.write(f"{len(self.rows.rows_of_axis)} axes calibrated, {self.rows.breaks} breaks")
