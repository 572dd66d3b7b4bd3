"""Retention: what is kept for how long, by class; every removal is an audit row in the transaction of the removal.

Rooms register their classes in `handlers.py`. Terms are days: `LUZHANG_RETENTION_DAYS` (`fixes=90,audit=1825`) over the
class's own default, never below its floor.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from core import audit, clock
from core.errors import InvalidInput
from core.messages import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Removal:
    """One thing that may go: a partition, a chain, a batch of rows. `remove` does it inside a transaction and returns
    how many rows went; `organisation_path` is whose it was ('' for the deployment's).
    """

    object_id: str
    rows: int
    remove: Callable[[], int]
    organisation_path: str = ""


@dataclass(frozen=True, slots=True)
class RetentionClass:
    """`find(before)` lists what is older than a moment. `by_wall`: ages count by wall time (audit, keys of clients),
    else by the house's clock.
    """

    name: str
    days: int
    least_days: int
    find: Callable[[dt.datetime], Iterable[Removal]]
    by_wall: bool = False


@dataclass(frozen=True, slots=True)
class Removed:
    """A line of the report."""

    name: str
    object_id: str
    rows: int
    before: dt.datetime


_classes: dict[str, RetentionClass] = {}


def register(given: RetentionClass) -> None:
    """Register a class; once a name."""
    known = _classes.get(given.name)
    if known is not None and known.find is not given.find:
        raise ValueError(f"two retention classes are called {given.name}")
    _classes[given.name] = given


def terms() -> dict[str, int]:
    """Days by class. Raises InvalidInput for a class that does not exist or a term below its floor."""
    wanted: dict[str, int] = getattr(settings, "LUZHANG_RETENTION_DAYS", {})
    for name, days in wanted.items():
        if name not in _classes:
            known = "、".join(sorted(_classes))
            raise InvalidInput(_("没有这个保存类别"), field="LUZHANG_RETENTION_DAYS", value=name, cure=known)
        if days < _classes[name].least_days:
            raise InvalidInput(
                _("保存期限过短"),
                field="LUZHANG_RETENTION_DAYS",
                value=f"{name}={days}",
                cure=_("至少 %(days)d 天", days=_classes[name].least_days),
            )
    return {name: wanted.get(name, one.days) for name, one in sorted(_classes.items())}


def run(*, actor_id: int | None = None, dry_run: bool = False) -> list[Removed]:
    """Remove all that is past its term, one transaction each; with `dry_run` only say what would go.

    Safe to stop and to repeat: what went is gone with its audit row, the rest goes next time.
    """
    done: list[Removed] = []
    for name, days in terms().items():
        one = _classes[name]
        before = (clock.wall_now() if one.by_wall else clock.now()) - dt.timedelta(days=days)
        for removal in one.find(before):
            rows = removal.rows if dry_run else _removed(one.name, removal, before, actor_id)
            done.append(Removed(name, removal.object_id, rows, before))
    return done


def _removed(name: str, removal: Removal, before: dt.datetime, actor_id: int | None) -> int:
    with transaction.atomic():
        rows = removal.remove()
        audit.record(
            actor_id=actor_id,
            action="core.retention_removed",
            object_type=f"retention.{name}",
            object_id=removal.object_id[:60],
            organisation_path=removal.organisation_path,
            reason="retention",
            details={"rows": rows, "before": before.isoformat()},
        )
    return rows
