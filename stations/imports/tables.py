"""The tables of this room as importers: for the management commands and for jobs."""

from __future__ import annotations

from core.imports.importer import TableImporter
from core.imports.reading import ImportRow
from stations.imports import people, places, undo


class StationTable(TableImporter):
    """Stations, checkpoints and cameras; known codes are changed."""

    kind = "stations"
    columns = places.COLUMNS
    required = ("code", "name")
    options = ("datum", "organisation")
    keeps = undo.PLACES
    example = {
        "kind": "公安执法服务站", "code": "FW-001", "name": "示例执法服务站", "organisation": "460000",
        "lon": "110.4746", "lat": "19.2584", "datum": "wgs84", "address": "示例路 1 号",
        "duty_phone": "0898-5555-0100", "services": "J01;H01", "is_public": "是",
        "opening_hours": "周一至周五 8:30-17:30",
    }  # fmt: skip

    def row(self, row: ImportRow) -> object:
        """One place."""
        return places.place_row(
            row, actor=self.actor, organisation_code=self.organisation, datum=self.datum, journal=self.journal
        )


class PersonTable(TableImporter):
    """People; known staff numbers are changed. Roles are not imported."""

    kind = "people"
    columns = people.COLUMNS
    required = ("name", "kind")
    options = ("organisation",)
    keeps = undo.PEOPLE
    example = {
        "name": "示例姓名", "kind": "民警", "organisation": "460000", "staff_number": "SL00001", "post_title": "民警",
        "duty_phone": "0898-5555-0101",
    }  # fmt: skip

    def row(self, row: ImportRow) -> object:
        """One person."""
        return people.person_row(row, actor=self.actor, organisation_code=self.organisation, journal=self.journal)
