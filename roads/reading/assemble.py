"""From collected ways and node positions to a SourceNetwork: gaps, clipping at the bounds, compact numbering."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from roads.network.source import Float64, Int64, SourceNetwork

from .raw import RawWays
from .restrictions import resolve_restrictions

Box = tuple[float, float, float, float]
"""West, south, east, north in WGS-84 degrees."""


@dataclass(frozen=True, slots=True)
class NodePositions:
    """Node identifiers in ascending order with their WGS-84 degrees."""

    ids: Int64
    lon: Float64
    lat: Float64

    @classmethod
    def of(cls, ids: Int64, lon: Float64, lat: Float64) -> NodePositions:
        """Sort, and of several versions of one node keep the last read."""
        order = np.argsort(ids, kind="stable")
        ids, lon, lat = ids[order], lon[order], lat[order]
        last = np.r_[ids[1:] != ids[:-1], True] if ids.size else np.zeros(0, bool)
        return cls(ids[last], lon[last], lat[last])


@dataclass(slots=True)
class _Pieces:
    """Pieces of ways over node numbers; numbers from `first_new` on are made-up points on the border of the box."""

    first_new: int
    way: list[int] = field(default_factory=list)
    nodes: list[Int64] = field(default_factory=list)
    new_lon: list[float] = field(default_factory=list)
    new_lat: list[float] = field(default_factory=list)

    def add(self, way: int, nodes: Int64) -> None:
        self.way.append(way)
        self.nodes.append(nodes)

    def new_node(self, lon: float, lat: float) -> int:
        self.new_lon.append(lon)
        self.new_lat.append(lat)
        return self.first_new + len(self.new_lon) - 1


def assemble(
    raw: RawWays, positions: NodePositions, *, name: str, attribution: str, box: Box | None = None
) -> SourceNetwork:
    """Number nodes and ways and leave out what can't be used.

    A way is cut where nodes are missing (`missing_nodes`) and where it leaves `box` (`clipped_at_bounds`,
    `outside_bounds`); each piece keeps the way's identifier. Made-up points on the box have negative node identifiers.
    """
    pieces = _pieces(raw, positions, box)
    made_up = len(pieces.new_lon)
    ids = np.r_[positions.ids, -1 - np.arange(made_up, dtype=np.int64)]
    lon, lat = np.r_[positions.lon, pieces.new_lon], np.r_[positions.lat, pieces.new_lat]
    flat = np.concatenate(pieces.nodes) if pieces.nodes else np.zeros(0, np.int64)
    used = np.unique(flat)
    used = used[np.argsort(ids[used], kind="stable")]
    number = np.full(ids.size, -1, np.int32)
    number[used] = np.arange(used.size, dtype=np.int32)
    way = np.array(pieces.way, np.int64)
    sizes = np.array([nodes.size for nodes in pieces.nodes], np.int64)
    ptr = np.r_[0, np.cumsum(sizes)].astype(np.int64)
    way_nodes, way_ids, node_ids = number[flat], np.array(raw.ids, np.int64)[way], ids[used]
    turns = resolve_restrictions(raw.restrictions, node_ids, way_ids, ptr, way_nodes, raw.skipped)
    return SourceNetwork(
        name=name, node_ids=node_ids, lon=lon[used], lat=lat[used], way_ids=way_ids, way_ptr=ptr, way_nodes=way_nodes,
        way_class=np.array(raw.road_class, np.int8)[way], way_oneway=np.array(raw.oneway, np.int8)[way],
        way_maxspeed_kmh=np.array(raw.maxspeed_kmh, np.float32)[way], way_flags=np.array(raw.flags, np.uint8)[way],
        way_name=np.array(raw.name, np.int32)[way], way_ref=np.array(raw.ref, np.int32)[way],
        strings=tuple(raw.strings), restriction_from_way=turns.from_way, restriction_via_node=turns.via_node,
        restriction_via_way=turns.via_way, restriction_to_way=turns.to_way, restriction_kind=turns.kind,
        attribution=attribution, skipped=dict(sorted(raw.skipped.items())),
    )  # fmt: skip


def _pieces(raw: RawWays, positions: NodePositions, box: Box | None) -> _Pieces:
    refs = np.array(raw.refs, np.int64)
    ptr = np.array(raw.ptr, np.int64)
    pieces = _Pieces(positions.ids.size)
    if positions.ids.size == 0:
        if ptr.size > 1:
            raw.skipped["missing_nodes"] += ptr.size - 1
        return pieces
    node = np.minimum(np.searchsorted(positions.ids, refs), positions.ids.size - 1)
    node[positions.ids[node] != refs] = -1
    plain = _plain_ways(node, ptr, positions, box)
    bounds = ptr.tolist()
    for way in range(len(bounds) - 1):
        nodes = node[bounds[way] : bounds[way + 1]]
        if plain[way]:
            pieces.add(way, nodes)
        else:
            _add_difficult(pieces, way, nodes, raw, positions, box)
    return pieces


def _plain_ways(node: Int64, ptr: Int64, positions: NodePositions, box: Box | None) -> list[bool]:
    """True for ways that need no care: two nodes or more, none missing, none repeated in a row, all inside the box."""
    way = np.repeat(np.arange(ptr.size - 1), np.diff(ptr))
    odd = node < 0
    if box is not None:
        lon, lat = positions.lon[node], positions.lat[node]
        odd |= (lon < box[0]) | (lon > box[2]) | (lat < box[1]) | (lat > box[3])
    odd[1:] |= (node[1:] == node[:-1]) & (way[1:] == way[:-1])
    count = np.bincount(way[odd], minlength=ptr.size - 1)
    return [bool(plain) for plain in (count == 0) & (np.diff(ptr) >= 2)]


def _add_difficult(
    pieces: _Pieces, way: int, nodes: Int64, raw: RawWays, positions: NodePositions, box: Box | None
) -> None:
    present = nodes >= 0
    if not present.all():
        raw.skipped["missing_nodes"] += 1
    runs = np.split(nodes, np.flatnonzero(~present))
    runs = [run[run >= 0] for run in runs]
    runs = [run[np.r_[True, run[1:] != run[:-1]]] for run in runs if run.size]
    runs = [run for run in runs if run.size >= 2]
    if not runs:
        if present.all():
            raw.skipped["too_few_nodes"] += 1
        return
    if box is None:
        for run in runs:
            pieces.add(way, run)
        return
    clipped = [piece for run in runs for piece in _clip(run, positions, box, pieces)]
    for piece in clipped:
        pieces.add(way, piece)
    if not clipped:
        raw.skipped["outside_bounds"] += 1
    elif (
        sum(piece.size for piece in clipped) != sum(run.size for run in runs)
        or max(int(p.max()) for p in clipped) >= pieces.first_new
    ):
        raw.skipped["clipped_at_bounds"] += 1


def _clip(run: Int64, positions: NodePositions, box: Box, pieces: _Pieces) -> list[Int64]:
    """The parts of a run of nodes inside the box, with made-up points where it crosses the border."""
    done: list[Int64] = []
    current: list[int] = []
    for a, b in zip(run[:-1].tolist(), run[1:].tolist(), strict=True):
        x, y = float(positions.lon[a]), float(positions.lat[a])
        dx, dy = float(positions.lon[b]) - x, float(positions.lat[b]) - y
        span = _span_inside(x, y, dx, dy, box)
        if span is None:
            current = _close(done, current)
            continue
        start, stop = span
        if not current:
            current = [a if start == 0.0 else pieces.new_node(x + start * dx, y + start * dy)]
        current.append(b if stop == 1.0 else pieces.new_node(x + stop * dx, y + stop * dy))
        if stop < 1.0:
            current = _close(done, current)
    _close(done, current)
    return done


def _close(done: list[Int64], current: list[int]) -> list[int]:
    if len(current) >= 2:
        done.append(np.array(current, np.int64))
    return []


def _span_inside(x: float, y: float, dx: float, dy: float, box: Box) -> tuple[float, float] | None:
    """Share of a line inside a box (Liang-Barsky), None where they share no more than a point."""
    start, stop = 0.0, 1.0
    for p, q in ((-dx, x - box[0]), (dx, box[2] - x), (-dy, y - box[1]), (dy, box[3] - y)):
        if p == 0.0:
            if q < 0.0:
                return None
        elif p < 0.0:
            start = max(start, q / p)
        else:
            stop = min(stop, q / p)
    return (start, stop) if start < stop else None
