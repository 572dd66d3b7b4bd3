"""What can be wrong with a road source, said so that the person who chose it knows what to do next (Django-free)."""

from __future__ import annotations

from core.errors import InvalidInput, Unavailable


class SourceUnreadable(InvalidInput):
    """Missing, of an unknown type, damaged or cut off: nothing of it may be used."""

    code = "road_source_unreadable"


class SourceWithoutRoads(InvalidInput):
    """Readable, but holds no road that anybody may use."""

    code = "road_source_without_roads"


class PlaceNotFound(InvalidInput):
    """No place of that name with an area."""

    code = "place_not_found"


class SourceOffline(Unavailable):
    """The map service can't be reached from here."""

    code = "road_source_offline"
