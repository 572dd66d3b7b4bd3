"""Counters of what this process took in."""

from __future__ import annotations

from collections import Counter

NAMES = (
    "requests",
    "stored",
    "duplicates",
    "refused",
    "alarms",
    "asked",
    "checked",
    "concluded",
    "unjudged",
    "storms",
    "unavailable",
    "pictures",
    "broken_pictures",
)

_counters: Counter[str] = Counter()


def count(name: str, amount: int = 1) -> None:
    """Add `amount` to a counter."""
    if amount:
        _counters[name] += amount


def snapshot() -> dict[str, int]:
    """All counters since the process started, zeros included."""
    return dict.fromkeys(NAMES, 0) | dict(_counters)


def reset() -> None:
    """Back to zero: for tests."""
    _counters.clear()
