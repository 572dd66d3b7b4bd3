"""The network and who answers for it."""

from roads.models.axis import CalibrationPost, RoadAxis, RoadAxisVersion
from roads.models.board import Board, BoardPicture, BoardStep
from roads.models.chief import ChiefAssignment, ChiefDeputy, ChiefLeave, ChiefLevel
from roads.models.closure import Closure, RoadSpeed
from roads.models.inspection import Inspection, InspectionPicture
from roads.models.network import NetworkBuild, RoadEdge
from roads.models.place import FacilityOnRoad, GazetteerPlace
from roads.models.review import ReviewItem
from roads.models.segment import Segment, SegmentLineage

__all__ = [
    "Board",
    "BoardPicture",
    "BoardStep",
    "CalibrationPost",
    "ChiefAssignment",
    "ChiefDeputy",
    "ChiefLeave",
    "ChiefLevel",
    "Closure",
    "FacilityOnRoad",
    "GazetteerPlace",
    "Inspection",
    "InspectionPicture",
    "NetworkBuild",
    "ReviewItem",
    "RoadAxis",
    "RoadAxisVersion",
    "RoadEdge",
    "RoadSpeed",
    "Segment",
    "SegmentLineage",
]
