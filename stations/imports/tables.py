"""The tables of this room as importers: for the management commands and for jobs."""

from __future__ import annotations

from core.imports.importer import TableImporter
from core.imports.reading import ImportRow
from stations.imports import people, places


class StationTable(TableImporter):
    """Stations, checkpoints and cameras; known codes are changed."""

    kind = "stations"
    columns = places.COLUMNS
    required = ("code", "name")
    options = ("datum", "organisation")

    def row(self, row: ImportRow) -> object:
        """One place."""
        return places.place_row(row, actor=self.actor, organisation_code=self.organisation, datum=self.datum)


class PersonTable(TableImporter):
    """People; known staff numbers are changed. Roles are not imported."""

    kind = "people"
    columns = people.COLUMNS
    required = ("name", "kind")
    options = ("organisation",)

    def row(self, row: ImportRow) -> object:
        """One person."""
        return people.person_row(row, actor=self.actor, organisation_code=self.organisation)
