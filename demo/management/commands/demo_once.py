"""The measured run of `./run demo --once`: N house minutes through every door, then one JSON object."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from core.errors import LuzhangError
from core.services import clock_set
from demo.simulation import figures, once
from demo.simulation.accounts import HOUSE_URL, desk_tokens, units_played
from demo.simulation.habits import BRISK
from demo.simulation.integrity import integrity
from demo.simulation.keeping import WeightsKeeper, snapshot_write
from demo.simulation.posts import posts_named
from demo.simulation.scenes import Scene, Scenes
from demo.simulation.ways import Ways
from demo.simulation.world import World
from incidents.verification.snapshot import Summary, verify
from roads.selectors import current_network

RATE = 10.0
SETTLE_S = 2.5  # wall: every process reads the clock's rate once a second
POSTS = 60


class Command(BaseCommand):
    """`demo_once [--url URL] [--minutes N] [--rate R] [--seed S] [--json]`; exit 0: nothing lost, nothing doubled."""

    help = "Run N simulated minutes against a running house and report the figures of the contract."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default=HOUSE_URL)
        parser.add_argument("--minutes", type=float, default=10.0)
        parser.add_argument("--rate", type=float, default=RATE, help="house seconds in a second, at least 10 (10)")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["minutes"] <= 0 or options["rate"] < 10:
            raise CommandError("--minutes must be above 0 and --rate at least 10")
        try:
            network = current_network()
            world, scenes = self._stage(network, options)
            keeper = WeightsKeeper(network)
            clock_set(actor_id=None, rate=options["rate"])
            time.sleep(SETTLE_S)
            anchor = clock.refresh()
            try:
                counts = asyncio.run(
                    once.run(world, scenes, minutes=options["minutes"], keeper=keeper, say=self.stderr.write)
                )
            finally:
                clock_set(actor_id=None, rate=1.0)
        except LuzhangError as error:
            raise CommandError(str(error)) from error
        folder = Path(settings.LUZHANG_VAR) / "snapshots" / datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        kept = snapshot_write(folder, keeper)
        self.stderr.write(f"verifying {kept} decisions with plain Dijkstra")
        summary = verify(folder)
        report = self._report(network, world, counts, anchor, summary, folder)
        self._explain(world, summary)
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self._table(report)
        if report["lost"] or report["duplicated"] or summary.unconfirmed:
            raise SystemExit(1)

    def _stage(self, network: Any, options: dict[str, Any]) -> tuple[World, list[Scene]]:
        seed = options["seed"]
        units, tokens = units_played(), desk_tokens()
        scenes = Scenes(network.graph, seed=seed, habits=BRISK)
        scenes.posts = posts_named(scenes.places(POSTS))
        count = round(once.CALLS_A_MINUTE * options["minutes"])
        calling_s = options["minutes"] * 60.0 * once.CALLING_SHARE
        listed = scenes.spread(count, calling_s, f"once-{seed}-{clock.now():%Y%m%d%H%M%S}")
        world = World.of(url=options["url"], units=units, tokens=tokens, ways=Ways(network), habits=BRISK, seed=seed)
        self.stderr.write(f"{len(units)} units, {count} events, {options['rate']:g} times real time")
        return world, listed

    def _report(
        self, network: Any, world: World, counts: once.Counts, anchor: Any, summary: Summary, folder: Path
    ) -> dict[str, Any]:
        waited = figures.waited_ids()
        delays, how = figures.assignment_delays_ms(anchor, waited)
        sound = integrity(world.tally, counts.upto_seq)
        for name, rows in sound.named().items():
            for row in rows[:5]:
                self.stderr.write(f"{name}: {row}")
        self.stderr.write(f"alert to assignment of {len(delays)} incidents by {how} times")
        return {
            "network": figures.network_figures(network.graph),
            "units": figures.tours_out(),
            "incidents": figures.incidents_taken().count(),
            "assigned": figures.assigned_count(),
            "closed": counts.closed,
            "shortfalls": summary.shortfalls,
            "waited": len(waited),
            "decisions": figures.decisions_by_origin(),
            "alert_to_assignment_ms": figures.percentiles(delays),
            "nearest_exact_share": round(summary.exact_share, 6),
            "straight_line_wrong_share": round(summary.straight_wrong_share, 4),
            "mean_travel_s": figures.mean_travel_s(),
            "lost": sound.lost_count,
            "duplicated": sound.duplicated_count,
            "snapshot": str(folder),
        }

    def _explain(self, world: World, summary: Summary) -> None:
        """What a person wants to know beside the figures."""
        self.stderr.write(f"shortfalls confirmed by the oracle: {summary.shortfalls - len(summary.unconfirmed)}"
                          f" of {summary.shortfalls}")  # fmt: skip
        for line in [*summary.unconfirmed[:10], *summary.wrong[:10], *world.tally.complaints[:10]]:
            self.stderr.write(line)
        counts = " ".join(f"{name}={count}" for name, count in sorted(world.tally.counts.items()))
        self.stderr.write(counts)

    def _table(self, report: dict[str, Any]) -> None:
        for name, value in report.items():
            if isinstance(value, dict):
                value = ", ".join(f"{key} {part}" for key, part in value.items())
            self.stdout.write(f"{name:28}{value}")
