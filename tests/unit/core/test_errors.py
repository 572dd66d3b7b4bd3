"""The one JSON shape of typed errors."""

from __future__ import annotations

import datetime as dt
import json
import uuid

import pytest

from core import errors
from core.errors import InvalidInput, LuzhangError


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.InvalidInput, 400), (errors.NotSignedIn, 401), (errors.Forbidden, 403), (errors.NotFound, 404),
        (errors.Conflict, 409), (errors.TransitionRefused, 409), (errors.StaleFence, 409), (errors.TooLarge, 413),
        (errors.TooMany, 429), (errors.Unavailable, 503),
    ],
)  # fmt: skip
def test_each_kind_has_its_status_and_shape(kind: type[LuzhangError], status: int) -> None:
    problem = kind("wrong", field="lon", value=200, cure="-180…180")
    assert problem.status == status
    assert problem.as_dict() == {
        "error": {"code": kind.code, "message": "wrong", "field": "lon", "value": 200, "cure": "-180…180"}
    }


def test_absent_keys_are_omitted() -> None:
    assert errors.NotFound("gone").as_dict() == {"error": {"code": "not_found", "message": "gone"}}


def test_details_hold_errors_and_mappings() -> None:
    problem = InvalidInput("two", details=[InvalidInput("a", field="x"), {"field": "y", "at": dt.date(2026, 3, 1)}])
    assert problem.as_dict()["error"]["details"] == [
        {"code": "invalid_input", "message": "a", "field": "x"},
        {"field": "y", "at": "2026-03-01"},
    ]


def test_any_value_becomes_json() -> None:
    values = [float("nan"), b"\x00\x01", uuid.UUID(int=1), dt.datetime(2026, 1, 1, tzinfo=dt.UTC), {1: {2}}, object()]
    text = json.dumps([InvalidInput("v", value=value).as_dict() for value in values], allow_nan=False)
    assert "<2 bytes>" in text


def test_long_values_are_cut() -> None:
    value = InvalidInput("v", value="长" * 1000).as_dict()["error"]["value"]
    assert len(value) == errors.MAX_VALUE_CHARACTERS
