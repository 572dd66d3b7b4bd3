"""Simulated units and events against a running house, through its own doors."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from core.errors import LuzhangError
from core.services import clock_set
from demo.simulation.accounts import HOUSE_URL, desk_tokens, units_played
from demo.simulation.habits import Habits
from demo.simulation.pace import house_now, house_sleep
from demo.simulation.posts import posts_named
from demo.simulation.scenes import Scenes
from demo.simulation.ways import Ways
from demo.simulation.world import World, calls_for_ever
from roads.selectors import current_network

EVERY_S = 20.0
PROGRESS_S = 60.0
POSTS = 60


class Command(BaseCommand):
    """`simulate [--url URL] [--rate R] [--seed S] [--minutes N] [--every S]`; without `--minutes` until stopped."""

    help = "Let units drive, report and serve, and events arrive, through trackers, API and stream."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default=HOUSE_URL, help=f"address of the house ({HOUSE_URL})")
        parser.add_argument("--rate", type=float, help="house seconds in a second (unchanged); for this run only")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--minutes", type=float, help="house minutes to run (until stopped)")
        parser.add_argument("--every", type=float, default=EVERY_S, help="mean house seconds between events (20)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            before = clock.refresh().rate
            network = current_network()
            units, tokens = units_played(), desk_tokens()
            if options["rate"] is not None:
                clock_set(actor_id=None, rate=options["rate"])
        except LuzhangError as error:
            raise CommandError(str(error)) from error
        seed = options["seed"]
        habits = Habits()
        scenes = Scenes(network.graph, seed=seed, habits=habits)
        scenes.posts = posts_named(scenes.places(POSTS))
        world = World.of(url=options["url"], units=units, tokens=tokens, ways=Ways(network), habits=habits, seed=seed)
        self.stderr.write(f"{len(units)} units, an event every {options['every']:g} s of house time")
        try:
            asyncio.run(self._run(world, scenes, options))
        finally:
            if options["rate"] is not None:
                clock_set(actor_id=None, rate=before)
        for line in world.tally.complaints:
            self.stderr.write(line)

    async def _run(self, world: World, scenes: Scenes, options: dict[str, Any]) -> None:
        prefix = f"sim-{options['seed']}-{house_now():%Y%m%d%H%M%S}"
        rng = random.Random(f"{options['seed']}:calls")

        async def work(playing: World) -> None:
            events = asyncio.create_task(
                calls_for_ever(playing, scenes.draw, prefix=prefix, every_s=options["every"], rng=rng)
            )
            spoken = asyncio.create_task(self._speak(playing))
            try:
                if options["minutes"] is None:
                    await events
                else:
                    await house_sleep(options["minutes"] * 60.0)
            finally:
                events.cancel()
                spoken.cancel()

        task = asyncio.create_task(world.play(work))
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def _speak(self, world: World) -> None:
        while True:
            await asyncio.sleep(PROGRESS_S)
            said = " ".join(f"{name}={count}" for name, count in sorted(world.tally.counts.items()))
            self.stderr.write(said)
