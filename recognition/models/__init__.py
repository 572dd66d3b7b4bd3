"""Models of the recognition room."""

from recognition.models.alarm import Alarm, AlarmStep, Sighting
from recognition.models.passage import CameraStanding, Passage, PassageBatch, PassagePicture
from recognition.models.register import PassageRule, VehicleRecord
from recognition.models.viid import DigestNonce, ViidInbox, ViidInventory, ViidSender, ViidSubscription
from recognition.models.watch import WatchCategory, WatchEntry, WatchStep

__all__ = [
    "Alarm",
    "AlarmStep",
    "CameraStanding",
    "DigestNonce",
    "Passage",
    "PassageBatch",
    "PassagePicture",
    "PassageRule",
    "Sighting",
    "VehicleRecord",
    "ViidInbox",
    "ViidInventory",
    "ViidSender",
    "ViidSubscription",
    "WatchCategory",
    "WatchEntry",
    "WatchStep",
]
