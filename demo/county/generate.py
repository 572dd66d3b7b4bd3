"""`county_generate`: the whole county from a number of junctions and a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import InvalidInput
from core.messages import gettext_noop as _
from roads.network.source import Float64, Int8, Int32, RoadClass, SourceNetwork, WayFlag

from . import facts
from .axes import make_axis, with_bends
from .backbone import Route, lay_backbone
from .carriageways import Expressway, Roads, Split, lay_expressway, split_main_roads
from .frame import Terrain, terrain_for
from .local_axes import LocalAxis, main_streets, street_name, village_roads
from .mesh import COMPOUND, OPEN, VILLAGE, Mesh, build_mesh
from .places import describe_towns, describe_villages, gazetteer
from .settlements import BLOCK, Settlement, scatter
from .types import County, CountyAxis
from .ways import Bends, Chains, Restrictions, bend, chain, one_way_streets, restrict_turns

SMALLEST, LARGEST = 500, 1_000_000
TOLERANCE = 0.03
ATTEMPTS = 4
POINTS_PER_JUNCTION = 1.27  # first guess; small counties are drawn again until the number fits
POINTS_PER_JUNCTION_LARGE = 1.23  # measured at 100,000 and 1,000,000
RETRY_UP_TO = 60_000
EXPRESSWAY_NAME = "G98 环岛高速（示例）"
EXPRESSWAY_START_KM = 58.0


@dataclass(frozen=True, slots=True)
class _Draft:
    terrain: Terrain
    places: list[Settlement]
    mesh: Mesh
    roads: Roads
    bends: Bends
    chains: Chains
    restrictions: Restrictions
    split: Split
    expressway: Expressway
    routes: tuple[Route, ...]
    local: list[LocalAxis]
    strings: tuple[str, ...]
    way_ref: Int32


def county_generate(*, nodes: int = 8000, seed: int = 1) -> County:
    """Generate a county of about `nodes` junctions (within 10 %; 500 to 1,000,000). Same input, same county.

    A junction is a node where ways begin or end or that several ways share, as the routing graph counts them.
    Raises InvalidInput for a size outside the bounds or a negative seed.
    """
    if not SMALLEST <= nodes <= LARGEST:
        raise InvalidInput(
            _("路口数超出范围。"),
            field="nodes",
            value=nodes,
            cure=_("取 %(smallest)s 至 %(largest)s 之间的整数。", smallest=SMALLEST, largest=LARGEST),
        )
    if seed < 0:
        raise InvalidInput(_("随机种子不能为负数。"), field="seed", value=seed, cure=_("取 0 或正整数。"))
    ratio = POINTS_PER_JUNCTION if nodes <= RETRY_UP_TO else POINTS_PER_JUNCTION_LARGE
    best: _Draft | None = None
    for _attempt in range(ATTEMPTS):
        draft = _draft(nodes, round(nodes * ratio), seed)
        made = int(draft.chains.junction.sum())
        if best is None or abs(made - nodes) < abs(int(best.chains.junction.sum()) - nodes):
            best = draft
        if abs(made / nodes - 1.0) <= TOLERANCE or (nodes > RETRY_UP_TO and abs(made / nodes - 1.0) <= 3 * TOLERANCE):
            break
        ratio *= nodes / made
    assert best is not None
    return _county(best, nodes, seed)


def village_count(nodes: int) -> int:
    """How many villages a county of so many junctions has: 215 at 8,000, growing with the root."""
    return int(np.clip(215.0 * np.sqrt(nodes / 8000.0), 40, 2400))


def _draft(nodes: int, budget: int, seed: int) -> _Draft:
    rng = np.random.default_rng(seed)
    terrain = terrain_for(nodes)
    points, places = scatter(terrain, budget, village_count(nodes), rng)
    step = 330.0 if nodes <= 20_000 else 240.0
    backbone = lay_backbone(terrain, places, step, rng)
    mesh = build_mesh(terrain, points, places, backbone, rng)
    axis = mesh.route.copy()
    expressway_axis = len(backbone.routes)
    local = village_roads(mesh, places, axis, expressway_axis + 1)
    towns = sum(1 for place in places if place.is_town)
    local += main_streets(mesh, towns, axis, expressway_axis + 1 + len(local))
    roads, strings, ref_of_axis = _roads(mesh, backbone.routes, local, axis, rng)
    wish = _one_way_wishes(mesh, roads, places, rng)
    split = split_main_roads(roads, mesh, backbone.routes, terrain)
    expressway = lay_expressway(roads, mesh, split, terrain, expressway_axis)
    origin = roads.origin
    one_way_streets(roads, np.where(origin >= 0, wish[origin], 0).astype(np.int8))
    node_count = roads.x.size
    bends = bend(roads, terrain.divides, rng)
    chains = chain(roads, bends, node_count)
    edge = chains.edge
    restrictions = restrict_turns(chains, roads.road_class[edge], roads.oneway[edge], roads.x, roads.y, rng)
    axis_of_way = roads.axis[edge]
    way_ref = np.where(axis_of_way >= 0, ref_of_axis[axis_of_way], -1).astype(np.int32)
    return _Draft(
        terrain, places, mesh, roads, bends, chains, restrictions, split, expressway, backbone.routes, local, strings,
        way_ref,
    )  # fmt: skip


def _roads(
    mesh: Mesh, routes: tuple[Route, ...], local: list[LocalAxis], axis: Int32, rng: np.random.Generator
) -> tuple[Roads, tuple[str, ...], Int32]:  # fmt: skip
    """Classes, names and bridges of the mesh edges."""
    names = [f"{r.code} {r.name}" for r in routes] + [EXPRESSWAY_NAME] + [item.name for item in local]
    codes = [r.code for r in routes] + ["G98"] + [item.code for item in local]
    classes = [r.road_class for r in routes] + [RoadClass.MOTORWAY] + [item.road_class for item in local]
    street_of, street_names = _street_names(mesh, len(names))
    name = np.where(axis >= 0, axis, street_of).astype(np.int32)
    road_class = _classes(mesh, rng)
    numbered = axis >= 0
    road_class[numbered] = np.asarray(classes, np.int8)[axis[numbered]]
    flags = np.where(mesh.bridge, WayFlag.BRIDGE, 0).astype(np.uint8)
    zone = np.maximum(mesh.zone[mesh.a], mesh.zone[mesh.b])
    curve = np.where(zone == OPEN, 0.16, np.where(zone == VILLAGE, 0.08, 0.0))
    curve = np.where(mesh.route >= 0, 0.035, np.where(mesh.bridge, 0.0, curve))
    strings = names + street_names
    ref_strings = [code for code in codes if code]
    place = {code: len(strings) + i for i, code in enumerate(ref_strings)}
    refs = np.array([place.get(code, -1) for code in codes], np.int32)
    size = mesh.a.size
    roads = Roads(
        mesh.x.copy(), mesh.y.copy(), mesh.a.copy(), mesh.b.copy(), road_class, np.zeros(size, np.int8), flags,
        axis.astype(np.int32), name, curve, np.arange(size, dtype=np.int32),
    )  # fmt: skip
    return roads, tuple(strings + ref_strings), refs


def _street_names(mesh: Mesh, first: int) -> tuple[Int32, list[str]]:
    """String numbers of street names by edge, -1 for none, and the strings (from number `first` on)."""
    named = np.flatnonzero(mesh.street >= 0)
    key = mesh.settlement[mesh.a[named]].astype(np.int64) * 100_000 + mesh.street[named]
    unique, index = np.unique(key, return_inverse=True)
    result = np.full(mesh.a.size, -1, np.int32)
    result[named] = (index + first).astype(np.int32)
    texts = [street_name(*divmod(int(k), 100_000)) for k in unique]
    return result, texts


def _classes(mesh: Mesh, rng: np.random.Generator) -> Int8:
    """Road classes by ground: collectors, streets, lanes, compound drives, village roads, farm tracks."""
    zone_a, zone_b = mesh.zone[mesh.a], mesh.zone[mesh.b]
    degree = np.bincount(np.r_[mesh.a, mesh.b], minlength=mesh.x.size)
    road_class = np.full(mesh.a.size, RoadClass.RESIDENTIAL, np.int8)
    open_land = (zone_a == OPEN) | (zone_b == OPEN)
    village = ~open_land & ((zone_a == VILLAGE) | (zone_b == VILLAGE))
    road_class[open_land | village] = RoadClass.UNCLASSIFIED
    dead = open_land & ((degree[mesh.a] == 1) | (degree[mesh.b] == 1))
    road_class[dead & (rng.random(dead.size) < 0.4)] = RoadClass.TRACK
    index = mesh.street // 2 - 5000
    collector = (mesh.street >= 0) & (index % BLOCK == 0)
    road_class[collector] = RoadClass.TERTIARY
    road_class[collector & (index % (BLOCK * 3) == 0)] = RoadClass.SECONDARY
    lane = ~open_land & ~village & (mesh.street < 0)
    road_class[lane & (rng.random(lane.size) < 0.35)] = RoadClass.LIVING_STREET
    road_class[(zone_a == COMPOUND) | (zone_b == COMPOUND)] = RoadClass.SERVICE
    return road_class


def _one_way_wishes(mesh: Mesh, roads: Roads, places: list[Settlement], rng: np.random.Generator) -> Int8:
    """Whole streets of towns that shall be one-way, neighbours in turn: by mesh edge 1 (a to b), -1, or 0."""
    towns = sum(1 for place in places if place.is_town)
    town = mesh.settlement[mesh.a].astype(np.int64)
    walled = (mesh.zone[mesh.a] == COMPOUND) | (mesh.zone[mesh.b] == COMPOUND)
    street = (mesh.street >= 0) & (town >= 0) & (town < towns) & ~walled & (mesh.route < 0)
    number = np.where(street, town * 100_000 + mesh.street, 0)
    draw = (number * 2_654_435_761 + int(rng.integers(1 << 30))) % 1000
    collector = (mesh.street // 2 - 5000) % BLOCK == 0
    chosen = street & (draw < np.where(collector, 140, 520))
    angle = np.array([place.angle for place in places])[np.maximum(town, 0)]
    turned = angle + np.where(mesh.street % 2 == 0, 0.0, np.pi / 2)
    forward = (roads.x[mesh.b] - roads.x[mesh.a]) * np.cos(turned) + (roads.y[mesh.b] - roads.y[mesh.a]) * np.sin(
        turned
    )
    sense = np.where((mesh.street // 2) % 2 == 0, 1, -1) * np.where(forward >= 0, 1, -1)
    return np.where(chosen, sense, 0).astype(np.int8)


def _county(draft: _Draft, asked: int, seed: int) -> County:
    """Degrees, source network and descriptions of a finished draft."""
    frame = draft.terrain.frame
    rng = np.random.default_rng([seed, 7])
    lon, lat = frame.degrees(draft.roads.x, draft.roads.y)
    route_names = [f"{route.code} {route.name}" for route in draft.routes]
    outline = frame.plane(facts.OUTLINE)
    return County(
        name=facts.COUNTY_NAME,
        seed=seed,
        asked_nodes=asked,
        junction_count=int(draft.chains.junction.sum()),
        source=_source(draft, lon, lat, rng),
        axes=_axes(draft, lon, lat, rng),
        towns=describe_towns(draft.terrain, draft.places),
        villages=describe_villages(frame, draft.places),
        places=gazetteer(draft.terrain, draft.mesh, draft.places, draft.expressway, route_names, rng),
        outline=frame.ring(np.vstack([outline, outline[:1]])),
        river=frame.ring(draft.terrain.river.line),
        railway=frame.ring(draft.terrain.railway.line),
        coast=frame.ring(outline[list(facts.COAST_CORNERS)]),
        bounds=(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())),
        area_km2=float(draft.terrain.outline.area / 1e6),
    )


def _source(draft: _Draft, lon: Float64, lat: Float64, rng: np.random.Generator) -> SourceNetwork:
    edge = draft.chains.edge
    signed = rng.random(edge.size) < 0.04
    limits = np.array([0, 120, 60, 80, 50, 70, 40, 60, 40, 50, 40, 40, 30, 20, 20, 20, 10, 10], np.float32)
    road_class = draft.roads.road_class[edge]
    return SourceNetwork(
        name=facts.COUNTY_NAME,
        node_ids=np.arange(1, lon.size + 1, dtype=np.int64),
        lon=lon,
        lat=lat,
        way_ids=np.arange(1, edge.size + 1, dtype=np.int64),
        way_ptr=draft.chains.pointer,
        way_nodes=draft.chains.nodes,
        way_class=road_class,
        way_oneway=draft.roads.oneway[edge],
        way_maxspeed_kmh=np.where(signed, limits[road_class], np.nan).astype(np.float32),
        way_flags=draft.roads.flags[edge],
        way_name=draft.roads.name[edge],
        way_ref=draft.way_ref,
        strings=draft.strings,
        restriction_from_way=draft.restrictions.from_way,
        restriction_via_node=draft.restrictions.via_node,
        restriction_via_way=np.full(draft.restrictions.via_node.size, -1, np.int32),
        restriction_to_way=draft.restrictions.to_way,
        restriction_kind=draft.restrictions.kind,
        attribution=facts.ATTRIBUTION,
        generated=True,
    )


def _axes(draft: _Draft, lon: Float64, lat: Float64, rng: np.random.Generator) -> tuple[CountyAxis, ...]:
    """Routes, the expressway, then village roads and main streets, with bends put in."""
    roads, bends = draft.roads, draft.bends
    points: dict[tuple[int, int], range] = {}
    for e in np.flatnonzero((roads.axis >= 0) & (bends.count > 0)).tolist():
        run = range(int(bends.first[e]), int(bends.first[e] + bends.count[e]))
        points[int(roads.a[e]), int(roads.b[e])] = run
        points[int(roads.b[e]), int(roads.a[e])] = run[::-1]
    dual = {number: (first, last) for number, first, last in draft.split.runs}
    axes = []
    for number, route in enumerate(draft.routes):
        down = _tied(draft, draft.mesh.chains[number], dual.get(number), up=False)
        up = _tied(draft, draft.mesh.chains[number], dual.get(number), up=True)[::-1] if number in dual else None
        axes.append(
            make_axis(
                route.code, route.name, route.road_class, with_bends(down, points),
                with_bends(up, points) if up is not None else None, route.start_km, lon, lat, rng,
            )
        )  # fmt: skip
    way = draft.expressway
    axes.append(
        make_axis(
            "G98", "环岛高速（示例）", RoadClass.MOTORWAY, tuple(way.down.tolist()), tuple(way.up.tolist()),
            EXPRESSWAY_START_KM, lon, lat, rng,
        )
    )  # fmt: skip
    for item in draft.local:
        nodes = with_bends(_tied(draft, item.nodes, None, up=False), points)
        axes.append(make_axis(item.code, item.name, item.road_class, nodes, None, 0.0, lon, lat, rng))
    return tuple(axes)


def _tied(draft: _Draft, chain: tuple[int, ...], run: tuple[int, int] | None, *, up: bool) -> list[int]:
    """The node list of a chain after main roads were split: on its own dual run the given carriageway, elsewhere the
    side each edge was tied to (both, where a road passes through a median opening)."""
    split, roads = draft.split, draft.roads
    first, last = run if run is not None else (len(chain), -1)
    nodes: list[int] = []
    for i, (u, v) in enumerate(zip(chain[:-1], chain[1:], strict=True)):
        ends = []
        for at, node, other in ((i, u, v), (i + 1, v, u)):
            half = split.up if up else split.down
            if first < at < last:
                ends.append(int(half[node]))
            elif split.down[node] >= 0:
                ends.append(int(split.side(roads, np.array([node]), np.array([other]))[0]))
            else:
                ends.append(node)
        nodes.extend(ends if not nodes or nodes[-1] != ends[0] else ends[1:])
    return nodes
