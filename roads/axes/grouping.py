"""Which edges carry one road: by road code first, else by name."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from roads.network.profiles import motor_allowed
from roads.network.source import RoadClass, WayFlag

from .chainage import plain_text, road_code
from .edges import AxisEdges

_CODE_GRADES = "GSXYCZ"
_OTHER_CODE = re.compile(r"^[A-Z]{1,3}\d{1,4}[A-Z]?$")
_LINKS = (
    RoadClass.MOTORWAY_LINK,
    RoadClass.TRUNK_LINK,
    RoadClass.PRIMARY_LINK,
    RoadClass.SECONDARY_LINK,
    RoadClass.TERTIARY_LINK,
)


@dataclass(frozen=True, slots=True)
class RoadGroup:
    """Edges of one road code, or of one name (`code` empty). `concurrent`: other codes that run over some of them."""

    code: str
    name: str
    edges: tuple[int, ...]
    concurrent: tuple[str, ...]


def road_codes(ref: str) -> list[str]:
    """Codes in a `ref` (split at `;`, `,`, `/`), the gravest first: G, S, X, Y, C, others; then as written."""
    codes: list[str] = []
    for part in re.split(r"[;,/、，；]", ref):
        plain = plain_text(part).replace(" ", "")
        code = road_code(plain) or (plain if _OTHER_CODE.match(plain) else "")
        if code and code not in codes:
            codes.append(code)
    rank = {letter: i for i, letter in enumerate(_CODE_GRADES)}
    return sorted(codes, key=lambda code: (rank.get(code[0], len(rank)), codes.index(code)))


def group_edges(edges: AxisEdges) -> list[RoadGroup]:
    """Groups in order of code, then name. An edge belongs to the gravest of its codes only: where roads share a
    stretch it is counted once. Roundabouts are left out (axes run across them); ramps where the road has anything but
    ramps; ways without motor traffic."""
    usable = motor_allowed(edges.road_class, edges.flags) & ((edges.flags & WayFlag.ROUNDABOUT) == 0)
    codes_of = {int(i): road_codes(edges.string_at(int(i))) for i in np.unique(edges.ref)}
    members: dict[tuple[str, str], list[int]] = defaultdict(list)
    others: dict[tuple[str, str], set[str]] = defaultdict(set)
    for edge in np.flatnonzero(usable).tolist():
        codes = codes_of[int(edges.ref[edge])]
        key = (codes[0], "") if codes else ("", edges.string_at(int(edges.name[edge])))
        if key != ("", ""):
            members[key].append(edge)
            others[key].update(codes[1:])
    return [
        RoadGroup(code, name or _common_name(edges, kept), tuple(kept), tuple(sorted(others[code, name])))
        for code, name in sorted(members, key=lambda key: (key[0] == "", key))
        for kept in [_without_ramps(edges, members[code, name])]
    ]


def _without_ramps(edges: AxisEdges, members: list[int]) -> list[int]:
    through = ~np.isin(edges.road_class[members], _LINKS)
    return [edge for edge, kept in zip(members, through.tolist(), strict=True) if kept] or members


def _common_name(edges: AxisEdges, members: list[int]) -> str:
    """The name of the most metres."""
    metres: dict[str, float] = defaultdict(float)
    for edge in members:
        name = edges.string_at(int(edges.name[edge]))
        if name:
            metres[name] += float(edges.length_m[edge])
    return max(sorted(metres), key=lambda name: metres[name]) if metres else ""
