"""`manage.py import_posts FILE [--dry-run] [--datum gcj02]`."""

from __future__ import annotations

from typing import Any

from core.imports.command import ImportCommand
from roads.imports.tables import PostTable
from stations.selectors import system_actor


class Command(ImportCommand):
    help = (
        "Kilometre posts (CSV, XLSX, GeoJSON, GeoPackage): road, post (K12+300 or kilometres), side (上行, 下行 or "
        "empty), lon, lat, datum. The posts of each road in the file are replaced as a whole; two numbers at one "
        "place are a break 断链. What does not fit its neighbours is reported by line."
    )
    importer = PostTable

    def actor(self) -> Any:
        """The system."""
        return system_actor("import_posts")
