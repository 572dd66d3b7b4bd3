"""`manage.py import_roads (--osm FILE | --place NAME | --demo [--nodes N] [--seed S]) [--name NAME]`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import LuzhangError
from roads.services.roads_import import RoadsRead, roads_import, roads_of_county, roads_of_file, roads_of_place
from stations.types import system_actor


class Command(BaseCommand):
    help = "Read roads, build the routing network, derive road axes, and put the network in force."

    def add_arguments(self, parser: CommandParser) -> None:
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--osm", type=Path, metavar="FILE", help=".osm, .osm.bz2, .osm.pbf or .graphml")
        where.add_argument("--place", metavar="NAME", help="a place, fetched by osmnx (needs internet)")
        where.add_argument("--demo", action="store_true", help="the generated county")
        parser.add_argument("--nodes", type=int, default=8000, help="junctions of the generated county (8000)")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--name", default="", help="name of the network")
        parser.add_argument("--no-axes", action="store_true", help="leave road axes alone")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        try:
            build, _graph = roads_import(
                actor=system_actor("import_roads"),
                read=self._read(options),
                name=options["name"],
                axes=not options["no_axes"],
                progress=self.say,
            )
        except (LuzhangError, ValueError) as error:
            raise CommandError(f"{self._where(options)}: {error}") from error
        self.say(
            f"{build.junction_count} junctions, {build.arc_count} directed edges, {build.length_km:.0f} km in force"
            f" as {build.version} after {time.monotonic() - started:.1f} s"
        )
        self.stdout.write(build.version)

    def say(self, text: str) -> None:
        """Progress goes to stderr."""
        self.stderr.write(text)

    def _where(self, options: dict[str, Any]) -> str:
        """What the roads are read from, as an error names it: a file by its whole path."""
        return str(options["osm"].absolute()) if options["osm"] else options["place"] or "--demo"

    def _read(self, options: dict[str, Any]) -> RoadsRead:
        if options["demo"]:
            return roads_of_county(nodes=options["nodes"], seed=options["seed"])
        return roads_of_place(options["place"]) if options["place"] else roads_of_file(options["osm"])
