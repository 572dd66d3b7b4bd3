"""What an import did to the tables: for each row what it created, and what it changed with the former values.

Values are kept as JSON of a model's own columns: exact (geometry as EWKB), without what is derived (spellings, blind
indexes). They lie encrypted in `core.ImportChange`, because a table of people holds personal numbers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.gis.db.models.fields import BaseSpatialField
from django.contrib.gis.geos import GEOSGeometry
from django.db import models

from core.db.fields import BlindIndexField
from core.db.spelling import SpellingField
from core.models import ImportChange, ImportRun

Values = dict[str, Any]
Row = TypeVar("Row", bound=models.Model)


def values_of(row: models.Model) -> Values:
    """The columns of a row as plain data, by field; many-to-many as sorted keys."""
    found: Values = {}
    for field in row._meta.concrete_fields:
        if field.primary_key or isinstance(field, BlindIndexField | SpellingField):
            continue
        value = field.value_from_object(row)
        if value is None or field.is_relation or isinstance(field, models.JSONField):
            found[field.name] = value
        elif isinstance(field, BaseSpatialField):
            found[field.name] = value.hexewkb.decode()
        else:
            found[field.name] = field.value_to_string(row)
    for many in row._meta.many_to_many:
        found[many.name] = sorted(getattr(row, many.name).values_list("pk", flat=True))
    return found


def values_read(model: type[models.Model], values: Mapping[str, Any]) -> Values:
    """What `values_of` kept, as services take it: objects of relations, geometry, ranges. Raises the model's own
    DoesNotExist when what a row was tied to is gone.
    """
    found: Values = {}
    for name, value in values.items():
        field = model._meta.get_field(name)
        related: Any = field.related_model
        if field.many_to_many:
            found[name] = list(related._default_manager.filter(pk__in=value))
        elif value is None or isinstance(field, models.JSONField):
            found[name] = value
        elif field.is_relation:
            found[name] = related._default_manager.get(pk=value)
        elif isinstance(field, BaseSpatialField):
            found[name] = GEOSGeometry(value)
        else:
            found[name] = field.to_python(value)  # type: ignore[union-attr]
    return found


@dataclass(frozen=True, slots=True)
class _Noted:
    line: int
    kind: str
    object_id: int
    former: Values | None
    left: Values


class Journal:
    """Filled by an importer's rows, written with the chunk they belong to. What a refused row noted is dropped."""

    def __init__(self) -> None:
        self._line = 0
        self._noted: list[_Noted] = []

    def begin(self, line: int) -> None:
        """The row on this line is next."""
        self._line = line

    def drop(self, line: int) -> None:
        """The row on this line was rolled back."""
        self._noted = [each for each in self._noted if each.line != line]

    def created(self, row: Row) -> Row:
        """The row of the file made this one."""
        self._note(row, None, values_of(row._meta.model._default_manager.get(pk=row.pk)))
        return row

    @contextmanager
    def changing(self, row: models.Model, read: Callable[[Any], Values] = values_of) -> Iterator[None]:
        """What happens within may change this row; nothing is noted when it ends as it began. `read`: its values."""
        former = read(row)
        yield
        row = row._meta.model._default_manager.get(pk=row.pk)
        left = read(row)
        if former != left:
            self._note(row, former, left)

    def write(self, run: ImportRun) -> int:
        """Keep what was noted since the last time, in the caller's transaction. Returns how much."""
        rows = [
            ImportChange(
                run=run, line=each.line, kind=each.kind, object_id=each.object_id,
                former="" if each.former is None else _text(each.former), left=_text(each.left),
            )
            for each in self._noted
        ]  # fmt: skip
        ImportChange.objects.bulk_create(rows)
        self._noted = []
        return len(rows)

    def _note(self, row: models.Model, former: Values | None, left: Values) -> None:
        self._noted.append(_Noted(self._line, row._meta.label_lower, row.pk, former, left))


def _text(values: Values) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
