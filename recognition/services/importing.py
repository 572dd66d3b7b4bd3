"""A table of applications from the desk: a few hundred rows at once, tried first, each refused row with its reason."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from core.errors import InvalidInput, TooLarge
from core.imports.runner import import_run
from core.models import ImportRun
from stations.services import require
from stations.types import Actor, DataClass, Verb

MOST_BYTES = 2 * 2**20
MOST_ROWS = 500
SUFFIXES = (".csv", ".xlsx")


def watch_import_columns() -> list[dict[str, Any]]:
    """The columns of the table, by the name that people write first, and which are needed."""
    from recognition.imports.tables import WatchTable

    return [{"name": names[0], "required": key in WatchTable.required} for key, names in WatchTable.columns.items()]


def watch_import(*, actor: Actor, organisation: Any, name: str, data: bytes, dry_run: bool) -> ImportRun:
    """Apply for every row of a table (.csv, .xlsx) in the actor's name; `organisation` for rows that name none. The run
    keeps refused rows with line, field, value and cure. Raises InvalidInput or TooLarge for a table that cannot be read
    here (`import_watchlist` takes larger ones).
    """
    from recognition.imports.tables import WatchTable

    require(actor, Verb.CREATE, DataClass.WATCHLIST, organisation.path or "")
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise InvalidInput(_("不支持这种文件"), field="file", value=name[:60], cure="、".join(SUFFIXES))
    if len(data) > MOST_BYTES:
        raise TooLarge(_("文件过大"), field="file", value=len(data), cure=_("分成几份，每份不超过 2 MiB"))
    importer = WatchTable(actor=actor, organisation=organisation.code)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{Path(name).stem[:100] or 'table'}{suffix}"
        path.write_bytes(data)
        table = importer.read(path)
    if len(table.rows) > MOST_ROWS:
        raise TooLarge(
            _("行数过多"),
            field="file",
            value=len(table.rows),
            cure=_("每次不超过 %(most)s 行，更多请用 import_watchlist 命令") % {"most": MOST_ROWS},
        )
    importer.begin(table)
    return import_run(
        importer.kind, table, importer.row, dry_run=dry_run, actor_id=actor.user_id,
        organisation_path=organisation.path or "", progress=io.StringIO(), importer=importer,
    )  # fmt: skip
