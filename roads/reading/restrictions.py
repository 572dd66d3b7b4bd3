"""Turn restrictions: from relation tags and members to indices of ways and nodes.

Rules: OpenStreetMap wiki, Relation:restriction. Only what binds motor cars at all times is kept; everything else is
counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from roads.network.source import Int8, Int32, Int64, RestrictionKind

from .raw import RawRestriction

_CAR_KEYS = ("restriction:motorcar", "restriction:motor_vehicle", "restriction")
_CAR_EXCEPTIONS = frozenset({"motorcar", "motor_vehicle", "vehicle"})
_TIMED_KEYS = ("day_on", "day_off", "hour_on", "hour_off")

Member = tuple[str, str, int]
"""(kind n | w | r, identifier role, identifier) in the order kind, role, identifier."""


def read_restriction(
    tags: Mapping[str, str], members: Iterable[Member], skipped: Counter[str]
) -> RawRestriction | None:
    """A restriction that binds cars always, or None with its reason counted."""
    value = next((tags[key] for key in _CAR_KEYS if key in tags), None)
    if value is None:
        timed = any(key.startswith("restriction") and key.endswith(":conditional") for key in tags)
        skipped["restriction_conditional" if timed else "restriction_not_for_cars"] += 1
        return None
    if any(key in tags for key in _TIMED_KEYS):
        skipped["restriction_conditional"] += 1
        return None
    if _CAR_EXCEPTIONS & {part.strip() for part in tags.get("except", "").split(";")}:
        skipped["restriction_not_for_cars"] += 1
        return None
    if not value.startswith(("no_", "only_")):
        skipped["restriction_unknown_kind"] += 1
        return None
    listed = list(members)
    from_ways = tuple(i for kind, role, i in listed if kind == "w" and role == "from")
    to_ways = tuple(i for kind, role, i in listed if kind == "w" and role == "to")
    via = [(kind, i) for kind, role, i in listed if role == "via"]
    if not from_ways or not to_ways or not via:
        skipped["restriction_incomplete"] += 1
        return None
    if len(via) > 1 or via[0][0] == "r":
        skipped["restriction_via_several"] += 1
        return None
    kind, identifier = via[0]
    mandatory = value.startswith("only_")
    if kind == "n":
        return RawRestriction(from_ways, identifier, None, to_ways, mandatory)
    return RawRestriction(from_ways, None, identifier, to_ways, mandatory)


@dataclass(frozen=True, slots=True)
class RestrictionColumns:
    """The restriction arrays of a SourceNetwork."""

    from_way: Int32
    via_node: Int32
    via_way: Int32
    to_way: Int32
    kind: Int8


class _WayLookup:
    """Pieces of a source way by identifier, and the nodes of a piece."""

    def __init__(self, way_ids: Int64, way_ptr: Int64, way_nodes: Int32) -> None:
        self._by_id: dict[int, list[int]] = defaultdict(list)
        for index, identifier in enumerate(way_ids.tolist()):
            self._by_id[identifier].append(index)
        self._ptr, self._nodes = way_ptr, way_nodes

    def nodes(self, way: int) -> set[int]:
        return set(self._nodes[self._ptr[way] : self._ptr[way + 1]].tolist())

    def pieces(self, identifiers: Iterable[int]) -> list[int]:
        return [piece for identifier in identifiers for piece in self._by_id.get(identifier, ())]

    def touching(self, identifiers: Iterable[int], nodes: set[int]) -> list[int]:
        return [piece for piece in self.pieces(identifiers) if nodes & self.nodes(piece)]


def resolve_restrictions(
    raw: list[RawRestriction], node_ids: Int64, way_ids: Int64, way_ptr: Int64, way_nodes: Int32, skipped: Counter[str]
) -> RestrictionColumns:
    """Restrictions by indices. Of several `from` or `to` members each that touches the via gives a restriction of its
    own, except that an `only_` with several targets names none. `node_ids` ascending. Missing members are counted
    `restriction_incomplete`."""
    rows: list[tuple[int, int, int, int, int]] = []
    lookup = _WayLookup(way_ids, way_ptr, way_nodes) if raw else None
    for restriction in raw:
        assert lookup is not None
        found = _resolve(restriction, node_ids, lookup)
        if found is None:
            skipped["restriction_incomplete"] += 1
            continue
        via_node, via_way, sources, targets = found
        if restriction.mandatory and len(targets) > 1:
            skipped["restriction_several_targets"] += 1
            continue
        kind = RestrictionKind.MANDATORY if restriction.mandatory else RestrictionKind.FORBIDDEN
        rows.extend((source, via_node, via_way, target, int(kind)) for source in sources for target in targets)
    table = np.array(rows, np.int64).reshape(-1, 5)
    columns = [table[:, i].astype(np.int32) for i in range(4)]
    return RestrictionColumns(columns[0], columns[1], columns[2], columns[3], table[:, 4].astype(np.int8))


def _resolve(
    restriction: RawRestriction, node_ids: Int64, lookup: _WayLookup
) -> tuple[int, int, list[int], list[int]] | None:
    if restriction.via_node is not None:
        at = int(np.searchsorted(node_ids, restriction.via_node))
        if at >= node_ids.size or int(node_ids[at]) != restriction.via_node:
            return None
        via_node, via_way, nodes = at, -1, {at}
    else:
        via = lookup.pieces([restriction.via_way or 0])
        if len(via) != 1:
            return None
        via_node, via_way, nodes = -1, via[0], lookup.nodes(via[0])
    sources = lookup.touching(restriction.from_ways, nodes)
    targets = lookup.touching(restriction.to_ways, nodes)
    return (via_node, via_way, sources, targets) if sources and targets else None
