"""`/metrics` counts the decisions of the last day whose search went over its budget of settled nodes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from core import clock, health, metrics
from core.services import clock_set
from incidents.models import Decision
from roads.network.nearest import Nearest
from tests.factories.incidents import World

NAME = "luzhang_decisions_over_budget"


def _figure() -> float | None:
    return metrics.REGISTRY.get_sample_value(NAME)


def _decided(world: World, *, over: bool, hours_ago: float = 0.0) -> None:
    incident = world.report()
    Decision.objects.create(
        incident=incident,
        organisation_path=incident.organisation_path,
        at=clock.now() - timedelta(hours=hours_ago),
        origin=Decision.Origin.ENGINE,
        snapshot="{}",
        snapshot_sha256="0" * 64,
        over_budget=over,
    )


def test_it_counts_those_over_budget_of_the_last_day(world: World) -> None:
    assert _figure() == 0.0
    _decided(world, over=False)
    _decided(world, over=True)
    _decided(world, over=True, hours_ago=23.9)
    _decided(world, over=True, hours_ago=24.1)
    assert _figure() == 2.0
    assert f"{NAME} 2.0" in metrics.exposition().decode()
    clock_set(actor_id=None, offset=timedelta(minutes=30))
    assert _figure() == 1.0


def test_a_search_over_its_budget_is_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    find = Nearest.search

    def with_none(self: Any, *given: Any, **fields: Any) -> Any:
        return find(self, *given, **{**fields, "settled_budget": 1})

    world.crew()
    world.sent()
    assert _figure() == 0.0
    monkeypatch.setattr(Nearest, "search", with_none)
    second = world.crew(2000.0, 2500.0)
    _incident, assignment = world.sent(north_m=1500.0)
    assert assignment.tour_id == second.tour.pk, "the answer is as exact as within the budget"
    assert _figure() == 1.0


def test_nothing_is_said_while_the_database_is_down(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "database", lambda: "down")
    assert _figure() is None
    assert NAME not in metrics.exposition().decode()


def test_counting_reads_only_the_few(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        question = Decision.objects.filter(over_budget=True, at__gt=clock.now()).explain()
    assert "decision_over_budget" in question, question
