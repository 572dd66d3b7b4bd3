"""The figure of this room on `/metrics`, read from the database when asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from core import clock, health
from incidents.models import Decision

WINDOW = timedelta(hours=24)


class DecisionCollector(Collector):
    """True for the whole deployment, whichever process answers. Nothing while the database is down."""

    def describe(self) -> Iterable[Metric]:
        """Named without asking the database: the client library does that at registration."""
        return [_over_budget(None)]

    def collect(self) -> Iterable[Metric]:
        """Called by the client library."""
        if health.database() == "up":
            yield _over_budget(Decision.objects.filter(over_budget=True, at__gt=clock.now() - WINDOW).count())


def _over_budget(value: int | None) -> GaugeMetricFamily:
    text = "Decisions of the last 24 h whose search settled more nodes than its budget"
    return GaugeMetricFamily("luzhang_decisions_over_budget", text, value=value)
