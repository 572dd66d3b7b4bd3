"""Every row of the shared tracker corpora against its expected values."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from patrols.protocols import gpslogger, osmand, owntracks
from patrols.protocols.fix import DecodedRequest

NOW = datetime(2026, 6, 10, 0, 35, tzinfo=UTC)
ROOT = (
    Path(os.environ.get("LUZHANG_SHARED", Path(__file__).resolve().parents[2].parent / "shared")) / "data" / "trackers"
)
if not ROOT.is_dir():
    pytest.skip("the shared tracker corpora are not here", allow_module_level=True)

EXPECTED: dict[str, dict[str, Any]] = json.loads((ROOT / "expected.json").read_text())
KNOWN = set(EXPECTED["_about"]["known_devices"])


def _rows(name: str) -> list[dict[str, Any]]:
    read = json.loads((ROOT / name).read_text())
    return read["requests"] if isinstance(read, dict) else read


ROWS = [
    pytest.param(codec, row, id=row["id"])
    for codec, name in (
        (osmand, "osmand_query.json"),
        (osmand, "traccar_json.json"),
        (owntracks, "owntracks.json"),
        (gpslogger, "gpslogger.json"),
    )
    for row in _rows(name)
]


def _decode(codec: Any, row: dict[str, Any]) -> DecodedRequest:
    headers = {name.lower(): value for name, value in row.get("headers", {}).items()}
    if row.get("content_type"):
        headers["content-type"] = row["content_type"]
    body = row.get("raw_body")
    if body is None:
        body = row.get("body")
    if body is None:
        body = ""
    text = body if isinstance(body, str) else json.dumps(body)
    return codec.decode(row["method"], row["path"], headers, text.encode(), NOW)


@pytest.mark.parametrize(("codec", "row"), ROWS)
def test_row_decodes_as_expected(codec: Any, row: dict[str, Any]) -> None:
    expected = EXPECTED[row["id"]]
    decoded = _decode(codec, row)
    owntracks_list = codec is owntracks
    if "ignored" in expected:
        assert decoded.ignored == (expected["ignored"],)
        assert (decoded.answer.status, decoded.answer.body) == (200, b"[]")
        return
    if "error" in expected:
        _check_error(expected, decoded, owntracks_list)
        return
    (fix,) = decoded.fixes
    _check_fix(expected, fix)
    assert decoded.answer.status == 200
    assert decoded.answer.body == (b"[]" if owntracks_list else b"")


def _check_error(expected: dict[str, Any], decoded: DecodedRequest, owntracks_list: bool) -> None:
    if expected["error"] == "unknown_device":  # decoded well; the intake finds no such device and answers 404
        (fix,) = decoded.fixes
        assert fix.device not in KNOWN
        return
    (rejection,) = decoded.rejected
    assert rejection.code == expected["error"]
    if "field" in expected:
        assert rejection.field == expected["field"]
    assert not decoded.fixes
    if expected["error"] in {"missing_position", "future_time", "null_island"}:
        assert decoded.answer.status == 200
        assert decoded.answer.body == (b"[]" if owntracks_list else b"")
        assert decoded.device in KNOWN
    else:
        assert decoded.answer.status == 400
        assert json.loads(decoded.answer.body)["error"]["code"] == expected["error"]


def _check_fix(expected: dict[str, Any], fix: Any) -> None:
    for name in ("device", "lon", "lat", "course_deg", "accuracy_m"):
        assert getattr(fix, name) == expected[name], name
    assert fix.speed_mps == (None if expected["speed_mps"] is None else pytest.approx(expected["speed_mps"], abs=1e-3))
    for name in ("battery", "altitude_m", "alarm", "time_from"):
        if name in expected:
            assert getattr(fix, name) == expected[name], name
    if expected["fixed_at"] is None:
        assert fix.fixed_at == NOW
    else:
        assert fix.fixed_at == datetime.fromisoformat(expected["fixed_at"])
    assert fix.is_mock is expected.get("mock", False)
    assert fix.valid is expected.get("valid", True)
    for name in ("charging", "driver"):
        if name in expected:
            assert fix.extras[name] == expected[name], name
    if "hdop" in expected:
        assert float(fix.extras["hdop"]) == expected["hdop"]


def test_every_expected_row_is_covered() -> None:
    assert {param.id for param in ROWS} == set(EXPECTED) - {"_about"}
