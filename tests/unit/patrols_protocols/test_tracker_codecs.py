"""Tracker codecs on their own cases: units, times, answers, and that no input gets past FixRejected."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patrols.protocols import gpslogger, osmand, owntracks, plausibility
from patrols.protocols.fix import REJECT_CODES, DecodedRequest, Fix

NOW = datetime(2026, 6, 10, 0, 35, tzinfo=UTC)
AT = datetime(2026, 6, 10, 0, 30, 15, tzinfo=UTC)
EPOCH_S = 1781051415
PLACE = "lat=37.5333&lon=121.3917"
JSON = {"content-type": "application/json"}


def _get(codec: Any, query: str) -> DecodedRequest:
    return codec.decode("GET", f"/x?{query}", {}, b"", NOW)


def _post(codec: Any, body: object, headers: dict[str, str] = JSON) -> DecodedRequest:
    return codec.decode("POST", "/x", headers, json.dumps(body).encode(), NOW)


def _fix(decoded: DecodedRequest) -> Fix:
    (fix,) = decoded.fixes
    return fix


def test_each_dialect_has_its_own_unit_of_speed() -> None:
    assert _fix(_get(osmand, f"id=a&timestamp={EPOCH_S}&{PLACE}&speed=10")).speed_mps == pytest.approx(
        5.14444, abs=1e-4
    )
    assert _fix(_get(gpslogger, f"device=a&timestamp={EPOCH_S}&{PLACE}&spd=10")).speed_mps == 10.0
    location = {"timestamp": AT.isoformat(), "coords": {"latitude": 37.5, "longitude": 121.4, "speed": 10}}
    assert _fix(_post(osmand, {"device_id": "a", "location": location})).speed_mps == 10.0
    owned = {"_type": "location", "lat": 37.5, "lon": 121.4, "tst": EPOCH_S, "tid": "a", "vel": 36}
    assert _fix(_post(owntracks, owned)).speed_mps == pytest.approx(10.0)


@pytest.mark.parametrize(
    "sent",
    [
        EPOCH_S,
        EPOCH_S * 1000,
        f"{EPOCH_S}.0",
        "2026-06-10T00:30:15Z",
        "2026-06-10 00:30:15",
        "2026-06-10T08:30:15%2B08:00",
        "2026-06-10T08:30:15+08:00",  # the plus not escaped: arrives as a space
    ],
)
def test_times_of_every_form_are_the_same_moment(sent: object) -> None:
    fix = _fix(_get(osmand, f"id=a&timestamp={sent}&{PLACE}"))
    assert (fix.fixed_at, fix.time_from) == (AT, "device")


def test_seconds_after_2038_are_not_taken_for_milliseconds() -> None:
    (rejection,) = _get(osmand, f"id=a&timestamp=4102444800&{PLACE}").rejected
    assert (rejection.code, rejection.status) == ("future_time", 200)


def test_an_ancient_time_is_answered_200_and_moves_nobody() -> None:
    ancient = NOW - plausibility.ANCIENT_AFTER - timedelta(seconds=1)
    decoded = _get(osmand, f"id=a&timestamp={int(ancient.timestamp())}&{PLACE}")
    assert not decoded.fixes
    assert decoded.rejected[0].code == "bad_time"
    assert decoded.answer.status == 200


def test_the_bounds_of_time_are_inclusive() -> None:
    for moment in (NOW + plausibility.FUTURE_TOLERANCE, NOW - plausibility.ANCIENT_AFTER):
        assert _fix(_get(osmand, f"id=a&timestamp={moment.timestamp()}&{PLACE}")).fixed_at == moment


def test_swapped_axes_are_refused_and_said() -> None:
    (rejection,) = _get(osmand, f"id=a&timestamp={EPOCH_S}&lat=121.39&lon=37.53").rejected
    assert (rejection.code, rejection.field, rejection.value) == ("out_of_range", "lat", "121.39")
    assert rejection.cure is not None
    assert "swap" in rejection.cure


def test_a_refusal_names_field_value_and_cure() -> None:
    error = json.loads(_get(gpslogger, f"device=a&timestamp={EPOCH_S}&lat=37,5&lon=121,4").answer.body)["error"]
    assert error["code"] == "bad_number"
    assert (error["field"], error["value"]) == ("lat", "37,5")
    assert "decimal point" in error["cure"]


def test_a_bad_optional_value_does_not_cost_the_position() -> None:
    fix = _fix(_get(osmand, f"id=a&timestamp={EPOCH_S}&{PLACE}&speed=fast&accuracy=-1&batt=300&bearing=NaN"))
    assert (fix.speed_mps, fix.accuracy_m, fix.battery, fix.course_deg) == (None, None, None, None)


def test_owntracks_takes_the_basic_password_for_the_token() -> None:
    basic = "Basic " + base64.b64encode(b"patrol:s3cret:x").decode()
    body = {"_type": "location", "lat": 31.3747, "lon": 121.2653, "tst": EPOCH_S, "topic": "owntracks/patrol/unit-1"}
    decoded = _post(owntracks, body, JSON | {"authorization": basic})
    assert (decoded.device, decoded.credential) == ("unit-1", "s3cret:x")
    without = _post(owntracks, body)
    assert without.credential == "unit-1"


def test_form_body_and_query_mean_the_same() -> None:
    query = f"id=%E7%90%BC-01&timestamp={EPOCH_S}&{PLACE}&mock=true&valid=0&alarm=sos"
    form = {"content-type": "application/x-www-form-urlencoded"}
    posted = _fix(osmand.decode("POST", "/x", form, query.encode(), NOW))
    assert posted == _fix(_get(osmand, query))
    assert (posted.device, posted.is_mock, posted.valid, posted.alarm) == ("琼-01", True, False, "sos")


def test_a_heartbeat_names_its_device_and_is_answered_200() -> None:
    decoded = _get(osmand, f"id=a&timestamp={EPOCH_S}&batt=50")
    assert (decoded.device, decoded.rejected[0].code, decoded.answer.status) == ("a", "missing_position", 200)


def test_deeply_nested_json_is_bad_json() -> None:
    decoded = osmand.decode("POST", "/x", JSON, b"[" * 60_000, NOW)
    assert decoded.rejected[0].code == "bad_json"


_WORDS = st.sampled_from(
    ["id", "deviceid", "device", "lat", "lon", "location", "timestamp", "time", "speed", "bearing", "accuracy", "batt"]
)
_VALUES = st.one_of(
    st.text(max_size=12), st.floats().map(repr), st.integers().map(str), st.sampled_from(["a", "1e999", "+"])
)
_KEYS = st.sampled_from(
    ["_type", "lat", "lon", "tst", "tid", "topic", "vel", "cog", "acc", "batt", "device_id", "location", "coords",
     "latitude", "longitude", "timestamp", "speed", "heading", "battery", "level", "activity", "type", "mock", "alarm"]
)  # fmt: skip
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["location", 37.5, EPOCH_S]),
)
_TREES = st.recursive(
    _SCALARS, lambda inner: st.dictionaries(_KEYS, inner) | st.lists(inner, max_size=3), max_leaves=20
)
_HEADERS = st.dictionaries(
    st.sampled_from(["content-type", "authorization", "x-limit-d", "x-limit-u"]),
    st.one_of(st.text(max_size=20), st.sampled_from(["application/json", "Basic !!", "Basic dTpw"])),
)
_BODIES = st.one_of(
    st.binary(max_size=200),
    _TREES.map(lambda tree: json.dumps(tree).encode()),
    st.dictionaries(_KEYS, _TREES).map(
        lambda tree: json.dumps({"_type": "location", "device_id": "a"} | tree).encode()
    ),
)


@settings(max_examples=150, deadline=None)
@given(
    codec=st.sampled_from([osmand, owntracks, gpslogger]),
    method=st.sampled_from(["GET", "POST"]),
    query=st.one_of(
        st.text(max_size=60), st.lists(st.tuples(_WORDS, _VALUES)).map(lambda p: "&".join(f"{k}={v}" for k, v in p))
    ),
    headers=_HEADERS,
    body=_BODIES,
)
def test_no_input_gets_past_the_codec(
    codec: Any, method: str, query: str, headers: dict[str, str], body: bytes
) -> None:
    decoded = codec.decode(method, f"/x?{query}", headers, body, NOW)
    assert decoded.answer.status in {200, 400}
    for rejection in decoded.rejected:
        assert rejection.code in REJECT_CODES
        json.dumps(rejection.as_dict())
    assert len(decoded.fixes) + len(decoded.rejected) + len(decoded.ignored) == 1
    for fix in decoded.fixes:
        assert -180 <= fix.lon <= 180 and -90 <= fix.lat <= 90
        assert NOW - plausibility.ANCIENT_AFTER <= fix.fixed_at <= NOW + plausibility.FUTURE_TOLERANCE
        assert fix.speed_mps is None or 0 <= fix.speed_mps <= plausibility.MAX_SPEED_MPS
        assert fix.course_deg is None or 0 <= fix.course_deg < 360
        assert fix.device
