"""From derived axes to rows. A re-import never moves responsibility: axes that exist keep their line and get a review
item where the new one differs; only edges, which are derived, follow the new network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.contrib.gis.geos import LineString
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from psycopg2.extras import execute_values

from core import audit, clock
from core.geo.srid import STORE_SRID
from roads.axes.carriageways import opposite_line
from roads.axes.derive import AxisDraft, derive_axes
from roads.axes.edges import edges_of_graph
from roads.axes.locate import AxisLine
from roads.models import CalibrationPost, NetworkBuild, ReviewItem, RoadAxis, RoadAxisVersion
from roads.network.files import write_axes
from roads.network.graph import RoadGraph
from stations.services import require
from stations.types import Actor, DataClass, Verb

Progress = Callable[[str], None]

# A new line farther than this from the kept one is shown to a person.
MOVED_M = 30.0
CHUNK = 20_000
AXES_CHUNK = 500


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
    derived = derive_axes(edges_of_graph(graph))
    known = {(axis.code, axis.name, axis.part): axis for axis in RoadAxis.objects.filter(organisation=organisation)}
    posts_of = _posts_by_road(posts)
    kept = moved = 0
    new: list[int] = []
    rows: list[RoadAxis | None] = []
    for number, draft in enumerate(derived.axes):
        axis = known.pop((draft.code, draft.name, draft.part), None)
        rows.append(axis)
        if axis is None:
            new.append(number)
        elif _differs(axis, draft):
            _review(organisation, axis, ReviewItem.Kind.AXIS_MOVED, f"{axis} 的新路网线形与现有轴线不一致")
            moved += 1
        else:
            kept += 1
    created = len(new)
    for first in range(0, created, AXES_CHUNK):
        chosen = new[first : first + AXES_CHUNK]
        made = _axes_create(organisation, build, [derived.axes[number] for number in chosen], posts_of)
        for number, axis in zip(chosen, made, strict=True):
            rows[number] = axis
        progress(f"axes {first + len(chosen)}/{created}")
    for axis in known.values():
        _review(organisation, axis, ReviewItem.Kind.AXIS_GONE, f"新路网中没有 {axis}")
    progress(f"{created} axes new, {kept} kept, {moved} to review, {len(known)} gone")
    edges = _edges_place(build, graph, directory, derived.axes, [row for row in rows if row is not None], progress)
    with transaction.atomic():
        audit.record(
            actor_id=actor.user_id,
            action="roads.axes_imported",
            object_type="network_build",
            object_id=build.version,
            organisation_path=organisation.path or "",
            details={"created": created, "kept": kept, "moved": moved, "gone": len(known)},
        )
    return AxisImportReport(
        created, kept, moved, len(known), edges, derived.named_m / 1000.0, derived.covered_m / 1000.0
    )


def _posts_by_road(posts: Sequence[PostOnRoad]) -> dict[tuple[str, str], list[PostOnRoad]]:
    found: dict[tuple[str, str], list[PostOnRoad]] = {}
    for post in posts:
        found.setdefault((post.code, post.name), []).append(post)
    return found


def _line(lon: Any, lat: Any) -> LineString:
    return LineString(np.c_[lon, lat].tolist(), srid=STORE_SRID)


def _axes_create(
    organisation: Any,
    build: NetworkBuild,
    drafts: Sequence[AxisDraft],
    posts_of: Mapping[tuple[str, str], Sequence[PostOnRoad]],
) -> list[RoadAxis]:
    """New axes with their first version and calibration, in one transaction: a county has tens of thousands."""
    with transaction.atomic():
        axes = RoadAxis.objects.bulk_create(_axis_of(organisation, build, draft) for draft in drafts)
        valid = DateTimeTZRange(clock.now(), None, "[)")
        RoadAxisVersion.objects.bulk_create(
            RoadAxisVersion(
                axis=axis,
                version=1,
                valid=valid,
                length_m=axis.length_m,
                geom=axis.geom,
                geom_up=axis.geom_up,
                up_measures_m=axis.up_measures_m,
                source=build.version,
            )
            for axis in axes
        )
        CalibrationPost.objects.bulk_create(
            CalibrationPost(axis=axis, order=order, distance_m=distance_m, chainage_m=chainage_m)
            for axis, draft in zip(axes, drafts, strict=True)
            for order, (distance_m, chainage_m) in enumerate(
                _calibration(draft, posts_of.get((draft.code, draft.name), ()))
            )
        )
    return axes


def _axis_of(organisation: Any, build: NetworkBuild, draft: AxisDraft) -> RoadAxis:
    geom_up = measures = None
    if draft.opposite_lon is not None and draft.opposite_lat is not None:
        geom_up = _line(draft.opposite_lon, draft.opposite_lat)
        reference = AxisLine(draft.line_lon, draft.line_lat)
        opposite = opposite_line(reference, draft.opposite_lon, draft.opposite_lat)
        measures = [float(metre) for metre in opposite.measures_m]
    return RoadAxis(
        organisation=organisation,
        code=draft.code,
        name=draft.name,
        part=draft.part,
        road_class=int(draft.road_class),
        length_m=draft.length_m,
        geom=_line(draft.line_lon, draft.line_lat),
        geom_up=geom_up,
        up_measures_m=measures,
        generated=build.generated,
    )


def _calibration(draft: AxisDraft, posts: Sequence[PostOnRoad]) -> list[tuple[float, float]]:
    """(metre of the axis, chainage) of the imported posts where there are any, else as derived."""
    placed = [(post.distance_m, post.chainage_m) for post in draft.calibration.posts]
    if posts:
        placed = _posts_on(AxisLine(draft.line_lon, draft.line_lat), posts) or placed
    return placed


def _posts_on(line: AxisLine, posts: Sequence[PostOnRoad]) -> list[tuple[float, float]]:
    """Posts put on a line, within 200 m of it, in the order of metres; chainage that runs backwards is left out."""
    placed = []
    for post in posts:
        foot = line.project(post.lon, post.lat)
        if abs(foot.offset_m) <= 200.0:
            placed.append((foot.distance_m, post.chainage_m))
    placed.sort()
    kept: list[tuple[float, float]] = []
    for distance_m, chainage_m in placed:
        if not kept or (distance_m > kept[-1][0] + 0.5 and chainage_m > kept[-1][1]):
            kept.append((distance_m, chainage_m))
    return kept if len(kept) >= 2 else []


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
    rows: Sequence[RoadAxis],
    progress: Progress,
) -> int:
    """Write (axis, metres) of every edge into the graph files and the database."""
    axis = np.full(graph.edge_count, -1, np.int32)
    from_m, to_m = np.zeros(graph.edge_count), np.zeros(graph.edge_count)
    values: list[tuple[int, int, int, float, float]] = []
    for draft, row in zip(drafts, rows, strict=True):
        axis[draft.edge_no] = row.pk
        from_m[draft.edge_no], to_m[draft.edge_no] = draft.from_m, draft.to_m
        values.extend(
            (build.pk, int(edge), row.pk, float(a), float(b))
            for edge, a, b in zip(draft.edge_no, draft.from_m, draft.to_m, strict=True)
        )
    write_axes(directory, axis, from_m, to_m)
    for first in range(0, len(values), CHUNK):
        with transaction.atomic(), connection.cursor() as cursor:
            execute_values(
                cursor,
                "UPDATE roads_roadedge e SET axis_id = v.axis, axis_from_m = v.a, axis_to_m = v.b"
                " FROM (VALUES %s) AS v (build, edge_no, axis, a, b)"
                " WHERE e.build_id = v.build AND e.edge_no = v.edge_no",
                values[first : first + CHUNK],
                page_size=CHUNK,
            )
        progress(f"edges on axes {min(len(values), first + CHUNK)}/{len(values)}")
    return len(values)
