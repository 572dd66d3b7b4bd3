"""The tables of this room as importers: for the management commands and for jobs."""

from __future__ import annotations

from typing import Any

from core.imports.importer import TableImporter
from core.imports.reading import ImportRow, Table
from roads.imports import chiefs, posts, segments, undo

DOUBTFUL_KEPT = 1000
SHOWN = 200


class SegmentTable(TableImporter):
    """Segments and their chiefs from a county's own table; doubtful rows go to the review list."""

    kind = "segments"
    columns = segments.COLUMNS
    required = ("road", "from", "to")
    options = ("organisation",)
    keeps = undo.SEGMENTS
    example = {
        "road": "X201", "from": "K0+000", "to": "K4+500", "side": "双向", "code": "LD-001", "name": "示例路段",
        "chief": "示例姓名", "level": "4", "duty_phone": "0898-5555-0102", "duty_hours": "每天 6:00-22:00",
        "organisation": "460000", "starts_on": "2026-01-01",
    }  # fmt: skip
    rows: segments.SegmentRows

    def begin(self, table: Table) -> None:
        """Read axes and places once."""
        self.rows = segments.SegmentRows(
            self.actor, self.organisation, segments.KnownRoads.read(), journal=self.journal
        )

    def row(self, row: ImportRow) -> object:
        """One stretch."""
        return self.rows(row)

    def kept(self) -> dict[str, Any]:
        """The doubtful rows so far."""
        return {"doubtful": self.rows.doubtful[:DOUBTFUL_KEPT]}

    def take_up(self, kept: dict[str, Any]) -> None:
        """Those of an earlier worker come first."""
        self.rows.doubtful[:0] = [(int(line), str(text)) for line, text in kept.get("doubtful", ())]

    def figures(self) -> dict[str, Any]:
        """How many wait for a person, and the first of them as (line, text)."""
        return {
            "doubtful": len(self.rows.doubtful),
            "doubtful_rows": [list(each) for each in self.rows.doubtful[:SHOWN]],
        }

    def notes(self) -> list[str]:
        """How many wait for a person, and which."""
        found = self.rows.doubtful
        return [
            f"{len(found):,} of them on the review list",
            *(f"line {line}: to review: {text}" for line, text in found),
        ]


class PostTable(TableImporter):
    """Kilometre posts; those of each road in the file are replaced as a whole."""

    kind = "posts"
    columns = posts.COLUMNS
    required = ("road", "post")
    options = ("datum",)
    keeps = undo.POSTS
    example = {"road": "G98", "post": "K12+000", "side": "下行", "lon": "110.4530", "lat": "19.3300", "datum": "wgs84"}
    rows: posts.PostRows

    def begin(self, table: Table) -> None:
        """Place all posts on their roads before any is stored."""
        self.rows = posts.PostRows(self.actor, self.datum, table.name, journal=self.journal)
        self.rows.read(table.rows)

    def row(self, row: ImportRow) -> object:
        """One post."""
        return self.rows(row)

    def figures(self) -> dict[str, Any]:
        """What was calibrated."""
        return {"axes": len(self.rows.rows_of_axis), "breaks": self.rows.breaks}

    def notes(self) -> list[str]:
        """What was calibrated."""
        return [f"{len(self.rows.rows_of_axis)} axes calibrated, {self.rows.breaks} breaks"]


class ChiefTable(TableImporter):
    """Chiefs of known segments."""

    kind = "chiefs"
    columns = chiefs.COLUMNS
    required = ("segment", "level", "person")
    options = ("organisation",)
    keeps = undo.CHIEFS
    example = {
        "segment": "LD-001", "level": "4", "person": "SL00001", "starts_on": "2026-01-01",
        "duty_phone": "0898-5555-0102", "duty_hours": "每天 6:00-22:00", "deputy": "SL00002",
    }  # fmt: skip

    def row(self, row: ImportRow) -> object:
        """One appointment."""
        return chiefs.chief_row(row, actor=self.actor, organisation_code=self.organisation, journal=self.journal)
