"""`manage.py import_chiefs FILE [--dry-run] [--organisation CODE]`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from core.imports.command import ImportCommand
from core.imports.reading import ImportRow
from roads.imports.chiefs import COLUMNS, chief_row
from stations.selectors import system_actor


class Command(ImportCommand):
    help = "Chiefs of known segments: segment code, level, person (staff number or name), dates, duty phone, deputy."
    kind = "chiefs"
    columns = COLUMNS
    required_columns = ("segment", "level", "person")

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--organisation", default="", help="code of the organisation whose segments are meant")

    def prepare(self, options: dict[str, Any]) -> None:
        """Keep the options for the rows."""
        self.organisation: str = options["organisation"]
        self.actor = system_actor("import_chiefs")

    def row(self, row: ImportRow) -> object:
        """One appointment."""
        return chief_row(row, actor=self.actor, organisation_code=self.organisation)
