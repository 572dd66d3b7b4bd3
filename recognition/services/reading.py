"""Reading the plates of a picture that somebody hands in: checked, read, on the record, and kept nowhere."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core import audit, clock
from core.attachments.picture import picture_opened
from recognition.reading.types import Picture, Profile, Reading
from recognition.services.readers import reader_turn
from stations.services import require
from stations.types import Actor, DataClass, Verb


@dataclass(frozen=True, slots=True)
class PicturePlates:
    """What a picture shows: its pixels, what was read, and when and where it was taken (WGS-84, None: not said).

    `at` is the camera's own time where the picture says it (`at_camera`), else the time of the house.
    """

    picture: Picture
    reading: Reading
    at: datetime
    at_camera: bool
    lon: float | None
    lat: float | None


def plates_read(
    *, actor: Actor, data: bytes, reason: str = "", profile: Profile = Profile.EVIDENCE, field: str = "file"
) -> PicturePlates:
    """Read the plates of one picture. The picture is not kept; who had it read, its digest and what was read are on
    the record before anything is shown.

    Raises Forbidden, PictureTooLarge (413), UnknownPictureType (415), BrokenPicture (400), Unavailable (503).
    """
    # Only a process that reads pictures pays for the memory of what reads them.
    import cv2
    import numpy as np

    require(actor, Verb.LOOKUP, DataClass.VEHICLE_IDENTITY)
    opened = picture_opened(data, zone=timezone.get_current_timezone(), field=field)
    picture = cv2.cvtColor(np.asarray(opened.image), cv2.COLOR_RGB2BGR)
    with reader_turn(profile) as reader:
        reading = reader.read(picture)
    digest = hashlib.sha256(data).hexdigest()
    plates = [one.text for one in reading.reads]
    with transaction.atomic():
        audit.record(
            actor_id=actor.user_id,
            action="recognition.plates_read",
            object_type="picture",
            object_id=digest[:40],
            organisation_path=(actor.scope_paths(Verb.LOOKUP, DataClass.VEHICLE_IDENTITY) or ("",))[0],
            reason=reason.strip(),
            details={"plates": plates, "source_sha256": digest, "engine": str(reading.stamp)},
        )
    taken_at = opened.taken_at
    return PicturePlates(picture, reading, taken_at or clock.now(), taken_at is not None, opened.lon, opened.lat)
