"""`manage.py import_segments FILE [--dry-run] [--organisation CODE]`."""

from __future__ import annotations

from typing import Any

from core.imports.command import ImportCommand
from roads.imports.tables import SegmentTable
from stations.selectors import system_actor


class Command(ImportCommand):
    help = (
        "Segments and their chiefs from the county's own table (CSV, XLSX): road, from, to (K-post, junction, village, "
        "起点/终点), side, chief, level, phone, organisation. Clear rows are created; doubtful ones go to the review "
        "list with a proposal; the rest is reported by line."
    )
    importer = SegmentTable

    def actor(self) -> Any:
        """The system."""
        return system_actor("import_segments")
