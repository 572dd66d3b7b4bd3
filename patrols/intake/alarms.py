"""Calls for help that come with a fix. They become an event in the transaction that stores the fix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg2

from core import events
from patrols.intake.report import Report
from patrols.protocols.fix import Fix

TOPIC = "patrols.device_sos"
# Traccar's clients say "sos" in the OsmAnd protocol's `alarm`.
SOS = frozenset({"sos"})

# The tour's organisation where there is a tour, else the device's.
_CALLER = """
select d.id, d.identifier, d.datum, coalesce(t.organisation_path, o.path, ''), coalesce(u.call_sign, '')
from stations_device d
join stations_organisation o on o.id = d.organisation_id
left join patrols_tour t on t.id = %(tour_id)s
left join patrols_unit u on u.id = t.unit_id
where d.token_hash = %(token_hash)s
"""


def is_sos(fix: Fix) -> bool:
    """Is this fix a call for help?"""
    return fix.alarm is not None and fix.alarm.strip().lower() in SOS


def sos_publish(
    cursor: Any,
    report: Report,
    fix: Fix,
    tour_id: int | None,
    to_wgs84: Callable[[float, float, str], tuple[float, float]] | None,
) -> bool:
    """Write `patrols.device_sos` and its duties over the intake's own cursor; whether it is new.

    Device and the device's time are the key, so a phone that repeats itself calls once.
    """
    cursor.execute(_CALLER, {"tour_id": tour_id, "token_hash": psycopg2.Binary(report.token_hash)})
    row = cursor.fetchone()
    if row is None:
        return False
    device_id, identifier, datum, organisation_path, call_sign = row
    lon, lat = fix.lon, fix.lat
    if datum != "wgs84" and to_wgs84 is not None:
        lon, lat = to_wgs84(lon, lat, datum)
    written = events.publish_over(
        cursor,
        TOPIC,
        organisation_path=organisation_path,
        audience="incident",
        subject={"device_id": device_id, "tour_id": tour_id},
        payload={
            "lon": lon,
            "lat": lat,
            "at": fix.fixed_at,
            "received_at": report.received_at,
            "accuracy_m": fix.accuracy_m,
            "is_mock": fix.is_mock,
            "device": identifier,
            "call_sign": call_sign,
        },
        key=f"{device_id}:{fix.fixed_at.isoformat()}",
        at=report.received_at,
    )
    return written is not None
