"""Marks in force: which of them a case meets, and which of them an actor may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from core import clock, crypto
from core.db.prepared import prepared
from core.geo.srid import STORE_SRID
from incidents.models import Incident, Mark
from stations.selectors import path_filter
from stations.types import Actor, DataClass, Verb

MAX_RADIUS_M = 5_000
# More than the largest radius at every latitude of China: the index cuts in degrees, the sphere decides.
AROUND_DEG = 0.08

_MET_SQL = """
    SELECT m.id, m.target, m.label, m.weight
      FROM incidents_mark m, (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), %(srid)s) AS geom) place
     WHERE m.ended_at IS NULL AND m.valid_from <= %(at)s::timestamptz
       AND (m.valid_until IS NULL OR m.valid_until > %(at)s::timestamptz)
       AND (m.target = 'place' AND ST_DWithin(m.geom, place.geom, %(around_deg)s)
                AND ST_DistanceSphere(m.geom, place.geom) <= m.radius_m
            OR m.plate_index = ANY(%(plates)s::bytea[]) OR m.caller_index = ANY(%(callers)s::bytea[]))
     ORDER BY m.weight DESC, m.id
"""


@dataclass(frozen=True, slots=True)
class MarkMet:
    """A mark that a case meets by its place, its plate or its caller."""

    id: int
    target: str
    label: str
    weight: int


def marks_met(*, lon: float, lat: float, plate: str, phone: str, at: datetime) -> list[MarkMet]:
    """Marks in force that a case at this WGS-84 point meets, heaviest first. For the house's own counting: who may read
    which of them is `marks_visible_to`.
    """
    values: dict[str, Any] = {"lon": lon, "lat": lat, "srid": STORE_SRID, "at": at, "around_deg": AROUND_DEG}
    values["plates"] = crypto.blind_indexes(plate, purpose="incidents.mark.plate") if plate else []
    values["callers"] = crypto.blind_indexes(phone, purpose="incidents.mark.caller") if phone else []
    with connection.cursor() as cursor:
        prepared(cursor, _MET_SQL, values)
        return [MarkMet(*row) for row in cursor.fetchall()]


def marks_visible_to(actor: Actor) -> QuerySet[Mark]:
    """Marks of the actor's scope; who sees only own work (auxiliaries) sees those of places alone."""
    visible = path_filter(actor, Verb.VIEW, DataClass.MARK)
    visible |= path_filter(actor, Verb.VIEW_OWN, DataClass.MARK) & Q(target=Mark.Target.PLACE)
    return Mark.objects.filter(visible)


def marks_of_incident(actor: Actor, incident: Incident) -> list[dict[str, Any]]:
    """What the actor may see of the marks that an incident meets now, and of those that its grade counted."""
    if not (actor.may(Verb.VIEW, DataClass.MARK) or actor.may(Verb.VIEW_OWN, DataClass.MARK)):
        return []
    met = marks_met(
        lon=incident.geom.x,
        lat=incident.geom.y,
        plate=incident.plate,
        phone=incident.reporter_phone,
        at=clock.now(),
    )
    counted = set(incident.mark_ids)
    rows = marks_visible_to(actor).filter(pk__in={mark.id for mark in met} | counted).order_by("-weight", "id")
    return [{**mark_summary(row), "counted": row.pk in counted} for row in rows]


def mark_summary(mark: Mark) -> dict[str, Any]:
    """A mark as lists show it. Of a plate the first and the last characters, of a caller nothing."""
    return {
        "uid": str(mark.uid),
        "target": mark.target,
        "label": mark.label,
        "weight": mark.weight,
        "reason": mark.reason,
        "plate": masked_plate(mark.plate),
        "lon": mark.geom.x if mark.geom is not None else None,
        "lat": mark.geom.y if mark.geom is not None else None,
        "radius_m": mark.radius_m,
        "valid_from": mark.valid_from,
        "valid_until": mark.valid_until,
        "ended_at": mark.ended_at,
    }


def masked_plate(plate: str) -> str:
    """`琼C***12`: enough to tell two cars of one case apart."""
    return f"{plate[:2]}***{plate[-2:]}" if len(plate) >= 6 else "***" if plate else ""
