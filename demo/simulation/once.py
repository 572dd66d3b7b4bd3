"""One measured run: N house minutes of events, then silence until every case is settled one way or the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.db import connection

from core.services import clock_set
from demo.simulation.figures import incidents_taken
from demo.simulation.keeping import WeightsKeeper
from demo.simulation.pace import house_now, house_sleep
from demo.simulation.scenes import Scene
from demo.simulation.world import World, calls
from incidents.states import IncidentState

# Calls stop before the end, so that the last ones have the time to be seen through.
CALLING_SHARE = 0.75
CALLS_A_MINUTE = 21.0
WARM_UP_S = 20.0  # house: every unit reports at least once before the first call
READY_S = 60.0  # wall
DRAIN_S = 90.0  # wall
HEARD_S = 60.0  # wall
PROGRESS_S = 5.0


@dataclass(slots=True)
class Counts:
    """What stood at the end of the N minutes, before the drain: cases closed, wall seconds that they took; after
    the drain the feed number up to which the stream had to be read.
    """

    closed: int = 0
    wall_s: float = 0.0
    upto_seq: int = 0


def _end_reached(counts: Counts) -> None:
    """Count, and let the clock run as everywhere else again: what drains is not hurried by the simulation."""
    counts.closed = incidents_taken().filter(state=IncidentState.CLOSED.value).count()
    clock_set(actor_id=None, rate=1.0)


def _settled() -> tuple[bool, int]:
    """Whether nothing urgent is left to do, and the highest feed number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_outboxtask WHERE done_at IS NULL")
        waiting = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FILTER (WHERE feed_seq IS NULL), coalesce(max(feed_seq), 0) FROM core_event")
        unnumbered, last = cursor.fetchone()
    open_cases = (
        incidents_taken().filter(state="pending", assigned_at=None, shortfall="").exclude(assignments__state="proposed")
    )
    return waiting == 0 and unnumbered == 0 and not open_cases.exists(), int(last)


async def run(
    world: World, scenes: list[Scene], *, minutes: float, keeper: WeightsKeeper, say: Callable[[str], None]
) -> Counts:
    """Play the scenes. Everything goes through HTTP; the database is read at the end only."""
    counts = Counts()

    async def work(playing: World) -> None:
        watching = asyncio.create_task(keeper.watch())
        speaking = asyncio.create_task(_speak(playing, say))
        try:
            await _ready(playing)
            await house_sleep(WARM_UP_S)
            begun, wall = house_now(), time.monotonic()
            calling = asyncio.create_task(calls(playing, scenes))
            await house_sleep(minutes * 60.0)
            await calling
            counts.wall_s = time.monotonic() - wall
            say(f"{(house_now() - begun).total_seconds():.0f} s of house time in {counts.wall_s:.1f} s; draining")
            playing.go_quiet()
            await sync_to_async(_end_reached)(counts)
            counts.upto_seq = await _drain(playing)
        finally:
            watching.cancel()
            speaking.cancel()

    await world.play(work)
    return counts


async def _ready(world: World) -> None:
    """Until what loading left in the outbox is done and the web process has answered each kind of request once."""
    end = time.monotonic() + READY_S
    for path in ("/api/v1/incidents/?limit=1", "/api/v1/assignments/?open=1"):
        await world.client.get(path, token=world.watch.token)
    while not (await sync_to_async(_settled)())[0] and time.monotonic() < end:
        await asyncio.sleep(0.2)


async def _drain(world: World) -> int:
    """Until the outbox is empty and every case has a unit or a reason; then until the stream has caught up with the
    feed number of that moment, which is returned.
    """
    end = time.monotonic() + DRAIN_S
    settled, last = await sync_to_async(_settled)()
    while not settled and time.monotonic() < end:
        await asyncio.sleep(0.2)
        settled, last = await sync_to_async(_settled)()
    end = time.monotonic() + HEARD_S
    while world.watch.last_seq < last and time.monotonic() < end:
        await asyncio.sleep(0.05)
    return last


async def _speak(world: World, say: Callable[[str], None]) -> None:
    while True:
        await asyncio.sleep(PROGRESS_S)
        counts = world.tally.counts
        names = ("sent", "acknowledged", "on_scene", "reported", "close", "fixes", "complaints")
        say(" ".join(f"{name}={counts[name]}" for name in names))
