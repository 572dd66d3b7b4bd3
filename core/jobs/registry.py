"""Kinds of slow work: what each takes, who may ask for it, and the function that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext as _

from core.errors import InvalidInput

if TYPE_CHECKING:
    from core.imports.importer import TableImporter
    from core.jobs.work import Work

Runner = Callable[["Work"], Mapping[str, Any]]

TABLE_FILES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".geojson", ".json", ".gpkg")
TABLE_BYTES = 200 * 2**20


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of work. `data_class` and `verb` name the right that asking for it needs (core knows no policy);
    `whole`: over the whole deployment, not over one organisation. `rank`: place in lists, in the order of set-up.

    `run(work)` may be called again after a worker died: it is idempotent, all or nothing, or goes on where the row
    says it was (`table_import`). What it returns is the job's result.
    """

    name: str
    label: Any
    run: Runner
    data_class: str
    verb: str = "create"
    files: tuple[str, ...] = TABLE_FILES
    bytes_at_most: int = TABLE_BYTES
    needs_file: bool = True
    options: tuple[str, ...] = ()
    whole: bool = False
    may_dry_run: bool = True
    rank: int = 100
    lane: str = "slow"
    # Takes back what such a job did: `work.job.undoes` is that job. All or nothing, and refused with a typed error.
    undo: Runner | None = None
    # Where the importer of a table is: `room.module:Class`. It is loaded on use.
    table: str = ""

    def importer(self) -> type[TableImporter] | None:
        """The class that reads the rows of such a table; None for work without one."""
        module, _colon, name = self.table.partition(":")
        return getattr(import_module(module), name) if name else None

    def suffix_of(self, file_name: str) -> str:
        """The ending of a file that this kind reads. Raises InvalidInput for any other."""
        lowered = file_name.lower()
        found = [suffix for suffix in self.files if lowered.endswith(suffix)]
        if not found:
            raise InvalidInput(
                _("不支持的文件类型"),
                field="file",
                value=file_name,
                cure=_("可用：%(files)s") % {"files": " ".join(self.files)},
            )
        return max(found, key=len)


_kinds: dict[str, JobKind] = {}
_loaded = False


def job(name: str, **words: Any) -> Callable[[Runner], Runner]:
    """Decorate a function `run(work) -> result`: it does the work of this kind. `words`: see `JobKind`."""

    def register(run: Runner) -> Runner:
        known = _kinds.get(name)
        if known is not None and known.run.__module__ != run.__module__:
            raise ValueError(f"two kinds of work are called {name}")
        _kinds[name] = JobKind(name=name, run=run, **words)
        return run

    return register


def job_kinds() -> dict[str, JobKind]:
    """All kinds by name; the rooms' `jobs.py` are loaded on first use."""
    global _loaded
    if not _loaded:
        autodiscover_modules("jobs")
        _loaded = True
    return dict(_kinds)


def job_kind(name: str) -> JobKind:
    """The kind of this name. Raises InvalidInput."""
    kinds = job_kinds()
    if name not in kinds:
        raise InvalidInput(_("没有这种任务"), field="kind", value=name, cure="、".join(sorted(kinds)))
    return kinds[name]
