"""Import stations, checkpoints and cameras from a table."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from core.geo.datum import datum_of
from core.imports.command import ImportCommand
from core.imports.reading import ImportRow
from stations.imports.places import COLUMNS, place_row
from stations.selectors import system_actor


class Command(ImportCommand):
    """`import_stations FILE [--dry-run] [--datum gcj02] [--organisation CODE]`"""

    help = "Stations, checkpoints and cameras from CSV, XLSX, GeoJSON or GeoPackage; known codes are changed."
    kind = "stations"
    columns = COLUMNS
    required_columns = ("code", "name")

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--datum", default="", help="datum of lon, lat where the file has no datum column")
        parser.add_argument("--organisation", default="", help="code of the organisation for rows that name none")

    def prepare(self, options: dict[str, Any]) -> None:
        """Check the options before any row."""
        self.datum = datum_of(options["datum"]).value if options["datum"] else ""
        self.organisation: str = options["organisation"]
        self.actor = system_actor("import_stations")

    def row(self, row: ImportRow) -> object:
        """One place."""
        return place_row(row, actor=self.actor, organisation_code=self.organisation, datum=self.datum)
