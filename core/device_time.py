"""When somebody acted, by the device that wrote it down, and where: kept beside the server's own time (invariant 9).

A device that was without network sends later. Its wall clock may be wrong by an hour, but the distance between two of
its readings is right, and that of its monotonic clock is right even if its wall clock was set in between. So the moment
of the act by the server's clock is told from the moment of receipt and that distance. Django-free.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class DeviceMoment:
    """`at`, `sent_at`: the device's wall clock at the act and at its sending. `monotonic_ms`: milliseconds of its
    monotonic clock between both, None where it was restarted. `lon`, `lat` in WGS-84 degrees, `accuracy_m` of the fix.
    """

    at: datetime | None = None
    sent_at: datetime | None = None
    monotonic_ms: int | None = None
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None

    @property
    def waited(self) -> timedelta | None:
        """How long the act waited to be sent, or None when the device does not tell, or tells nonsense."""
        if self.monotonic_ms is not None:
            return timedelta(milliseconds=self.monotonic_ms)
        if self.at is None or self.sent_at is None or self.sent_at < self.at:
            return None
        return self.sent_at - self.at

    def acted_at(self, received_at: datetime) -> datetime | None:
        """The moment of the act by the server's clock, or None when that can't be told."""
        waited = self.waited
        return None if waited is None else received_at - waited

    def details(self, received_at: datetime) -> dict[str, Any]:
        """What is kept with a step beside the device's time, as plain JSON: `{"device": {…}}`, or nothing when nothing
        was told.
        """
        told: dict[str, Any] = {}
        if self.sent_at is not None:
            told["sent_at"] = self.sent_at.isoformat()
            told["clock_ahead_s"] = round((self.sent_at - received_at).total_seconds(), 1)
        if self.monotonic_ms is not None:
            told["monotonic_ms"] = self.monotonic_ms
        if (acted_at := self.acted_at(received_at)) is not None:
            told["acted_at"] = acted_at.isoformat()
        if self.lon is not None and self.lat is not None:
            told |= {"lon": round(self.lon, 6), "lat": round(self.lat, 6), "accuracy_m": self.accuracy_m}
        return {"device": told} if told else {}


NOWHEN = DeviceMoment()
