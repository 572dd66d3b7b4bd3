"""Calls for help that come with a fix. They become an event in the transaction that stores the fix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg2

from core import events
from patrols.intake.report import Report
from patrols.protocols.fix import Call, Fix

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


# Who calls at that moment, and where it was last: its tour's position, else the device's own.
_CALLER_WITHOUT_FIX = """
select d.id, d.identifier, t.id, coalesce(t.organisation_path, o.path, ''), coalesce(u.call_sign, ''),
    coalesce(st_x(p.geom), l.lon), coalesce(st_y(p.geom), l.lat), coalesce(p.fixed_at, l.fixed_at)
from stations_device d
join stations_organisation o on o.id = d.organisation_id
left join stations_devicebinding b on b.device_id = d.id and b.valid @> %(at)s::timestamptz
left join patrols_tourmember m on m.person_id = b.person_id and m.present @> %(at)s::timestamptz
left join patrols_tour t on t.id = coalesce(m.tour_id, (
    select v.id from patrols_tour v
    where v.vehicle_id = b.vehicle_id and v.opened_at <= %(at)s and (v.closed_at is null or %(at)s < v.closed_at)
    order by v.opened_at desc limit 1
))
left join patrols_unit u on u.id = t.unit_id
left join patrols_tourposition p on p.tour_id = t.id
left join patrols_deviceposition l on l.device_id = d.id
where d.token_hash = %(token_hash)s
order by t.id nulls last
limit 1
"""


def is_sos(said: Fix | Call) -> bool:
    """Is this a call for help?"""
    return said.alarm is not None and said.alarm.strip().lower() in SOS


def call_publish(cursor: Any, report: Report, call: Call) -> bool:
    """A call for help without a usable fix: `patrols.device_sos` with the last place known; whether it is new.

    `lon` and `lat` are those of the last fix (`placed_by` is 'last_fix', `fixed_at` its time), or null where there has
    never been one (`placed_by` is '').
    """
    at = {"at": report.received_at, "token_hash": psycopg2.Binary(report.token_hash)}
    cursor.execute(_CALLER_WITHOUT_FIX, at)
    row = cursor.fetchone()
    if row is None:
        return False
    device_id, identifier, tour_id, organisation_path, call_sign, lon, lat, fixed_at = row
    written = events.publish_over(
        cursor,
        TOPIC,
        organisation_path=organisation_path,
        audience="incident",
        subject={"device_id": device_id, "tour_id": tour_id},
        payload={
            "lon": lon,
            "lat": lat,
            "placed_by": "" if lon is None else "last_fix",
            "fixed_at": fixed_at,
            "at": call.called_at,
            "received_at": report.received_at,
            "accuracy_m": None,
            "is_mock": False,
            "device": identifier,
            "call_sign": call_sign,
        },
        key=f"{device_id}:{call.called_at.isoformat()}",
        at=report.received_at,
    )
    return written is not None


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
            "placed_by": "fix",
            "fixed_at": fix.fixed_at,
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
