"""What the demonstration was loaded from: a row of the audit trail, written last, so that it travels with the database.

No row: nothing was loaded, or loading was interrupted. A backup carries the row, a fresh database has none.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from core import audit
from core.models import AuditRow
from stations.selectors import organisations_visible_to
from stations.types import system_actor

ACTION = "demo.loaded"
FILES = ("units.json", "accounts.json")


@dataclass(frozen=True, slots=True)
class Source:
    """Where roads and organisation of a demonstration come from. `sha256` is of the file's content."""

    kind: str
    name: str = ""
    sha256: str = ""
    nodes: int = 0
    seed: int = 0
    units: int = 0

    def meets(self, wanted: Source) -> bool:
        """Whether this is what somebody asks for. What the other leaves open (empty, 0) may be anything."""
        return all(not value or value == getattr(self, name) for name, value in asdict(wanted).items())

    def text(self) -> str:
        """In words: kind, name or size, units."""
        what = self.name
        if self.kind == "county":
            what = f"the generated county of {self.nodes} junctions (seed {self.seed})"
        return f"{what} with {self.units} units"


def source_of(*, osm: Path | None, place: str | None, nodes: int, seed: int, units: int) -> Source:
    """The source that the words of a command name; the county where nodes are given, whatever there is where nothing
    is. Reads the file once; raises OSError when it can't.
    """
    if osm is not None:
        with osm.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Source("osm", name=osm.name, sha256=digest, seed=seed, units=units)
    if place:
        return Source("place", name=place, seed=seed, units=units)
    return Source("county" if nodes else "", nodes=nodes, seed=seed, units=units)


def mark_write(source: Source, organisation_path: str) -> None:
    """Say that loading is complete. The last thing that loading does."""
    with transaction.atomic():
        audit.record(
            actor_id=None,
            action=ACTION,
            object_type="demonstration",
            object_id=source.kind,
            organisation_path=organisation_path,
            details=asdict(source),
        )


def mark_read() -> Source | None:
    """What is loaded here, completely; None when nothing is, or the files beside the database are gone."""
    row = AuditRow.objects.filter(action=ACTION).order_by("-id").first()
    folder = Path(settings.LUZHANG_VAR) / "demo"
    if row is None or not all((folder / name).is_file() for name in FILES):
        return None
    details: dict[str, Any] = row.details
    return Source(**details)


def begun() -> bool:
    """Whether there are generated organisations here: a demonstration, whole or in part. The root is its first row."""
    return _organisations().filter(generated=True).exists()


def strangers() -> list[str]:
    """Names of organisations that no demonstration made: this database is somebody's own. The root alone does not
    count, for the first import of anything makes one.
    """
    own = _organisations().filter(generated=False).exclude(parent=None)
    return list(own.order_by("id").values_list("name", flat=True)[:3])


def _organisations() -> Any:
    return organisations_visible_to(system_actor("demo_load"))
