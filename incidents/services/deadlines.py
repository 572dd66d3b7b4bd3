"""Deadlines by the zone of the place (town, suburb, village) and the grade, both by decision tables, with reasons.

What the area is comes first (an organisation says it of its land: feature `zone`), then the road. The tables are data:
a county that wants a zone of its own, "mountain", adds its rows to both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.rules import evaluate
from incidents.models import Incident
from roads.types import PlaceOnRoad
from stations.selectors import zone_said

ZONES_KEY = "incidents.zones"
DEADLINES_KEY = "incidents.deadlines"


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds from the start of the clock to the first unit on scene and to closing; `reasons` as grades have them."""

    zone: str
    arrive_s: float
    close_s: float
    reasons: list[dict[str, str]]

    def fields(self, since: datetime) -> dict[str, Any]:
        """The columns of an incident that they set, counted from `since`."""
        return {
            "zone": self.zone,
            "deadline_reasons": self.reasons,
            "arrive_by": since + timedelta(seconds=self.arrive_s),
            "close_by": since + timedelta(seconds=self.close_s),
        }


def zone_facts(*, place: PlaceOnRoad, organisation_path: str) -> dict[str, Any]:
    """What the zones table reads. `road_class` as in roads.network.source.RoadClass, 0 where no road is near."""
    far = place.road_class is None or "far_from_road" in place.flags
    return {
        "area": zone_said(organisation_path),
        "road_class": 0 if far else place.road_class,
        "on_axis": place.axis_id is not None,
    }


def deadlines_of_place(*, place: PlaceOnRoad, organisation_path: str, kind: str, grade: str, at: datetime) -> Deadlines:
    """Of something new: the zone of its place, then the norm. Raises RuleFailed when a table gives no answer."""
    outcome = evaluate(ZONES_KEY, zone_facts(place=place, organisation_path=organisation_path), at)
    row = outcome.result
    assert isinstance(row, dict)
    return _norm(row["zone"], [_reason(row)], kind=kind, grade=grade, at=at)


def deadlines_again(incident: Incident, *, grade: str, at: datetime) -> Deadlines:
    """Of an incident whose grade changed, or that starts anew: its zone stays what its place was."""
    return _norm(incident.zone, incident.deadline_reasons[:1], kind=incident.kind, grade=grade, at=at)


def _norm(zone: str, why: list[dict[str, str]], *, kind: str, grade: str, at: datetime) -> Deadlines:
    row = evaluate(DEADLINES_KEY, {"zone": zone, "grade": grade, "kind": kind}, at).result
    assert isinstance(row, dict)
    return Deadlines(zone, float(row["arrive_s"]), float(row["close_s"]), [*why, _reason(row)])


def _reason(row: dict[str, Any]) -> dict[str, str]:
    return {"code": row["code"], "reason": row["reason"]}
