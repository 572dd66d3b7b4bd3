"""Prometheus metrics: one registry, named `luzhang_…`, and the figures that are read from the database when asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

REGISTRY = CollectorRegistry(auto_describe=False)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0)

_made: dict[str, Counter | Histogram] = {}


def counter(name: str, text: str, labels: Sequence[str] = ()) -> Counter:
    """The counter `luzhang_<name>`, made once."""
    if name not in _made:
        _made[name] = Counter(f"luzhang_{name}", text, list(labels), registry=REGISTRY)
    found = _made[name]
    if not isinstance(found, Counter):
        raise ValueError(f"metric {name} is no counter")
    return found


def histogram(
    name: str, text: str, labels: Sequence[str] = (), buckets: Sequence[float] = SECONDS_BUCKETS
) -> Histogram:
    """The histogram `luzhang_<name>` (seconds unless its buckets say otherwise), made once."""
    if name not in _made:
        _made[name] = Histogram(f"luzhang_{name}", text, list(labels), registry=REGISTRY, buckets=buckets)
    found = _made[name]
    if not isinstance(found, Histogram):
        raise ValueError(f"metric {name} is no histogram")
    return found


class KernelCollector(Collector):
    """Backlog, feed and heartbeats, read at each scrape: true for the whole deployment, whichever process answers."""

    def collect(self) -> Iterable[Metric]:
        """Called by the client library."""
        from core import health, outbox
        from core.feed import reader
        from core.jobs.reading import jobs_backlog

        if health.database() == "down":
            yield GaugeMetricFamily("luzhang_database_up", "1 when the database answers", value=0)
            return
        yield GaugeMetricFamily("luzhang_database_up", "1 when the database answers", value=1)
        backlog = outbox.backlog()
        yield GaugeMetricFamily("luzhang_outbox_waiting", "Duties that are due", value=backlog["waiting"])
        yield GaugeMetricFamily("luzhang_outbox_stuck", "Duties that keep failing", value=backlog["stuck"])
        yield GaugeMetricFamily(
            "luzhang_outbox_oldest_seconds", "Age of the oldest due duty", value=backlog["oldest_s"]
        )
        yield GaugeMetricFamily("luzhang_feed_last_seq", "Last number of the feed", value=reader.head()[1])
        slow = jobs_backlog()
        jobs = GaugeMetricFamily("luzhang_jobs", "Slow work that waits or runs", labels=["state"])
        for state in ("queued", "running"):
            jobs.add_metric([state], slow[state])
        yield jobs
        yield GaugeMetricFamily(
            "luzhang_job_silent_seconds", "Age of the last sign of life of a running job", value=slow["silent_s"]
        )
        ages = GaugeMetricFamily(
            "luzhang_process_beat_age_seconds", "Age of heartbeats", labels=["name", "host", "pid"]
        )
        for beat in health.beats():
            ages.add_metric([beat["name"], beat["host"], str(beat["pid"])], beat["age_s"])
        yield ages


def exposition() -> bytes:
    """All metrics in Prometheus' text format."""
    return generate_latest(REGISTRY)


REGISTRY.register(KernelCollector())
