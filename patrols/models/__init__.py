"""Units, their tours and where they are."""

from patrols.models.plan import DutyTask, Requirement, Shift
from patrols.models.position import DevicePosition, Fix, TourPosition
from patrols.models.tour import Tour, TourMember, TourStep
from patrols.models.unit import Unit

__all__ = [
    "DevicePosition",
    "DutyTask",
    "Fix",
    "Requirement",
    "Shift",
    "Tour",
    "TourMember",
    "TourPosition",
    "TourStep",
    "Unit",
]
