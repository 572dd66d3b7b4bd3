"""The routing engine's types for higher rooms. Importing this loads the compiled search (100 MB)."""

from roads.network.directions import Leg, directions
from roads.network.loader import RoadNetwork
from roads.network.nearest import NearestResult
from roads.network.nearest import Units as NearestUnits
from roads.network.placement import Placement
from roads.network.profiles import Profile

__all__ = ["Leg", "NearestResult", "NearestUnits", "Placement", "Profile", "RoadNetwork", "directions"]
