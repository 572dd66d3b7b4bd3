"""Taking an import back as a whole: what it created goes, what it changed gets its former values, or all stays."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import Conflict, LuzhangError
from core.imports.journal import Values, values_of, values_read
from core.models import ImportChange, ImportRun

# So long are former values kept (`core.retained`); what people did since then has grown over the import.
UNDO_DAYS = 30


@dataclass(frozen=True, slots=True)
class Kept:
    """How the rows of one model are taken back, by the services of the room that owns them.

    `restore(actor, row, values)` gives it former values (only those that the import changed), `remove(actor, row)`
    takes away what the import created. `read` gives the values that are compared; `plain`: `restore` wants them as they
    were read. A model with `follows_its_place = True` is derived from the row and holds nobody up.
    """

    model: type[models.Model]
    restore: Callable[[Any, Any, Values], object]
    remove: Callable[[Any, Any], object] | None = None
    read: Callable[[Any], Values] = values_of
    plain: bool = False
    # What the house itself changes all day says nothing about who stands on it.
    ignored: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """As the journal writes it."""
        return self.model._meta.label_lower


@dataclass(slots=True)
class _Object:
    """One row of a table and all that an import did to it."""

    kept: Kept
    object_id: int
    line: int
    created: bool
    former: Values
    left: Values
    row: Any = None

    def __str__(self) -> str:
        return f"{self.kept.model._meta.verbose_name} {self.row if self.row is not None else self.object_id}"


def undo_until(run: ImportRun) -> Any:
    """The instant from which its former values may be gone."""
    return (run.finished_at or run.started_at) + timedelta(days=UNDO_DAYS)


def import_undo(*, run_id: int, kept: Iterable[Kept], actor: Any, actor_id: int | None) -> dict[str, int]:
    """Take one run back, all or nothing; returns how many rows were `removed` and `restored`.

    Raises Conflict, naming line and row, where the run was taken back already, where a later import or a person has
    changed a row since, or where something else stands on what the import created.
    """
    by_name = {each.name: each for each in kept}
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run_id)
        objects = _objects(_undoable(run), by_name)
        _refuse_later_runs(run, objects)
        _lock(objects)
        for each in objects:
            _refuse_changed(each)
        _refuse_leaned_on(objects)
        figures = {"removed": 0, "restored": 0}
        for each in objects:
            figures["removed" if each.created else "restored"] += _take_back(each, actor)
        run.changes.all().delete()
        run.undone_at, run.undone_by_id = clock.now(), actor_id
        run.save(update_fields=["undone_at", "undone_by_id"])
        audit.record(
            actor_id=actor_id, action="import.undone", object_type="import", object_id=run.pk,
            organisation_path=run.organisation_path, details={"kind": run.kind, "file": run.file_name, **figures},
        )  # fmt: skip
    return figures


def _undoable(run: ImportRun) -> list[ImportChange]:
    if run.undone_at is not None:
        raise Conflict(_("这次导入已经撤销"), field="import", value=run.file_name, cure=_("刷新后查看；需要时重新导入"))
    changes = list(run.changes.order_by("-id"))
    if run.dry_run or run.state == ImportRun.State.RUNNING or not changes:
        raise Conflict(
            _("没有可撤销的改动"), field="import", value=run.file_name,
            cure=_("改动记录保留 %(n)s 天；试导入不改动数据") % {"n": UNDO_DAYS},
        )  # fmt: skip
    return changes


def _objects(changes: Iterable[ImportChange], by_name: Mapping[str, Kept]) -> list[_Object]:
    """The latest first: what stands on another thing goes before it."""
    found: dict[tuple[str, int], _Object] = {}
    for change in changes:
        former = json.loads(change.former) if change.former else {}
        known = found.get((change.kind, change.object_id))
        if known is None:
            found[change.kind, change.object_id] = _Object(
                by_name[change.kind], change.object_id, change.line, not change.former, former, json.loads(change.left)
            )
        else:
            known.line, known.created, known.former = change.line, not change.former, former
    return list(found.values())


def _refuse_later_runs(run: ImportRun, objects: Iterable[_Object]) -> None:
    wanted: dict[str, list[int]] = {}
    for each in objects:
        wanted.setdefault(each.kept.name, []).append(each.object_id)
    for name, ids in wanted.items():
        later = ImportChange.objects.filter(kind=name, object_id__in=ids, run_id__gt=run.pk).select_related("run")
        newest = later.order_by("-run_id").first()
        if newest is not None:
            raise Conflict(
                _("之后的导入又改动了同一行：%(file)s") % {"file": newest.run.file_name},
                field="import", value=run.file_name, cure=_("先撤销较新的导入，再撤销这一次"),
            )  # fmt: skip


def _lock(objects: Iterable[_Object]) -> None:
    groups: dict[str, list[_Object]] = {}
    for each in objects:
        groups.setdefault(each.kept.name, []).append(each)
    # By name and key, so that two who want some of the same rows never wait for each other.
    for _name, group in sorted(groups.items()):
        rows = group[0].kept.model._default_manager.select_for_update(of=("self",)).order_by("pk")
        found = {row.pk: row for row in rows.filter(pk__in=[each.object_id for each in group])}
        for each in group:
            each.row = found.get(each.object_id)


def _refuse_changed(each: _Object) -> None:
    if each.row is None:
        if each.created:
            return
        raise Conflict(
            _("第 %(line)s 行改动的数据已不存在") % {"line": each.line}, field="line", value=each.line,
            cure=_("请重新导入正确的表格"),
        )  # fmt: skip
    now = _plain(each.kept.read(each.row))
    # Of a row that was there before, what the import did not touch is everybody's own.
    ours = set(each.left) if each.created else {name for name, value in each.left.items() if each.former[name] != value}
    changed = sorted(name for name in ours - each.kept.ignored if now.get(name) != each.left[name])
    if changed:
        raise Conflict(
            _("导入之后有人改过 %(row)s（第 %(line)s 行）") % {"row": each, "line": each.line},
            field=changed[0], value=each.line, cure=_("请手工核对后修改，或导入正确的表格"),
        )  # fmt: skip


def _plain(values: Values) -> Values:
    """As they come back from JSON."""
    return dict(json.loads(json.dumps(values, default=str)))


def _refuse_leaned_on(objects: Iterable[_Object]) -> None:
    """Nothing but what the same import created may point to a row that is to go."""
    created: dict[type[models.Model], dict[int, _Object]] = {}
    for each in objects:
        if each.created and each.row is not None:
            created.setdefault(each.kept.model, {})[each.object_id] = each
    for model, ours in created.items():
        for relation in model._meta.get_fields(include_hidden=True):
            if not relation.is_relation or not relation.auto_created or relation.concrete:
                continue
            if relation.many_to_many:
                continue  # its table is among the relations itself, and goes with the row
            _refuse_relation(relation, ours, created)


def _refuse_relation(relation: Any, ours: Mapping[int, _Object], created: Mapping[Any, Mapping[int, _Object]]) -> None:
    holder = relation.related_model
    if holder._meta.auto_created in created or getattr(holder, "follows_its_place", False):
        return
    name = relation.field.attname
    rows = holder._base_manager.filter(**{f"{name}__in": list(ours)}).exclude(pk__in=list(created.get(holder, ())))
    found = rows.first()
    if found is not None:
        each = ours[getattr(found, name)]
        raise Conflict(
            _("%(row)s（第 %(line)s 行）已被使用：%(count)s 条%(what)s")
            % {"row": each, "line": each.line, "count": rows.count(), "what": holder._meta.verbose_name},
            field="line", value=each.line, cure=_("先处理这些记录，或手工停用"),
        )  # fmt: skip


def _take_back(each: _Object, actor: Any) -> int:
    if each.row is None:
        return 0
    try:
        if each.created:
            if each.kept.remove is None:
                raise TypeError(f"{each.kept.name} are never created by an import")
            each.kept.remove(actor, each.row)
        else:
            changed = {name: value for name, value in each.former.items() if each.left.get(name) != value}
            each.kept.restore(actor, each.row, changed if each.kept.plain else values_read(each.kept.model, changed))
    except (ProtectedError, IntegrityError, models.ObjectDoesNotExist) as problem:
        raise Conflict(
            _("%(row)s（第 %(line)s 行）与现有数据冲突，不能撤销") % {"row": each, "line": each.line},
            field="line", value=each.line, cure=_("请手工核对后修改，或导入正确的表格"),
        ) from problem  # fmt: skip
    except LuzhangError as problem:
        raise Conflict(
            _("第 %(line)s 行：%(text)s") % {"line": each.line, "text": problem.message},
            field=problem.field, value=each.line, cure=problem.cure or "",
        ) from problem  # fmt: skip
    return 1
