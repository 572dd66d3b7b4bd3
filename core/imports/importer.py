"""What one kind of table means: its columns and what becomes of a row. Commands and jobs run the same importer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from core.geo.datum import datum_of
from core.imports.journal import Journal
from core.imports.reading import Columns, ImportRow, Table, table_read
from core.imports.undo import Kept


class TableImporter(ABC):
    """Takes the rows of one table. `options` names what it wants beside the file: `organisation`, `datum`."""

    kind: ClassVar[str]
    columns: ClassVar[Columns]
    required: ClassVar[Sequence[str]] = ()
    options: ClassVar[tuple[str, ...]] = ()
    # A row as somebody would write it, by column: the template that help pages hand out.
    example: ClassVar[Mapping[str, str]] = {}
    # How what the rows did is taken back; without it an import of such a table stays.
    keeps: ClassVar[tuple[Kept, ...]] = ()

    def __init__(self, *, actor: Any, organisation: str = "", datum: str = "") -> None:
        """`organisation`: code for rows that name none; `datum` likewise. Raises InvalidInput for an unknown datum."""
        self.actor = actor
        self.journal = Journal()
        self.organisation = organisation
        self.datum = datum_of(datum).value if datum else ""

    def read(self, path: Path | str) -> Table:
        """The file as rows under this table's column names. Raises InvalidInput, TooLarge."""
        return table_read(path, self.columns, required=self.required)

    def begin(self, table: Table) -> None:  # noqa: B027  most tables need nothing
        """Called once before the rows; raises a typed error to stop."""

    @abstractmethod
    def row(self, row: ImportRow) -> object:
        """Save one row through a service, or raise a typed error naming field, value and cure."""

    def kept(self) -> dict[str, Any]:
        """What has to be known again when another worker goes on; stored with each chunk."""
        return {}

    def take_up(self, kept: dict[str, Any]) -> None:  # noqa: B027
        """Go on with what `kept` gave."""

    def figures(self) -> dict[str, Any]:
        """What came of it beyond accepted and refused rows, as plain data; a page puts it into words."""
        return {}

    def notes(self) -> list[str]:
        """The same as lines of a command's output."""
        return []
