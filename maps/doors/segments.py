"""What is published of a segment, for its own page and those of its boards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from maps.doors.shapes import line_of
from roads.selectors import chains_at, closures_of_segment, public_chain, segment_ends
from roads.types import road_label
from stations.selectors import Contacts, contacts_of, stations_answering


def segment_facts(segment: Any, now: datetime, place: Point | None = None) -> dict[str, Any]:
    """Chain with duty contacts, ends, length, closures, the station that answers, supervision phone, the line.

    `place`: where somebody stands; the middle of the segment without one.
    """
    in_force = now in segment.valid
    shape = segment.geom or segment.area
    here = place or shape.point_on_surface
    path = segment.organisation.path or ""
    start, end = segment_ends([segment]).get(segment.pk, ("", ""))
    chain = public_chain(chains_at([segment.pk], now).get(segment.pk, ())) if in_force else []
    contacts = contacts_of([path])[path]
    return {
        "segment": segment,
        "in_force": in_force,
        "road": road_label(segment.axis.code, segment.axis.name) if segment.axis is not None else "",
        "chain": chain,
        "answering": answering_now(chain, contacts),
        "start": start,
        "end": end,
        "length_km": (segment.to_m - segment.from_m) / 1000 if segment.from_m is not None and segment.to_m else None,
        "closures": closures_of_segment(segment, now) if in_force else [],
        "station": stations_answering({0: (here.x, here.y, path)}).get(0),
        "contacts": contacts,
        "line": line_of(shape),
    }


def answering_now(chain: list[dict[str, Any]], contacts: Contacts) -> dict[str, str]:
    """Which number answers when no chief of the chain does at this hour: the organisation's duty phone, else the
    supervision phone; empty while a chief answers, and for a stretch without chiefs.
    """
    if not chain or any(chief["answers"] for chief in chain):
        return {}
    if contacts.duty_phone:
        return {"name": _("值班电话"), "phone": contacts.duty_phone}
    return {"name": _("监督电话"), "phone": contacts.supervision_phone} if contacts.supervision_phone else {}


def segment_structured(facts: dict[str, Any], address: str, provider: str) -> dict[str, Any]:
    """A segment as structured data (schema.org): the service of its chiefs, where, and by which duty phones."""
    segment = facts["segment"]
    line = " ".join(f"{lat},{lon}" for part in facts["line"] or () for lon, lat in part)
    channels = [
        {"@type": "ContactPoint", "contactType": chief["level_name"], "telephone": phone}
        for chief in facts["chain"]
        if (phone := chief["acting_phone"] or chief["duty_phone"])
    ]
    return {
        "@context": "https://schema.org",
        "@type": "GovernmentService",
        "name": segment.name,
        "identifier": segment.code,
        "url": address,
        "areaServed": {
            "@type": "Place",
            "name": segment.name,
            "geo": {"@type": "GeoShape", "line" if segment.geom else "polygon": line},
        },
        "provider": {"@type": "GovernmentOrganization", "name": provider, "contactPoint": channels},
    }
