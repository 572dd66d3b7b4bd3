"""`manage.py build_network [--osm FILE]`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import LuzhangError
from roads.services.roads_import import network_check, network_rebuild, roads_of_file
from stations.types import system_actor


class Command(BaseCommand):
    help = (
        "Check the graph files of the network in force (every checksum), compile the search and warm it. Turn "
        "restrictions live in the graph files only, so files that are lost or damaged are built anew from the source: "
        "give the same file by --osm; road axes and who answers for them stay as they are."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--osm", type=Path, metavar="FILE", help="the source file, to build the graph files anew")

    def handle(self, *args: Any, osm: Path | None, **options: Any) -> None:
        started = time.monotonic()
        try:
            if osm is not None:
                network_rebuild(actor=system_actor("build_network"), read=roads_of_file(osm), progress=self.say)
            build, graph = network_check(progress=self.say)
        except (LuzhangError, ValueError) as error:
            raise CommandError(f"{osm.absolute()}: {error}" if osm is not None else str(error)) from error
        self.say(
            f"{graph.junction_count} junctions, {graph.arc_count} arcs whole and warm"
            f" after {time.monotonic() - started:.1f} s"
        )
        self.stdout.write(build.version)

    def say(self, text: str) -> None:
        """Progress goes to stderr."""
        self.stderr.write(text)
