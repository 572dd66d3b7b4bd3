"""`manage.py import_roads (--osm FILE | --place NAME | --demo [--nodes N] [--seed S]) [--name NAME]`."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import LuzhangError
from roads.models import NetworkBuild
from roads.network.graph import RoadGraph
from roads.network.source import SourceNetwork
from roads.services.axis_import import PostOnRoad, axes_import
from roads.services.facilities import facilities_locate
from roads.services.network_import import graph_of, network_import, network_switch
from roads.services.sources import generated_source
from roads.services.unfinished import network_discard
from stations.selectors import organisation_root
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
        where = self._where(options)
        try:
            source, origin, sha256, posts = self._read(options)
            self.say(f"{source.way_count} ways, {source.node_count} nodes read")
            build, graph = self._import(options, source, origin, sha256, posts)
            facilities_locate(actor=system_actor("import_roads"), progress=self.say)
        except (LuzhangError, ValueError) as error:
            raise CommandError(f"{where}: {error}") from error
        for reason, count in sorted(graph.skipped.items()):
            self.say(f"skipped: {reason}: {count}")
        counts = graph.counts
        if counts["islands"]:
            self.say(
                f"{counts['islands']} islands of {counts['island_edges']} edges, {counts['island_m'] / 1000:.1f} km:"
                " kept and flagged, but no unit is sent over them"
            )
        self.say(f"{counts['restrictions']} turn restrictions in force")
        self.say(
            f"{build.junction_count} junctions, {build.arc_count} directed edges, {build.length_km:.0f} km in force"
            f" as {build.version} after {time.monotonic() - started:.1f} s"
        )
        self.stdout.write(build.version)

    def _import(
        self, options: dict[str, Any], source: SourceNetwork, origin: str, sha256: str, posts: list[PostOnRoad]
    ) -> tuple[NetworkBuild, RoadGraph]:
        """From the source to a network in force; what this import made is taken away again when it fails."""
        actor = system_actor("import_roads")
        before = set(NetworkBuild.objects.values_list("pk", flat=True))
        name = options["name"] or source.name or origin
        build, graph = network_import(
            actor=actor, source=source, name=name, origin=origin, sha256=sha256, progress=self.say
        )
        axes: tuple[int, ...] = ()
        try:
            if not options["no_axes"]:
                report = axes_import(
                    actor=actor,
                    organisation=organisation_root(),
                    build=build,
                    graph=graph,
                    directory=graph_of(build)[1],
                    posts=posts,
                    progress=self.say,
                )
                axes = report.new_axes
                self.say(f"{report.covered_km:.0f} of {report.named_km:.0f} named km lie on axes")
            network_switch(actor=actor, build=build, progress=self.say)
        except BaseException:
            if build.pk not in before:
                network_discard(actor=actor, build=build, axes=axes)
            raise
        return build, graph

    def say(self, text: str) -> None:
        """Progress goes to stderr."""
        self.stderr.write(text)

    def _where(self, options: dict[str, Any]) -> str:
        """What the roads are read from, as an error names it: a file by its whole path."""
        return str(options["osm"].absolute()) if options["osm"] else options["place"] or "--demo"

    def _read(self, options: dict[str, Any]) -> tuple[SourceNetwork, str, str, list[PostOnRoad]]:
        if options["demo"]:
            return self._county(options)
        if options["place"]:
            from roads.reading.place import read_place

            return read_place(options["place"]), options["place"], "", []
        path: Path = options["osm"]
        if path.suffix == ".graphml":
            from roads.reading.graphml import read_graphml

            source = read_graphml(path)
        else:
            from roads.reading.osm import read_osm

            source = read_osm(path)
        return source, path.name, hashlib.sha256(path.read_bytes()).hexdigest(), []

    def _county(self, options: dict[str, Any]) -> tuple[SourceNetwork, str, str, list[PostOnRoad]]:
        source, posts = generated_source("county", nodes=options["nodes"], seed=options["seed"])
        return source, f"generated county, seed {options['seed']}", "", list(posts)
