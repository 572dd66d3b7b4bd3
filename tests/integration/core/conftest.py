"""What the kernel's database tests share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from core import clock, events, timers


@pytest.fixture
def handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty registry of handlers, for this test alone."""
    monkeypatch.setattr(events, "_by_topic", {})
    monkeypatch.setattr(events, "_by_name", {})
    monkeypatch.setattr(timers, "_handlers", {})
    yield


@pytest.fixture(autouse=True)
def true_clock() -> Iterator[None]:
    """House time is read anew in each test."""
    clock.forget()
    yield
    clock.use_database(True)


@pytest.fixture
def in_thread() -> Iterator[Callable[[Callable[[], Any]], threading.Thread]]:
    """Start a function in a thread with a database session of its own; its exception fails the test."""
    started: list[threading.Thread] = []
    faults: list[BaseException] = []

    def start(work: Callable[[], Any]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except BaseException as problem:
                faults.append(problem)
            finally:
                connection.close()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        started.append(thread)
        return thread

    yield start
    for thread in started:
        thread.join(timeout=20)
    assert not faults, faults
