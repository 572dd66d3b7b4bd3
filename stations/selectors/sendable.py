"""Whose units may be *sent* to an incident (invariant 7; who may see it is another question)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from stations.models import Organisation, SendGrant
from stations.selectors.tree import ancestor_paths
from stations.types import prefixes

POOL_KINDS = frozenset({Organisation.Kind.DISTRICT, Organisation.Kind.CITY, Organisation.Kind.PROVINCE})


@dataclass(frozen=True, slots=True)
class Sendable:
    """Who may be sent where at one moment, read once for all organisations.

    `pools`: whether an organisation is a dispatch pool by its feature (True), may be one by its kind (False), by path;
    `shared` and `lent`: paths of units' owners by the organisation that gets them.
    """

    pools: Mapping[str, bool]
    shared: Mapping[str, Sequence[str]]
    lent: Mapping[str, Sequence[str]]
    known: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def paths(self, organisation_path: str) -> tuple[str, ...]:
        """See `sendable_paths`."""
        answer = self.known.get(organisation_path)
        if answer is None:
            answer = self.known[organisation_path] = self._paths(organisation_path)
        return answer

    def _paths(self, organisation_path: str) -> tuple[str, ...]:
        chain = ancestor_paths(organisation_path)
        nearest_first = list(reversed(chain))
        pool = next((path for path in nearest_first if self.pools.get(path)), None) or next(
            (path for path in nearest_first if path in self.pools), organisation_path
        )
        others = [owner for path in chain for owner in (*self.shared.get(path, ()), *self.lent.get(path, ()))]
        return prefixes([pool, *others])


def sendable_now(at: datetime) -> Sendable:
    """Read who may be sent where, as of `at`: three statements for the whole tree."""
    pools: dict[str, bool] = {}
    for path, kind, features in Organisation.objects.values_list("path", "kind", "features"):
        by_feature = features.get("dispatch_pool") is True
        if path and (by_feature or kind in POOL_KINDS):
            pools[path] = by_feature
    shared: dict[str, list[str]] = {}
    sharing = Organisation.objects.filter(features__shared_units=True, is_active=True).exclude(parent=None)
    for receiver, owner in sharing.values_list("parent__path", "path"):
        if receiver and owner:
            shared.setdefault(receiver, []).append(owner)
    lent: dict[str, list[str]] = {}
    grants = SendGrant.objects.filter(valid__contains=at, owner__is_active=True)
    for receiver, owner in grants.values_list("receiver__path", "owner__path"):
        if receiver and owner:
            lent.setdefault(receiver, []).append(owner)
    return Sendable(pools, shared, lent)


def sendable_paths(organisation_path: str, at: datetime) -> tuple[str, ...]:
    """Whose units may be sent to an incident of this organisation, as path prefixes.

    1. Its dispatch pool: the nearest organisation at or above it with the feature `dispatch_pool`, else of kind
       district, city or province, else itself; everything below the pool belongs to it.
    2. Organisations with the feature `shared_units` whose parent is at or above it (e.g. the city's special squad).
    3. Owners of a `SendGrant` in force at `at` to it or to anything above it.
    """
    return sendable_now(at).paths(organisation_path)
