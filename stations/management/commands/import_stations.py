"""Import stations, checkpoints and cameras from a table."""

from __future__ import annotations

from typing import Any

from core.imports.command import ImportCommand
from stations.imports.tables import StationTable
from stations.selectors import system_actor


class Command(ImportCommand):
    """`import_stations FILE [--dry-run] [--datum gcj02] [--organisation CODE]`"""

    help = "Stations, checkpoints and cameras from CSV, XLSX, GeoJSON or GeoPackage; known codes are changed."
    importer = StationTable

    def actor(self) -> Any:
        """The system."""
        return system_actor("import_stations")
