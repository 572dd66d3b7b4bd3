"""From a source network to a build in force: graph files, edges in the database, switch. Idempotent by content.

The graph's version is a hash of its content, so importing the same file twice finds the build it made before. A
re-import never moves responsibility: axes are another step (`axis_import`) and only yield a review list.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import shapely
from django.conf import settings
from django.contrib.gis.geos import Polygon
from django.db import connection, transaction
from django.utils.translation import gettext as _

from core import audit, clock, events
from core.errors import NotFound
from core.geo.srid import STORE_SRID, metric_srid_configure, utm_srid
from roads.models import NetworkBuild
from roads.network.build import build_graph
from roads.network.files import load_graph, with_version, write_graph
from roads.network.graph import RoadGraph
from roads.network.source import SourceNetwork
from roads.selectors.networks import network_forget, networks_directory
from roads.services.carrying import closures_carry, speeds_carry
from roads.services.unfinished import network_discard, unfinished_sweep
from stations.services import require
from stations.types import Actor, DataClass, Verb

Progress = Callable[[str], None]

CHUNK = 50_000
NETWORK_CHANNEL = "luzhang_network"

_COPY_SQL = """
    COPY roads_roadedge (build_id, edge_no, source_way_id, name, ref, road_class, oneway, flags, is_island, length_m,
                         axis_id, axis_from_m, axis_to_m, geom) FROM STDIN
"""


def network_import(
    *, actor: Actor, source: SourceNetwork, name: str, origin: str, sha256: str = "", progress: Progress
) -> tuple[NetworkBuild, RoadGraph]:
    """Build the graph of a source, store its edges, and leave the build READY (not yet in force).

    Returns the build and its graph. A build of the same content is returned as it is. An import that fails leaves
    neither files nor rows; what killed ones left is swept by the next.
    """
    require(actor, Verb.CREATE, DataClass.ROAD_NETWORK)
    for name_of_it in unfinished_sweep():
        progress(f"swept what an import left that was killed: {name_of_it}")
    graph = build_graph(source, progress)
    progress("writing graph files")
    directory = write_graph(graph, networks_directory())
    graph = with_version(graph, directory.name)
    known = NetworkBuild.objects.filter(version=directory.name).first()
    if known is not None and known.state == NetworkBuild.State.READY and known.edges.count() == graph.edge_count:
        progress(f"the same network is already here: {known.version}")
        return known, graph
    if known is not None:
        known.delete()
    build = NetworkBuild.objects.create(
        version=directory.name,
        name=name,
        source=origin,
        source_sha256=sha256,
        attribution=source.attribution,
        generated=source.generated,
        junction_count=graph.counts["junctions"],
        arc_count=int(np.count_nonzero((graph.arc_edge >= 0) & (graph.base_ms[0] < 2**30))),
        edge_count=graph.edge_count,
        length_km=float(graph.edge_length_m[np.asarray(graph.edge_island) == 0].sum()) / 1000.0,
        metric_srid=_metric_srid(graph),
        bounds=_bounds(graph),
        report={"counts": graph.counts, "skipped": graph.skipped},
        state=NetworkBuild.State.BUILDING,
    )
    try:
        edges_copy(build, graph, progress)
    except BaseException:
        network_discard(actor=actor, build=build, keep_files=known is not None)
        raise
    build.state, build.built_at = NetworkBuild.State.READY, clock.now()
    build.save(update_fields=["state", "built_at"])
    return build, graph


def edges_copy(build: NetworkBuild, graph: RoadGraph, progress: Progress) -> None:
    """COPY all edges of a graph, in chunks that commit on their own so that nobody waits for an import."""
    total = graph.edge_count
    pointer = np.asarray(graph.shape_ptr)
    names, refs = [_text(value[:200]) for value in graph.strings], [_text(value[:100]) for value in graph.strings]
    for first in range(0, total, CHUNK):
        last = min(total, first + CHUNK)
        a, b = int(pointer[first]), int(pointer[last])
        owner = np.repeat(np.arange(last - first), np.diff(pointer[first : last + 1]))
        lines = shapely.linestrings(np.c_[graph.shape_lon[a:b], graph.shape_lat[a:b]], indices=owner)
        wkb = shapely.to_wkb(shapely.set_srid(lines, STORE_SRID), hex=True, include_srid=True)
        text = io.StringIO("".join(_edge_rows(build.pk, graph, (names, refs), first, last, wkb)))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.copy_expert(_COPY_SQL, text)
        progress(f"edges {last}/{total}")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE roads_roadedge")


def _edge_rows(
    build_id: int,
    graph: RoadGraph,
    escaped: tuple[Sequence[str], Sequence[str]],
    first: int,
    last: int,
    wkb: Iterable[str],
) -> Iterator[str]:
    """COPY lines of the edges first .. last - 1; `escaped`: the graph's strings as names and as refs; `wkb`: hex."""
    names, refs = escaped
    columns = zip(
        range(first, last),
        graph.edge_way_id[first:last].tolist(),
        graph.edge_name[first:last].tolist(),
        graph.edge_ref[first:last].tolist(),
        graph.edge_class[first:last].tolist(),
        graph.edge_oneway[first:last].tolist(),
        graph.edge_flags[first:last].tolist(),
        graph.edge_island[first:last].tolist(),
        graph.edge_length_m[first:last].tolist(),
        wkb,
        strict=True,
    )
    for e, way, name, ref, road_class, oneway, flags, island, length_m, line in columns:
        yield (
            f"{build_id}\t{e}\t{way}\t{names[name] if name >= 0 else ''}\t"
            f"{refs[ref] if ref >= 0 else ''}\t{road_class}\t{oneway}\t{flags}\t{'t' if island else 'f'}\t"
            f"{length_m:.3f}\t\\N\t\\N\t\\N\t{line}\n"
        )


def _text(value: str) -> str:
    """Escape for COPY's text format."""
    return value.replace("\\", "\\\\").replace("\t", " ").replace("\n", " ").replace("\r", " ")


def network_switch(*, actor: Actor, build: NetworkBuild, progress: Progress) -> NetworkBuild:
    """Put a build in force for every process, verified, and drop the edges of the builds before it.

    Processes see it within a second; searches that run keep the network they began with. A build that is in force
    already is verified and handed out anew, but nothing is put on record: nothing was switched.
    """
    require(actor, Verb.CHANGE, DataClass.ROAD_NETWORK)
    directory = networks_directory() / build.version
    if not directory.is_dir():
        raise NotFound(
            _("缺少路网文件"), field="network", value=build.version, cure=_("运行 ./run manage build_network")
        )
    progress("verifying checksums")
    load_graph(directory, verify=True)
    with transaction.atomic():
        NetworkBuild.objects.filter(is_current=True).exclude(pk=build.pk).update(
            is_current=False, state=NetworkBuild.State.RETIRED
        )
        switched = NetworkBuild.objects.filter(pk=build.pk, is_current=False).update(
            is_current=True, state=NetworkBuild.State.READY
        )
        build.refresh_from_db()
        closures_carry(build=build, progress=progress)
        speeds_carry(build=build, progress=progress)
        if switched:
            _tell_switched(actor, build)
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {NETWORK_CHANNEL}")
    network_forget()
    metric_srid_configure(build.metric_srid)
    stale = NetworkBuild.objects.filter(state=NetworkBuild.State.RETIRED).values_list("pk", flat=True)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM roads_roadedge WHERE build_id = ANY(%s)", [list(stale)])
    return build


def _tell_switched(actor: Actor, build: NetworkBuild) -> None:
    audit.record(
        actor_id=actor.user_id,
        action="roads.network_switched",
        object_type="network_build",
        object_id=build.version,
        organisation_path="",
    )
    events.publish(
        "roads.network_switched",
        organisation_path="",
        audience=DataClass.ROAD_NETWORK.value,
        subject={"version": build.version},
        payload={"name": build.name, "junctions": build.junction_count},
    )


def graph_of(build: NetworkBuild) -> tuple[RoadGraph, Path]:
    """The graph files of a build, opened, and their directory."""
    directory = networks_directory() / build.version
    return load_graph(directory, verify=False), directory


def _bounds(graph: RoadGraph) -> Polygon:
    """The convex hull of all roads, islands too; their box where they lie in a line."""
    hull = shapely.convex_hull(shapely.multipoints(np.c_[graph.shape_lon, graph.shape_lat]))
    if hull.geom_type != "Polygon":
        return _srid_set(Polygon.from_bbox(hull.bounds))
    return _srid_set(Polygon(shapely.get_coordinates(hull).tolist()))


def _srid_set(polygon: Polygon) -> Polygon:
    polygon.srid = STORE_SRID
    return polygon


def _metric_srid(graph: RoadGraph) -> int:
    """What the deployment says (LUZHANG_METRIC_SRID), else the UTM zone of the network."""
    if settings.LUZHANG_METRIC_SRID:
        return int(settings.LUZHANG_METRIC_SRID)
    return utm_srid(float(np.median(graph.state_lon)), float(np.median(graph.state_lat)))
