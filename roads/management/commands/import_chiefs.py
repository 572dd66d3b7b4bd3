"""`manage.py import_chiefs FILE [--dry-run] [--organisation CODE]`."""

from __future__ import annotations

from typing import Any

from core.imports.command import ImportCommand
from roads.imports.tables import ChiefTable
from stations.selectors import system_actor


class Command(ImportCommand):
    help = "Chiefs of known segments: segment code, level, person (staff number or name), dates, duty phone, deputy."
    importer = ChiefTable

    def actor(self) -> Any:
        """The system."""
        return system_actor("import_chiefs")
