"""Counters of the tracker intake of this process."""

from __future__ import annotations

from collections import Counter

_counters: Counter[str] = Counter()

NAMES = (
    "requests",
    "fixes_stored",
    "fixes_duplicate",
    "fixes_outside_tour",
    "heartbeats",
    "ignored",
    "rejected",
    "unknown_device",
    "locked_device",
    "alarms",
    "sos",
    "flushes",
    "reconnects",
    "unavailable",
    "unstorable",
)


def count(name: str, amount: int = 1) -> None:
    """Add `amount` to the counter `name`; called from the event loop and from the writer's thread."""
    _counters[name] += amount


def snapshot() -> dict[str, int]:
    """All counters since the process started, zeros included, with `rejected_<code>` for each code seen."""
    return dict.fromkeys(NAMES, 0) | dict(_counters)


def reset() -> None:
    """Back to zero: for tests."""
    _counters.clear()
