"""Closures and speeds given by edges outlive the network they were given on: a new build gives them its edges."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from django.contrib.gis.geos import Polygon
from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock
from core.geo.srid import STORE_SRID
from roads.axes.carrying import EdgeOfWay, edges_alike
from roads.axes.locate import AxisLine
from roads.models import Closure, NetworkBuild, ReviewItem, RoadEdge, RoadSpeed

_NEAR_DEG = 0.0003


def closures_carry(*, build: NetworkBuild, progress: Callable[[str], None]) -> tuple[int, int]:
    """Give closures by edges, in force or to come, the edges of a new build: (carried, those with lost edges).

    Called in the transaction that switches to the build, while the edges of the former one are still there. What
    can't be found again stays as it was, and is an entry on the review list.
    """
    rows = (
        Closure.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .filter(Q(valid__upper_inf=True) | Q(valid__endswith__gt=clock.now()), axis=None, ended_at=None)
        .exclude(build=build)
        .order_by("pk")
    )
    carried = lost = 0
    for closure in rows:
        found, missing = _found_again(_edges_of(closure), build)
        if missing or not found:
            lost += 1
            _review(closure, missing)
        if found:
            carried += 1
            closure.build, closure.edge_nos = build, sorted(found)
            closure.save(update_fields=["build", "edge_nos"])
    if carried or lost:
        progress(f"closures by edges: {carried} carried over, {lost} to review")
    return carried, lost


def speeds_carry(*, build: NetworkBuild, progress: Callable[[str], None]) -> tuple[int, int]:
    """Give speeds in force the edges of a new build: (carried, lost). As `closures_carry`, but what is lost is only
    counted: a speed is soon over and measured anew.
    """
    rows = RoadSpeed.objects.select_for_update().filter(valid__endswith__gt=clock.now()).exclude(build=build)
    carried = lost = 0
    for speed in rows.order_by("pk"):
        found, _missing = _found_again(_known_edges(speed.build_id, speed.edge_nos), build)
        if not found:
            lost += 1
            continue
        carried += 1
        speed.build, speed.edge_nos = build, sorted(found)
        speed.save(update_fields=["build", "edge_nos"])
    if carried or lost:
        progress(f"speeds: {carried} carried over, {lost} lost")
    return carried, lost


def _found_again(edges: Iterable[EdgeOfWay], build: NetworkBuild) -> tuple[set[int], int]:
    """Numbers in `build` of what these edges were, and how many were not found."""
    found: set[int] = set()
    missing = 0
    for old in edges:
        alike = edges_alike(old, _near(build, old.line))
        found.update(alike)
        missing += not alike
    return found, missing


def _known_edges(build_id: int | None, edge_nos: Sequence[int]) -> list[EdgeOfWay]:
    rows = RoadEdge.objects.filter(build=build_id, edge_no__in=edge_nos).order_by("edge_no")
    return [EdgeOfWay(row.edge_no, row.source_way_id, _line(row.geom.coords)) for row in rows]


def _edges_of(closure: Closure) -> list[EdgeOfWay]:
    """The edges a closure names; where those are gone, the lines kept with it."""
    known = _known_edges(closure.build_id, closure.edge_nos)
    if known or closure.geom is None:
        return known
    return [EdgeOfWay(number, 0, _line(coordinates)) for number, coordinates in enumerate(closure.geom.coords)]


def _line(coordinates: Iterable[Any]) -> AxisLine:
    points = np.asarray(list(coordinates), np.float64)
    return AxisLine(points[:, 0], points[:, 1])


def _near(build: NetworkBuild, line: AxisLine) -> list[EdgeOfWay]:
    west, south, east, north = line.bounds
    box = Polygon.from_bbox((west - _NEAR_DEG, south - _NEAR_DEG, east + _NEAR_DEG, north + _NEAR_DEG))
    box.srid = STORE_SRID
    near = RoadEdge.objects.filter(
        build=build,
        geom__bboverlaps=box,
    )
    return [EdgeOfWay(row.edge_no, row.source_way_id, _line(row.geom.coords)) for row in near.order_by("edge_no")]


def _review(closure: Closure, missing: int) -> None:
    text = _("封闭“%(closure)s”的 %(count)d 处路段在新路网中找不到，请重新划定") % {
        "closure": str(closure),
        "count": missing,
    }
    ReviewItem.objects.get_or_create(
        organisation=closure.organisation,
        kind=ReviewItem.Kind.CLOSURE_LOST,
        text=text[:500],
        settled_at=None,
        defaults={"details": {"closure": str(closure.uid)}},
    )
