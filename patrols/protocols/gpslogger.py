"""GPSLogger's custom URL, by the template that our set-up card gives out; speed in metres a second.

Template: ?device=&lat=%LAT&lon=%LON&alt=%ALT&acc=%ACC&spd=%SPD&dir=%DIR&sat=%SAT&time=%TIME&timestamp=%TIMESTAMP
&batt=%BATT&prov=%PROV
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from patrols.protocols import plausibility, request
from patrols.protocols.fix import DecodedRequest, Fix, FixRejected

_EXTRAS = {"sat": "satellites", "prov": "provider", "hdop": "hdop", "act": "activity"}


def decode(method: str, path_query: str, headers: Mapping[str, str], body: bytes, now: datetime) -> DecodedRequest:
    """Decode one request; the template's pairs may stand in the query or, for POST, in the body. Never raises."""
    sent = request.query_of(path_query)
    if body:
        for name, value in request.pairs(body.decode("utf-8", "replace")).items():
            sent.setdefault(name, value)
    device = ""
    try:
        device = request.device_name(sent.get("device") or sent.get("id"), field="device")
        return request.decoded(device, _fix_of(device, sent, now))
    except FixRejected as rejection:
        return request.refused(device, rejection)


def _fix_of(device: str, sent: Mapping[str, str], now: datetime) -> Fix:
    lon_deg, lat_deg = plausibility.position(sent.get("lat"), sent.get("lon"))
    name = "timestamp" if sent.get("timestamp") else "time"
    timed = bool(sent.get(name))
    return Fix(
        device=device,
        lon=lon_deg,
        lat=lat_deg,
        fixed_at=plausibility.moment(sent[name], now, field=name) if timed else now,
        speed_mps=plausibility.speed(sent.get("spd"), 1.0),
        course_deg=plausibility.course(sent.get("dir")),
        accuracy_m=plausibility.accuracy(sent.get("acc")),
        altitude_m=plausibility.number(sent.get("alt")),
        battery=plausibility.percent(sent.get("batt")),
        time_from="device" if timed else "receipt",
        extras=request.extras(sent, _EXTRAS),
    )
