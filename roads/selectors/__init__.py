"""Readers of the roads room."""

from roads.selectors.chainage import axes_by_weight, points_of_chainage
from roads.selectors.junctions import junctions_of_roads
from roads.selectors.networks import current_build, current_network, network_forget, networks_directory
from roads.selectors.placing import deployment_bounds, place_locate
from roads.selectors.responsibility import (
    chains_at,
    segment_ids_of_chief,
    segments_at_metre,
    segments_of_area,
    segments_without_chief,
)

__all__ = [
    "axes_by_weight",
    "chains_at",
    "current_build",
    "current_network",
    "deployment_bounds",
    "junctions_of_roads",
    "network_forget",
    "networks_directory",
    "place_locate",
    "points_of_chainage",
    "segment_ids_of_chief",
    "segments_at_metre",
    "segments_of_area",
    "segments_without_chief",
]
