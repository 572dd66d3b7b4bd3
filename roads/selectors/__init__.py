"""Readers of the roads room."""

from roads.selectors.boards import (
    BoardStanding,
    board_by_number,
    board_standing,
    board_standings,
    boards_of_segments,
    boards_to_reprint,
    boards_visible_to,
)
from roads.selectors.chainage import axes_by_weight, axes_of_road, axis_places, points_of_chainage
from roads.selectors.directory import directory_search
from roads.selectors.holdings import holdings_of, late_inspections, local_date, segment_duties
from roads.selectors.inspections import inspection_of, inspection_summary, inspections_visible_to
from roads.selectors.junctions import junctions_of_roads
from roads.selectors.leave import ChiefOnLeave, chiefs_on_leave
from roads.selectors.levels import level_for, levels_for
from roads.selectors.naming import places_named
from roads.selectors.networks import current_build, current_network, network_forget, networks_directory
from roads.selectors.placing import deployment_bounds, place_locate
from roads.selectors.responsibility import (
    chains_at,
    segment_ids_of_chief,
    segments_at_metre,
    segments_of_area,
    segments_without_chief,
)
from roads.selectors.segments import (
    assignments_visible_to,
    axis_by_uid,
    chainage_of,
    closures_in_force,
    closures_of_segment,
    heirs_of,
    public_chain,
    public_chains,
    review_items_visible_to,
    segment_by_uid,
    segment_ends,
    segment_geometries,
    segment_outlines,
    segments_visible_to,
    segments_without_geometry,
    side_name,
)
from roads.selectors.standing_in import deputies_allowed, leaves_of, stand_ins
from roads.selectors.suggesting import PlaceSuggestion, places_suggest
from roads.selectors.ways import Way, way_between

__all__ = [
    "BoardStanding",
    "ChiefOnLeave",
    "PlaceSuggestion",
    "Way",
    "assignments_visible_to",
    "axes_by_weight",
    "axes_of_road",
    "axis_by_uid",
    "axis_places",
    "board_by_number",
    "board_standing",
    "board_standings",
    "boards_of_segments",
    "boards_to_reprint",
    "boards_visible_to",
    "chainage_of",
    "chains_at",
    "chiefs_on_leave",
    "closures_in_force",
    "closures_of_segment",
    "current_build",
    "current_network",
    "deployment_bounds",
    "deputies_allowed",
    "directory_search",
    "heirs_of",
    "holdings_of",
    "inspection_of",
    "inspection_summary",
    "inspections_visible_to",
    "junctions_of_roads",
    "late_inspections",
    "leaves_of",
    "level_for",
    "levels_for",
    "local_date",
    "network_forget",
    "networks_directory",
    "place_locate",
    "places_named",
    "places_suggest",
    "points_of_chainage",
    "public_chain",
    "public_chains",
    "review_items_visible_to",
    "segment_by_uid",
    "segment_duties",
    "segment_ends",
    "segment_geometries",
    "segment_ids_of_chief",
    "segment_outlines",
    "segments_at_metre",
    "segments_of_area",
    "segments_visible_to",
    "segments_without_chief",
    "segments_without_geometry",
    "side_name",
    "stand_ins",
    "way_between",
]
