"""Periodic jobs of the urgent processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Job:
    """`fn()` every `every_s` wall seconds; `exclusive`: in one process of the deployment only; lanes take turns."""

    name: str
    every_s: float
    fn: Callable[[], object]
    exclusive: bool
    lane: str


_jobs: dict[str, Job] = {}


def register(
    name: str, every_s: float, fn: Callable[[], object], exclusive: bool = False, *, lane: str = "rooms"
) -> None:
    """Register a periodic job of `run_urgent`.

    A job opens its own transactions and finds its work in the database; its exceptions are logged and it runs again
    next time. Each lane is one thread with one database session, so a job that must not wait for others names a lane
    of its own.
    """
    known = _jobs.get(name)
    if known is not None and known.fn is not fn:
        raise ValueError(f"two jobs are called {name}")
    if every_s <= 0:
        raise ValueError(f"job {name}: every_s has to be above zero")
    _jobs[name] = Job(name, every_s, fn, exclusive, lane)


def jobs() -> list[Job]:
    """All jobs registered in this process."""
    return list(_jobs.values())
