"""Waiting by the house's clock inside an event loop, at any rate."""

from __future__ import annotations

import asyncio
from datetime import datetime

from core import clock

LONGEST_WAIT_S = 1.0  # wall; a change of the rate is followed within this time


def house_now() -> datetime:
    """House time (the cached anchor; `follow` keeps it fresh)."""
    return clock.now()


async def house_sleep(seconds: float) -> None:
    """Sleep for seconds of house time, following changes of the rate."""
    left = seconds
    while left > 0:
        before = clock.now()
        rate = clock.anchor().rate
        wall_s = min(LONGEST_WAIT_S, left / rate if rate > 0 else LONGEST_WAIT_S)
        await asyncio.sleep(wall_s)
        # At least a little, so that a clock put back does not hold a crew for ever.
        left -= max((clock.now() - before).total_seconds(), 1e-3)


def _refresh() -> None:
    from django.db import connection

    try:
        clock.refresh()
    finally:
        connection.close()


async def follow() -> None:
    """Read the clock's anchor each second, for as long as the loop runs."""
    while True:
        await asyncio.to_thread(_refresh)
        await asyncio.sleep(LONGEST_WAIT_S)
