"""How long notices and hand-over sheets are kept: they name cars, people and duty phones (core.retention)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from django.db import models

from core.retention import Removal
from incidents.models import Broadcast, HandoverSheet


def broadcasts_past_term(before: datetime) -> Iterator[Removal]:
    """Retention class `broadcasts`: notices that were over before this moment, with their receipts."""
    yield from _each(Broadcast.objects.filter(valid_until__lt=before))


def handovers_past_term(before: datetime) -> Iterator[Removal]:
    """Retention class `handovers`: sheets made before this moment; the audit rows of their signatures stay."""
    yield from _each(HandoverSheet.objects.filter(made_at__lt=before))


def _each(rows: models.QuerySet[Any]) -> Iterator[Removal]:
    for pk, uid, path in rows.order_by("pk").values_list("pk", "uid", "organisation_path").iterator(chunk_size=200):
        yield Removal(str(uid), 1, partial(_remove, rows.model, pk), path)


def _remove(model: type[models.Model], pk: int) -> int:
    _all, by_model = model._default_manager.filter(pk=pk).delete()
    return by_model.get(model._meta.label, 0)
