"""The OsmAnd protocol as Traccar's phone clients send it: query or form (speed in knots) and JSON (metres a second).

Forms: https://www.traccar.org/osmand and the corpora in tests/protocols.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from patrols.protocols import plausibility, request
from patrols.protocols.fix import DecodedRequest, Extra, Fix, FixRejected

MPS_PER_KNOT = 1852.0 / 3600.0
_QUERY_EXTRAS = {"hdop": "hdop", "driverUniqueId": "driver", "cell": "cell", "wifi": "wifi"}
_JSON_EXTRAS = {"odometer": "odometer_m", "event": "event", "is_moving": "is_moving"}


def decode(method: str, path_query: str, headers: Mapping[str, str], body: bytes, now: datetime) -> DecodedRequest:
    """Decode one request of either form. `headers` has lower-case names; `now` is aware UTC. Never raises."""
    if method == "POST" and _is_json(headers.get("content-type", ""), body):
        return _decode_json(path_query, body, now)
    sent = request.query_of(path_query)
    if body:
        for name, value in request.pairs(body.decode("utf-8", "replace")).items():
            sent.setdefault(name, value)
    device = ""
    try:
        device = request.device_name(sent.get("id") or sent.get("deviceid"), field="id")
        return request.decoded(device, _fix_of_query(device, sent, now))
    except FixRejected as rejection:
        return request.called(device, rejection, request.short_text(sent.get("alarm")), sent.get("timestamp"), now)


def _is_json(content_type: str, body: bytes) -> bool:
    return "json" in content_type or body[:1] in (b"{", b"[")


def _fix_of_query(device: str, sent: Mapping[str, str], now: datetime) -> Fix:
    lat, lon = sent.get("lat"), sent.get("lon")
    if lat is None and lon is None and "location" in sent:
        lat, _, lon = sent["location"].partition(",")
    lon_deg, lat_deg = plausibility.position(lat, lon)
    timestamp = sent.get("timestamp")
    extras = request.extras(sent, _QUERY_EXTRAS)
    if "charge" in sent:
        extras["charging"] = request.truth(sent["charge"])
    return Fix(
        device=device,
        lon=lon_deg,
        lat=lat_deg,
        fixed_at=plausibility.moment(timestamp, now, field="timestamp") if timestamp else now,
        speed_mps=plausibility.speed(sent.get("speed"), MPS_PER_KNOT),
        course_deg=plausibility.course(sent.get("bearing", sent.get("heading"))),
        accuracy_m=plausibility.accuracy(sent.get("accuracy")),
        altitude_m=plausibility.number(sent.get("altitude")),
        battery=plausibility.percent(sent.get("batt")),
        is_mock=request.truth(sent.get("mock", "0")),
        valid=request.truth(sent.get("valid", "1")),
        alarm=request.short_text(sent.get("alarm")),
        time_from="device" if timestamp else "receipt",
        extras=extras,
    )


def _decode_json(path_query: str, body: bytes, now: datetime) -> DecodedRequest:
    device = ""
    location: dict[str, object] = {}
    try:
        message = request.json_object(body)
        location = request.mapping(message.get("location"))
        sent_device = message.get("device_id") or request.query_of(path_query).get("id")
        device = request.device_name(sent_device, field="device_id")
        return request.decoded(device, _fix_of_json(device, location, now))
    except FixRejected as rejection:
        alarm = request.short_text(location.get("alarm"))
        return request.called(device, rejection, alarm, location.get("timestamp"), now)


def _fix_of_json(device: str, location: Mapping[str, object], now: datetime) -> Fix:
    coords = request.mapping(location.get("coords"))
    battery = request.mapping(location.get("battery"))
    lon_deg, lat_deg = plausibility.position(coords.get("latitude"), coords.get("longitude"))
    timestamp = location.get("timestamp")
    timed = timestamp is not None and timestamp != ""
    extras: dict[str, Extra] = request.extras(location, _JSON_EXTRAS)
    extras |= request.extras(battery, {"is_charging": "charging"})
    extras |= request.extras(request.mapping(location.get("activity")), {"type": "activity"})
    return Fix(
        device=device,
        lon=lon_deg,
        lat=lat_deg,
        fixed_at=plausibility.moment(timestamp, now, field="timestamp") if timed else now,
        speed_mps=plausibility.speed(coords.get("speed"), 1.0),
        course_deg=plausibility.course(coords.get("heading")),
        accuracy_m=plausibility.accuracy(coords.get("accuracy")),
        altitude_m=plausibility.number(coords.get("altitude")),
        battery=plausibility.percent(battery.get("level"), 100.0),
        is_mock=request.truth(location.get("mock")),
        alarm=request.short_text(location.get("alarm")),
        time_from="device" if timed else "receipt",
        extras=extras,
    )
