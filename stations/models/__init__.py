"""Where people, places and devices belong."""

from stations.models.calendar import CalendarDay
from stations.models.device import ApiToken, Device, DeviceBinding
from stations.models.organisation import Organisation, SendGrant
from stations.models.person import Person, RoleGrant, Vehicle
from stations.models.place import Camera, Checkpoint, Station, StationService

__all__ = [
    "ApiToken",
    "CalendarDay",
    "Camera",
    "Checkpoint",
    "Device",
    "DeviceBinding",
    "Organisation",
    "Person",
    "RoleGrant",
    "SendGrant",
    "Station",
    "StationService",
    "Vehicle",
]
