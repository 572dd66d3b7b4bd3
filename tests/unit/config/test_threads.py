"""Requests share a few kept threads, wait for them in turn, and are dropped when nobody waits for the answer."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from asgiref.sync import sync_to_async

from config.threads import ThreadedApplication


class _Application:
    """Notes the thread of its synchronous part and how many run at once."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.bodies: list[bytes] = []
        self.running = self.most = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.bodies.append((await receive())["body"])
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0)
        self.names.append(await sync_to_async(lambda: threading.current_thread().name)())
        self.running -= 1


def _receive(*messages: dict[str, Any]) -> Any:
    waiting = list(messages)

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    return receive


async def _send(message: Any) -> None:
    return None


async def test_requests_one_after_the_other_use_the_same_thread() -> None:
    inner = _Application()
    served = ThreadedApplication(inner, threads=4)
    for number in range(5):
        await served({}, _receive({"type": "http.request", "body": b"%d" % number}), _send)
    assert len(set(inner.names)) == 1
    assert inner.bodies == [b"0", b"1", b"2", b"3", b"4"]


async def test_no_more_requests_run_than_there_are_threads() -> None:
    inner = _Application()
    served = ThreadedApplication(inner, threads=3)
    await asyncio.gather(
        *(served({}, _receive({"type": "http.request", "body": b""}), _send) for _ in range(20)),
    )
    assert len(inner.names) == 20
    assert inner.most == 3
    assert len(set(inner.names)) == 3


async def test_a_request_whose_client_has_gone_is_not_run_and_frees_its_thread() -> None:
    inner = _Application()
    served = ThreadedApplication(inner, threads=1)
    await served({}, _receive(), _send)
    await served({}, _receive({"type": "http.request", "body": b"here"}), _send)
    assert inner.bodies == [b"here"]
