"""One event loop in which crews, calls and desk live together."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from demo.simulation.crew import Crew
from demo.simulation.desk import Desk
from demo.simulation.habits import Habits
from demo.simulation.http import Client
from demo.simulation.pace import follow, house_now, house_sleep
from demo.simulation.scenes import Scene
from demo.simulation.tally import Tally
from demo.simulation.watch import Watch
from demo.simulation.ways import Ways

STREAM_TIMEOUT_S = 20.0
# A web process answers few at once sooner than many.
API_CONNECTIONS = 8
Work = Callable[["World"], Coroutine[Any, Any, None]]


@dataclass(slots=True)
class World:
    """Everything that plays. `play` runs `work` while crews drive, the stream is read and the clock is followed."""

    crews: dict[int, Crew]
    desk: Desk
    watch: Watch
    client: Client
    trackers: Client
    tally: Tally

    @classmethod
    def of(
        cls,
        *,
        url: str,
        units: Sequence[Mapping[str, Any]],
        tokens: Mapping[str, str],
        ways: Ways,
        habits: Habits,
        seed: int,
    ) -> World:
        """Make the crews and the desk. Each has a chance of its own, so that one more unit changes no other."""
        tally = Tally()
        client, trackers = Client(url, connections=API_CONNECTIONS), Client(url)
        crews = {
            int(row["tour_id"]): Crew(
                tour_id=int(row["tour_id"]),
                call_sign=str(row["call_sign"]),
                kind=str(row["kind"]),
                tracker=str(row["tracker"]),
                token=str(row["token"]),
                lon=float(row["lon"]),
                lat=float(row["lat"]),
                client=client,
                trackers=trackers,
                ways=ways,
                habits=habits,
                tally=tally,
                rng=random.Random(f"{seed}:{row['call_sign']}"),
            )
            for row in units
        }
        desk = Desk(client, tokens, habits, tally, random.Random(f"{seed}:desk"))
        watch = Watch(client, tokens["commander"], crews, desk, tally)
        return cls(crews, desk, watch, client, trackers, tally)

    async def play(self, work: Work) -> None:
        """Run `work` to its end; then everybody goes home."""
        background = [asyncio.create_task(follow()), asyncio.create_task(self.watch.listen())]
        try:
            async with asyncio.timeout(STREAM_TIMEOUT_S):
                await self.watch.connected.wait()
            background.append(asyncio.create_task(self.watch.look()))
            background += [asyncio.create_task(crew.live()) for crew in self.crews.values()]
            await self._with(background, work)
        finally:
            self.desk.dismiss()
            for crew in self.crews.values():
                crew.dismiss()
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            await self.client.close()
            await self.trackers.close()

    async def _with(self, background: list[asyncio.Task[None]], work: Work) -> None:
        """Run the work; a crew or reader that fails is a fault of the simulation and ends it."""
        main = asyncio.create_task(work(self))
        try:
            done, _ = await asyncio.wait({main, *background}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            if not main.done():
                raise RuntimeError("a part of the simulation ended by itself")
        finally:
            main.cancel()

    def go_quiet(self) -> None:
        """Nobody acts any more; the stream is still read."""
        self.watch.acting = False
        self.desk.dismiss()
        for crew in self.crews.values():
            crew.dismiss()


async def calls(world: World, scenes: Sequence[Scene]) -> None:
    """Report a list of events at their times."""
    begun = house_now()
    for scene in scenes:
        await house_sleep(scene.at_s - (house_now() - begun).total_seconds())
        world.desk.call_comes(scene)


async def calls_for_ever(
    world: World, draw: Callable[[float, str], Scene], *, prefix: str, every_s: float, rng: random.Random
) -> None:
    """Report events at random, on average one every `every_s` seconds of house time (a Poisson process)."""
    number = 0
    while True:
        await house_sleep(rng.expovariate(1.0 / every_s))
        world.desk.call_comes(draw(0.0, f"{prefix}-{number}"))
        number += 1
