"""What the recognition room's database tests share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from core import clock
from recognition.intake.incoming import Sender, Taken
from recognition.models import WatchEntry
from recognition.services import passages_take
from stations.models import Organisation
from stations.types import Actor
from tests.factories.recognition import a_camera, a_passage, a_sender, a_watched, two_people
from tests.factories.stations import an_organisation

CAMERA = "46000000001190000001"
OTHER_CAMERA = "46000000001190000002"


@dataclass
class Gate:
    """A district with two cameras, the device that brings their passages, and two people of the watch-list."""

    county: Organisation
    district: Organisation
    sender: Sender
    people: tuple[Actor, Actor]
    now: datetime

    def watch(self, plate: str, **changed: Any) -> WatchEntry:
        """An entry in force, of the whole county."""
        return a_watched(self.county, self.people, plate, **changed)

    def passes(self, text: str, *, after_s: float = 0, camera: str = CAMERA, **changed: Any) -> Taken:
        """One passage in a message of its own, received at once."""
        at = self.now + timedelta(seconds=after_s)
        passage = a_passage(text, changed.pop("at", at), camera, **changed)
        return passages_take(self.sender, [passage], received_at=at)[0]


@pytest.fixture
def gate(db: None) -> Gate:
    """A county, a district of it, and what stands there."""
    county = an_organisation("示例县", kind="city")
    district = an_organisation("甲区", parent=county)
    a_camera(district, CAMERA)
    a_camera(district, OTHER_CAMERA, ring=1, lon=110.50)
    _device, sender = a_sender(district)
    return Gate(county, district, sender, two_people(county), clock.now().replace(microsecond=0))
