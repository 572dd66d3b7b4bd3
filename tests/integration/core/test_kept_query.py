"""A kept query gives what the queryset gives, in every thread."""

from __future__ import annotations

import datetime as dt

import pytest

from core.db.kept import KeptQuery
from core.models import Timer

pytestmark = pytest.mark.django_db


def _timer(key: str) -> Timer:
    return Timer.objects.create(
        key=key, kind="k", due_at=dt.datetime(2026, 5, 1, tzinfo=dt.UTC), subject={"a": [1, key]}
    )


def test_rows_are_those_of_the_queryset() -> None:
    one, two = _timer("one"), _timer("two")
    kept: KeptQuery[Timer] = KeptQuery(lambda: Timer.objects.filter(key="").order_by())
    for row in (one, two):
        found = kept.first([row.key])
        assert found == row
        for field in Timer._meta.concrete_fields:
            assert getattr(found, field.attname) == getattr(Timer.objects.get(pk=row.pk), field.attname)
    assert kept.first(["none"]) is None
    assert not found._state.adding  # type: ignore[union-attr]


def test_a_query_with_joins_is_refused() -> None:
    from core.models import OutboxTask

    kept: KeptQuery[OutboxTask] = KeptQuery(lambda: OutboxTask.objects.select_related("event").filter(pk=1))
    with pytest.raises(ValueError, match="whole rows"):
        kept.first([1])
