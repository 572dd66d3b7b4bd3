"""Rotation of field and index keys.

Put the new key first in LUZHANG_KEYS and keep the old one, restart, run `rotate_keys`, then take the old key away.
While it runs, both keys are read and look-ups match both indexes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg2
from django.apps import apps
from django.db import connection, models, transaction

from core import crypto, keys
from core.db.fields import BlindIndexField, EncryptedTextField, Sealed


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one model is."""

    model: str
    done: int
    changed: int


def rotate_all(*, batch: int = 500) -> Iterator[Progress]:
    """Rotate every model with encrypted fields; yields once a model when it is through."""
    for model in apps.get_models():
        if any(isinstance(field, EncryptedTextField) for field in model._meta.local_concrete_fields):
            yield rotate_model(model, batch=batch)


def rotate_model(model: type[models.Model], *, batch: int = 500) -> Progress:
    """Rotate one model, `batch` rows a transaction, by primary key. Rows under the active keys stay untouched."""
    last_pk: Any = None
    done = changed = 0
    while True:
        with transaction.atomic():
            query = model._base_manager.select_for_update(no_key=True).order_by("pk")
            rows = list(query.filter(pk__gt=last_pk)[:batch] if last_pk is not None else query[:batch])
            for row in rows:
                changed += _rotate_row(row)
        done += len(rows)
        if len(rows) < batch:
            return Progress(model._meta.label, done, changed)
        last_pk = rows[-1].pk


def _rotate_row(row: models.Model) -> int:
    """Write the changed columns by plain SQL: no save() of the model, no other column, no history row."""
    active = keys.current().field.active
    columns: dict[str, bytes | None] = {}
    uid = row.uid  # type: ignore[attr-defined]
    for field in row._meta.local_concrete_fields:
        if isinstance(field, EncryptedTextField):
            held = row.__dict__.get(field.attname)
            if isinstance(held, Sealed) and held.data and crypto.key_id(held.data) != active:
                columns[str(field.column)] = field.seal(held.reveal(uid), uid).data
        elif isinstance(field, BlindIndexField) and (source := field.source()) is not None:
            stored = row.__dict__.get(field.attname)
            fresh = field.hashed(getattr(row, source.attname))
            if (bytes(stored) if stored is not None else None) != fresh:
                columns[str(field.column)] = fresh
    if not columns:
        return 0
    quote = connection.ops.quote_name
    assignments = ", ".join(f"{quote(column)} = %s" for column in columns)
    values = [None if value is None else psycopg2.Binary(value) for value in columns.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(row._meta.db_table)} SET {assignments} WHERE {quote(str(row._meta.pk.column))} = %s",  # noqa: S608 names of models
            [*values, row.pk],
        )
    return 1
