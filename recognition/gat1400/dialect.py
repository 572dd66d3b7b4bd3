"""How a device speaks where devices differ: kept with the device and handed to each reading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta, tzinfo

from recognition.gat1400.moments import CHINA, FUTURE_TOLERANCE
from recognition.plates.codes import ColourInterface


@dataclass(frozen=True, slots=True)
class Dialect:
    """`zone`: of times that name none. `colours`: whose numbers PlateColor holds; nothing in a message tells, and the
    same digit is blue in one and green in the other. `future_tolerance`: how far ahead of receipt a passage may be.
    """

    zone: tzinfo = CHINA
    colours: ColourInterface = ColourInterface.CHECKPOINT
    future_tolerance: timedelta = FUTURE_TOLERANCE


STANDARD = Dialect()
