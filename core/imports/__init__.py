"""Imports of tables that people keep: rows with line numbers, each accepted or reported with field, value and cure."""

from core.imports.importer import TableImporter
from core.imports.reading import ImportRow, Table, table_read
from core.imports.runner import import_run

__all__ = ["ImportRow", "Table", "TableImporter", "import_run", "table_read"]
