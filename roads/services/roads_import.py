"""Roads from a file, a place or the generated county to a network in force; what commands and jobs both call."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from core.errors import Conflict, NotFound
from roads.models import NetworkBuild
from roads.network.build import build_graph
from roads.network.files import GraphFileError, load_graph
from roads.network.graph import RoadGraph
from roads.network.source import SourceNetwork
from roads.selectors.networks import current_build, networks_directory
from roads.services.axis_import import PostOnRoad, axes_import
from roads.services.facilities import facilities_locate
from roads.services.network_import import graph_of, network_import, network_switch
from roads.services.sources import generated_source
from roads.services.unfinished import network_discard
from stations.selectors import organisation_root
from stations.services import require
from stations.types import Actor, DataClass, Verb

Progress = Callable[[str], None]

# Any number that nobody else takes: two imports at once would take each other's files for leftovers.
ALONE_KEY = 7_204_110
ALONE_LOOK_S = 1.0


@dataclass(frozen=True, slots=True)
class RoadsRead:
    """Roads as they were read: the network, where it came from (named in the build), posts that calibrate its axes."""

    network: SourceNetwork
    origin: str
    sha256: str = ""
    posts: Sequence[PostOnRoad] = ()
    name: str = ""


def roads_of_file(path: Path, *, origin: str = "") -> RoadsRead:
    """Roads of an .osm, .osm.bz2, .osm.pbf or .graphml file. Raises InvalidInput or ValueError for a broken one.

    `origin`: the file's own name, where `path` is a copy of it under another one.
    """
    if path.suffix == ".graphml":
        from roads.reading.graphml import read_graphml

        source = read_graphml(path)
    else:
        from roads.reading.osm import read_osm

        source = read_osm(path)
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return RoadsRead(source, origin or path.name, digest, name=origin.split(".", maxsplit=1)[0])


def roads_of_place(name: str) -> RoadsRead:
    """Roads of a place, fetched by osmnx; needs internet."""
    from roads.reading.place import read_place

    return RoadsRead(read_place(name), name)


def roads_of_county(*, nodes: int, seed: int) -> RoadsRead:
    """The generated county with its posts."""
    source, posts = generated_source("county", nodes=nodes, seed=seed)
    return RoadsRead(source, f"generated county, seed {seed}", "", list(posts))


def roads_check(*, read: RoadsRead, progress: Progress) -> RoadGraph:
    """Build the graph in memory and save nothing: what a dry run tells."""
    progress(f"{read.network.way_count} ways, {read.network.node_count} nodes read")
    return build_graph(read.network, progress)


def roads_import(
    *, actor: Actor, read: RoadsRead, name: str = "", axes: bool = True, progress: Progress
) -> tuple[NetworkBuild, RoadGraph]:
    """From roads that were read to a network in force: graph, edges, axes, switch, places on roads. Idempotent by
    content; what this import made is taken away again when it fails. One import at a time, the others wait.
    """
    require(actor, Verb.CREATE, DataClass.ROAD_NETWORK)
    progress(f"{read.network.way_count} ways, {read.network.node_count} nodes read")
    with alone(progress):
        build, graph = _imported(actor, read, name, axes, progress)
    facilities_locate(actor=actor, progress=progress)
    _tell(graph, progress)
    return build, graph


def network_check(*, progress: Progress) -> tuple[NetworkBuild, RoadGraph]:
    """Verify every checksum of the network in force and warm the search. Raises NotFound, or Conflict naming the source
    when its files are lost or damaged.
    """
    build = current_build()
    if build is None:
        raise NotFound(_("还没有路网"), field="network", cure="./run manage import_roads")
    try:
        graph = _verified(build, progress)
    except (GraphFileError, OSError) as problem:
        raise Conflict(
            str(problem), field="network", value=build.version, cure=f"build_network --osm FILE ({build.source})"
        ) from problem
    progress("compiling and warming the search")
    # Loaded on use: the compiled search costs 100 MB.
    from roads.network.warm import warm

    warm()
    return build, graph


def network_rebuild(*, actor: Actor, read: RoadsRead, progress: Progress) -> tuple[NetworkBuild, RoadGraph]:
    """Build lost or damaged graph files anew from their source, under the name in force; axes stay as they are."""
    require(actor, Verb.CREATE, DataClass.ROAD_NETWORK)
    build = current_build()
    if build is not None:
        try:
            _verified(build, progress)
        except (GraphFileError, OSError) as problem:
            # Files of the same content are kept by an import, so damaged ones have to go first; processes that have
            # them open keep what they read.
            progress(f"{problem}: building anew")
            shutil.rmtree(networks_directory() / build.version, ignore_errors=True)
    return roads_import(actor=actor, read=read, name=build.name if build else "", progress=progress)


def _verified(build: NetworkBuild, progress: Progress) -> RoadGraph:
    directory = networks_directory() / build.version
    progress(f"checking {directory}")
    return load_graph(directory, verify=True)


def _imported(
    actor: Actor, read: RoadsRead, name: str, axes: bool, progress: Progress
) -> tuple[NetworkBuild, RoadGraph]:
    before = set(NetworkBuild.objects.values_list("pk", flat=True))
    build, graph = network_import(
        actor=actor,
        source=read.network,
        name=name or read.name or read.network.name or read.origin,
        origin=read.origin,
        sha256=read.sha256,
        progress=progress,
    )
    made: tuple[int, ...] = ()
    try:
        if axes:
            report = axes_import(
                actor=actor,
                organisation=organisation_root(),
                build=build,
                graph=graph,
                directory=graph_of(build)[1],
                posts=read.posts,
                progress=progress,
            )
            made = report.new_axes
            progress(f"{report.covered_km:.0f} of {report.named_km:.0f} named km lie on axes")
        network_switch(actor=actor, build=build, progress=progress)
    except BaseException:
        if build.pk not in before:
            network_discard(actor=actor, build=build, axes=made)
        raise
    return build, graph


def _tell(graph: RoadGraph, progress: Progress) -> None:
    for reason, count in sorted(graph.skipped.items()):
        progress(f"skipped: {reason}: {count}")
    counts = graph.counts
    if counts["islands"]:
        progress(
            f"{counts['islands']} islands of {counts['island_edges']} edges, {counts['island_m'] / 1000:.1f} km:"
            " kept and flagged, but no unit is sent over them"
        )
    progress(f"{counts['restrictions']} turn restrictions in force")


@contextmanager
def alone(progress: Progress) -> Iterator[None]:
    """One import of roads at a time in the deployment, whoever runs it; the lock ends with its database session."""
    with connection.cursor() as cursor:
        while not _one(cursor, "SELECT pg_try_advisory_lock(%s)"):
            progress("another import of roads is at work: waiting")
            time.sleep(ALONE_LOOK_S)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            _one(cursor, "SELECT pg_advisory_unlock(%s)")


def _one(cursor: Any, statement: str) -> bool:
    cursor.execute(statement, [ALONE_KEY])
    return bool(cursor.fetchone()[0])
