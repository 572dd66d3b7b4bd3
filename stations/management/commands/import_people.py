"""Import people from a table."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from core.imports.command import ImportCommand
from core.imports.reading import ImportRow
from stations.imports.people import COLUMNS, person_row
from stations.selectors import system_actor


class Command(ImportCommand):
    """`import_people FILE [--dry-run] [--organisation CODE]`"""

    help = "People from CSV, XLSX, GeoJSON or GeoPackage; known staff numbers are changed. Roles are not imported."
    kind = "people"
    columns = COLUMNS
    required_columns = ("name", "kind")

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--organisation", default="", help="code of the organisation for rows that name none")

    def prepare(self, options: dict[str, Any]) -> None:
        """Keep the options for the rows."""
        self.organisation: str = options["organisation"]
        self.actor = system_actor("import_people")

    def row(self, row: ImportRow) -> object:
        """One person."""
        return person_row(row, actor=self.actor, organisation_code=self.organisation)
