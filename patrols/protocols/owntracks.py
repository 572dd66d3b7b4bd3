"""OwnTracks in HTTP mode: one JSON object a request, speed in km/h, answered by a JSON list.

Form: https://owntracks.org/booklet/tech/json and .../tech/http.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime

from patrols.protocols import plausibility, request
from patrols.protocols.fix import Answer, DecodedRequest, Fix, FixRejected

MPS_PER_KMH = 1.0 / 3.6
EMPTY_LIST = Answer(200, "application/json", b"[]")
_EXTRAS = {"t": "trigger", "conn": "connection", "vac": "vertical_accuracy_m", "m": "monitoring", "bs": "battery_state"}


def decode(method: str, path_query: str, headers: Mapping[str, str], body: bytes, now: datetime) -> DecodedRequest:
    """Decode one request. The device is the last part of the topic, else X-Limit-D, else `tid`, else the Basic user;
    the credential is the Basic password where one is sent. `headers` has lower-case names. Never raises.
    """
    device = ""
    username, password = _basic(headers.get("authorization", ""))
    try:
        if not body.strip():
            return _ignored("empty", "", password)
        message = request.json_object(body)
        kind = message.get("_type")
        if kind != "location":
            return _ignored(kind[:40] if isinstance(kind, str) else "untyped", "", password)
        device = request.device_name(_device_of(message, headers, username), field="topic")
        fix = _fix_of(device, message, now)
        return request.decoded(device, fix, EMPTY_LIST, password or device)
    except FixRejected as rejection:
        return request.refused(device, rejection, EMPTY_LIST, password or device)


def _ignored(kind: str, device: str, password: str) -> DecodedRequest:
    return DecodedRequest((), (kind,), (), device, password, EMPTY_LIST)


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return user, password[: request.MAX_DEVICE_LENGTH]


def _device_of(message: Mapping[str, object], headers: Mapping[str, str], username: str) -> object:
    topic = message.get("topic")
    if isinstance(topic, str):
        last = topic.rpartition("/")[2]
        if last:
            return last
    return headers.get("x-limit-d") or message.get("tid") or username


def _fix_of(device: str, message: Mapping[str, object], now: datetime) -> Fix:
    lon_deg, lat_deg = plausibility.position(message.get("lat"), message.get("lon"))
    return Fix(
        device=device,
        lon=lon_deg,
        lat=lat_deg,
        fixed_at=plausibility.moment(message.get("tst"), now, field="tst"),
        speed_mps=plausibility.speed(message.get("vel"), MPS_PER_KMH),
        course_deg=plausibility.course(message.get("cog")),
        accuracy_m=plausibility.accuracy(message.get("acc")),
        altitude_m=plausibility.number(message.get("alt")),
        battery=plausibility.percent(message.get("batt")),
        extras=request.extras(message, _EXTRAS),
    )
