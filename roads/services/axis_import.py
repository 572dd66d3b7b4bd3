"""From derived axes to rows. A re-import never moves responsibility: axes that exist keep their line and get a review
item where the new one differs; only edges, which are derived, follow the new network.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.db import connection, transaction

from core import audit
from roads.axes.derive import AxisDraft, derive_axes
from roads.axes.edges import edges_of_graph
from roads.axes.locate import AxisLine
from roads.models import NetworkBuild, ReviewItem, RoadAxis
from roads.network.files import write_axes
from roads.network.graph import RoadGraph
from roads.services.axis_rows import RoadPosts, axes_copy
from roads.services.unfinished import axes_discard
from stations.services import require
from stations.types import Actor, DataClass, Verb

Progress = Callable[[str], None]

# A new line farther than this from the kept one is shown to a person.
MOVED_M = 30.0
CHUNK = 20_000
AXES_CHUNK = 5_000

_PLACES_TABLE = """
    CREATE TEMPORARY TABLE edge_places (edge_no integer, axis bigint, from_m float8, to_m float8)
"""
_PLACES_UPDATE = """
    UPDATE roads_roadedge e SET axis_id = v.axis, axis_from_m = v.from_m, axis_to_m = v.to_m
      FROM edge_places v WHERE e.build_id = %s AND e.edge_no = v.edge_no
"""


@dataclass(frozen=True, slots=True)
class PostOnRoad:
    """A kilometre post of a road: where it stands (WGS-84 degrees) and the chainage painted on it."""

    code: str
    name: str
    lon: float
    lat: float
    chainage_m: float


@dataclass(frozen=True, slots=True)
class AxisImportReport:
    """What an import of axes did."""

    created: int
    kept: int
    moved: int
    gone: int
    edges: int
    named_km: float
    covered_km: float
    new_axes: tuple[int, ...] = ()


def axes_import(
    *,
    actor: Actor,
    organisation: Any,
    build: NetworkBuild,
    graph: RoadGraph,
    directory: Path,
    posts: Sequence[PostOnRoad] = (),
    progress: Progress,
) -> AxisImportReport:
    """Derive axes from a graph, store new ones, keep known ones, and tell every edge its place on them.

    `posts` calibrate new axes; without posts chainage is the metre of the axis.
    """
    require(actor, Verb.CREATE, DataClass.ROAD_NETWORK, organisation.path)
    progress("deriving road axes")
    derived = derive_axes(edges_of_graph(graph), progress)
    known = {(axis.code, axis.name, axis.part): axis for axis in RoadAxis.objects.filter(organisation=organisation)}
    posts_of = _posts_by_road(posts)
    kept = moved = 0
    new: list[int] = []
    keys = [0] * len(derived.axes)
    for number, draft in enumerate(derived.axes):
        axis = known.pop((draft.code, draft.name, draft.part), None)
        if axis is None:
            new.append(number)
            continue
        keys[number] = axis.pk
        if _differs(axis, draft):
            _review(organisation, axis, ReviewItem.Kind.AXIS_MOVED, f"{axis} 的新路网线形与现有轴线不一致")
            moved += 1
        else:
            kept += 1
    created = len(new)
    made: list[int] = []
    try:
        for first in range(0, created, AXES_CHUNK):
            drafts = [derived.axes[number] for number in new[first : first + AXES_CHUNK]]
            made += axes_copy(organisation=organisation, build=build, drafts=drafts, posts_of=posts_of)
            progress(f"axes {len(made)}/{created}")
        for number, key in zip(new, made, strict=True):
            keys[number] = key
        for axis in known.values():
            _review(organisation, axis, ReviewItem.Kind.AXIS_GONE, f"新路网中没有 {axis}")
        progress(f"{created} axes new, {kept} kept, {moved} to review, {len(known)} gone")
        edges = _edges_place(build, graph, directory, derived.axes, keys, progress)
    except BaseException:
        axes_discard(made)
        raise
    _audited(actor, organisation, build, created=created, kept=kept, moved=moved, gone=len(known))
    return AxisImportReport(
        created, kept, moved, len(known), edges, derived.named_m / 1000.0, derived.covered_m / 1000.0, tuple(made)
    )


def _audited(actor: Actor, organisation: Any, build: NetworkBuild, **counts: int) -> None:
    with transaction.atomic():
        audit.record(
            actor_id=actor.user_id,
            action="roads.axes_imported",
            object_type="network_build",
            object_id=build.version,
            organisation_path=organisation.path or "",
            details=counts,
        )


def _posts_by_road(posts: Sequence[PostOnRoad]) -> dict[tuple[str, str], RoadPosts]:
    found: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    for post in posts:
        found.setdefault((post.code, post.name), []).append((post.lon, post.lat, post.chainage_m))
    tables = {road: np.array(rows, np.float64) for road, rows in found.items()}
    return {road: (table[:, 0], table[:, 1], table[:, 2]) for road, table in tables.items()}


def _differs(axis: RoadAxis, draft: AxisDraft) -> bool:
    """The new line leaves the kept one by more than 30 m anywhere, or is much longer or shorter."""
    if abs(axis.length_m - draft.length_m) > max(MOVED_M, axis.length_m * 0.02):
        return True
    coordinates = np.asarray(axis.geom.coords)
    kept = AxisLine(coordinates[:, 0], coordinates[:, 1])
    _metres, offsets = kept.project_many(draft.line_lon, draft.line_lat)
    return bool(np.abs(offsets).max() > MOVED_M)


def _review(organisation: Any, axis: RoadAxis, kind: str, text: str) -> None:
    ReviewItem.objects.get_or_create(
        organisation=organisation, kind=kind, axis=axis, settled_at=None, defaults={"text": text}
    )


def _edges_place(
    build: NetworkBuild,
    graph: RoadGraph,
    directory: Path,
    drafts: Sequence[AxisDraft],
    keys: Sequence[int],
    progress: Progress,
) -> int:
    """Write (axis, metres) of every edge into the graph files and the database; `keys`: axes by draft."""
    axis = np.full(graph.edge_count, -1, np.int32)
    from_m, to_m = np.zeros(graph.edge_count), np.zeros(graph.edge_count)
    for draft, key in zip(drafts, keys, strict=True):
        axis[draft.edge_no] = key
        from_m[draft.edge_no], to_m[draft.edge_no] = draft.from_m, draft.to_m
    write_axes(directory, axis, from_m, to_m)
    placed = np.flatnonzero(axis >= 0)
    for first in range(0, placed.size, CHUNK):
        chosen = placed[first : first + CHUNK]
        columns = (c.tolist() for c in (chosen, axis[chosen], from_m[chosen], to_m[chosen]))
        text = io.StringIO("".join(f"{e}\t{a}\t{f!r}\t{t!r}\n" for e, a, f, t in zip(*columns, strict=True)))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_PLACES_TABLE)
            cursor.copy_expert("COPY edge_places FROM STDIN", text)
            cursor.execute(_PLACES_UPDATE, [build.pk])
            cursor.execute("DROP TABLE edge_places")
        progress(f"edges on axes {first + chosen.size}/{placed.size}")
    return int(placed.size)
