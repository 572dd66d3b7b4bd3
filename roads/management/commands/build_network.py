"""`manage.py build_network [--osm FILE]`."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from roads.models import NetworkBuild
from roads.network.files import GraphFileError, load_graph
from roads.network.graph import RoadGraph
from roads.network.warm import warm
from roads.selectors import current_build, networks_directory


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
        build = current_build()
        if osm is not None:
            self._clear_damaged(build)
            name = build.name if build else ""
            call_command("import_roads", osm=osm, name=name, stdout=self.stderr, stderr=self.stderr)
            build = current_build()
        if build is None:
            raise CommandError("there is no network yet: run ./run manage import_roads")
        try:
            graph = self._checked(build)
        except (GraphFileError, OSError) as error:
            raise CommandError(f"{error}: run ./run manage build_network --osm FILE ({build.source})") from error
        self.stderr.write("compiling and warming the search")
        warm()
        self.stderr.write(
            f"{graph.junction_count} junctions, {graph.arc_count} arcs whole and warm"
            f" after {time.monotonic() - started:.1f} s"
        )
        self.stdout.write(build.version)

    def _checked(self, build: NetworkBuild) -> RoadGraph:
        directory = networks_directory() / build.version
        self.stderr.write(f"checking {directory}")
        return load_graph(directory, verify=True)

    def _clear_damaged(self, build: NetworkBuild | None) -> None:
        """Files of the same content are kept by an import, so damaged ones have to go first; processes that have them
        open keep what they read."""
        if build is None:
            return
        try:
            self._checked(build)
        except (GraphFileError, OSError) as error:
            self.stderr.write(f"{error}: building anew")
            shutil.rmtree(networks_directory() / build.version, ignore_errors=True)
