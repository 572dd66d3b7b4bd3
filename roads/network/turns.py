"""Turn restrictions as extra states of a junction, so that a plain shortest-path search obeys them.

At a restricted junction v the base state takes the free incoming arcs. One *exit* state holds the tails of the
outgoing arcs that everybody may take. Each restricted incoming arc has a head state of its own, each outgoing arc that
somebody may not take has a tail state of its own. Connectors (1 ms) join only what is allowed: base -> exit, base ->
every own tail; own head -> exit, own head -> the own tails allowed to it. No path inside v leads from a restricted arc
to its forbidden one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np

from .source import Int32, Int64, RestrictionKind, SourceNetwork

Arc = tuple[int, int]
"""(edge, forward): forward 1 along the edge's geometry."""


@dataclass(frozen=True, slots=True)
class Arms:
    """What meets at the junctions and ways that restrictions name. Edges are numbers of the edge table."""

    incoming: dict[int, list[Arc]] = field(default_factory=lambda: defaultdict(list))
    outgoing: dict[int, list[Arc]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True)
class TurnPlan:
    """`forbidden[node]`: pairs (incoming, outgoing) that may not be driven; `skipped`: restrictions left out, by
    reason."""

    forbidden: dict[int, set[tuple[Arc, Arc]]]
    skipped: dict[str, int]
    used: int


def collect_arms(nodes: Int64, tail: Int64, head: Int64, forward_ok: Int64, backward_ok: Int64, edges: Int64) -> Arms:
    """Incoming and outgoing drive arcs at `nodes`, from the edges that the search graph keeps (`edges`)."""
    arms = Arms()
    near = edges[np.isin(tail[edges], nodes) | np.isin(head[edges], nodes)]
    for e in near.tolist():
        a, b = int(tail[e]), int(head[e])
        if forward_ok[e]:
            arms.outgoing[a].append((e, 1))
            arms.incoming[b].append((e, 1))
        if backward_ok[e]:
            arms.outgoing[b].append((e, 0))
            arms.incoming[a].append((e, 0))
    return arms


def plan_turns(source: SourceNetwork, way: Int32, arms: Arms) -> TurnPlan:
    """Read restrictions into forbidden pairs. Those over a via way, with members missing, or whose member ways touch
    the via node with more than one arm (they should have been cut there), are counted as skipped."""
    forbidden: dict[int, set[tuple[Arc, Arc]]] = defaultdict(set)
    skipped: Counter[str] = Counter()
    used = 0
    for i in range(source.restriction_from_way.size):
        node = int(source.restriction_via_node[i])
        if node < 0:
            skipped["restriction_via_way"] += 1
            continue
        from_way, to_way = int(source.restriction_from_way[i]), int(source.restriction_to_way[i])
        ins = [a for a in arms.incoming.get(node, []) if way[a[0]] == from_way]
        outs = [a for a in arms.outgoing.get(node, []) if way[a[0]] == to_way]
        if not ins or not outs:
            skipped["restriction_no_arc"] += 1
            continue
        pairs = _pairs(
            ins, outs, arms.outgoing[node], source.restriction_kind[i] == RestrictionKind.MANDATORY, from_way == to_way
        )
        if pairs is None:
            skipped["restriction_ambiguous"] += 1
            continue
        forbidden[node] |= pairs
        used += 1
    return TurnPlan({k: v for k, v in forbidden.items() if v}, dict(skipped), used)


def _pairs(
    ins: list[Arc], outs: list[Arc], every: list[Arc], mandatory: bool, same_way: bool
) -> set[tuple[Arc, Arc]] | None:
    if same_way and not mandatory:
        return {(i, o) for i in ins for o in outs if i[0] == o[0]} or None
    if len(ins) > 1 or len(outs) > 1:
        return None
    if mandatory:
        return {(ins[0], o) for o in every if o != outs[0]}
    return {(ins[0], outs[0])}


@dataclass(frozen=True, slots=True)
class StateTable:
    """States by junction. `first` (junctions + 1): first state; `own_head`/`own_tail`: state of an arc end where it is
    not the base; `exit_of`: state that holds the tails of free outgoing arcs; `connectors` (n, 2): tail and head
    states."""

    first: Int64
    own_head: dict[Arc, int]
    own_tail: dict[Arc, int]
    exit_of: dict[int, int]
    connectors: Int64


def assign_states(junction_count: int, forbidden: dict[int, set[tuple[Arc, Arc]]]) -> StateTable:
    """Number the states; `forbidden` is keyed by junction number. States of one junction are neighbours in number."""
    size = np.ones(junction_count, np.int64)
    sides: dict[int, tuple[list[Arc], list[Arc]]] = {}
    for j, pairs in forbidden.items():
        ins, outs = sorted({p[0] for p in pairs}), sorted({p[1] for p in pairs})
        sides[j] = (ins, outs)
        size[j] = 2 + len(ins) + len(outs)
    first = np.r_[0, np.cumsum(size)].astype(np.int64)
    own_head: dict[Arc, int] = {}
    own_tail: dict[Arc, int] = {}
    exit_of: dict[int, int] = {}
    links: list[tuple[int, int]] = []
    for j in sorted(sides):
        ins, outs = sides[j]
        base = int(first[j])
        exit_of[j] = base + 1
        links.append((base, base + 1))
        for k, o in enumerate(outs):
            own_tail[o] = base + 2 + k
            links.append((base, own_tail[o]))
        for k, i in enumerate(ins):
            own_head[i] = base + 2 + len(outs) + k
            links.append((own_head[i], base + 1))
            links.extend((own_head[i], own_tail[o]) for o in outs if (i, o) not in forbidden[j])
    connectors = np.array(links, np.int64).reshape(-1, 2)
    return StateTable(first, own_head, own_tail, exit_of, connectors)
