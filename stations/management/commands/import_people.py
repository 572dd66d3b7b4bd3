"""Import people from a table."""

from __future__ import annotations

from typing import Any

from core.imports.command import ImportCommand
from stations.imports.tables import PersonTable
from stations.selectors import system_actor


class Command(ImportCommand):
    """`import_people FILE [--dry-run] [--organisation CODE]`"""

    help = "People from CSV, XLSX, GeoJSON or GeoPackage; known staff numbers are changed. Roles are not imported."
    importer = PersonTable

    def actor(self) -> Any:
        """The system."""
        return system_actor("import_people")
