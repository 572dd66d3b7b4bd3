"""The routing engine's types for higher rooms. Importing this loads the compiled search (100 MB)."""

from roads.network.directions import Leg, directions
from roads.network.loader import RoadNetwork
from roads.network.nearest import NearestResult
from roads.network.nearest import Units as NearestUnits
from roads.network.placement import Placement
from roads.network.profiles import Profile
from roads.network.reach import Departure, Reach, first_by_junction, junction_place, junction_roads, roads_between

__all__ = [
    "Departure",
    "Leg",
    "NearestResult",
    "NearestUnits",
    "Placement",
    "Profile",
    "Reach",
    "RoadNetwork",
    "directions",
    "first_by_junction",
    "junction_place",
    "junction_roads",
    "roads_between",
]
