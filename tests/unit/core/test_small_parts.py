"""Units, reference systems, JSON text, rules' cells, organisation roots, the clock's arithmetic."""

from __future__ import annotations

import datetime as dt
import json
from enum import StrEnum

import numpy as np
import pytest

from core import clock, units
from core.audit import organisation_root
from core.errors import InvalidInput, Unavailable
from core.geo import srid
from core.jsontext import dumps
from core.rules.compiling import BadTable, compiled
from core.urgent import registry


def test_units() -> None:
    assert units.kmh_to_mps(36) == pytest.approx(10)
    assert units.mps_to_kmh(10) == pytest.approx(36)
    assert units.knots_to_mps(1) == pytest.approx(0.514444, abs=1e-6)
    assert units.mph_to_kmh(60) == pytest.approx(96.56064)
    assert units.s_to_ms(1.2345) == 1234
    assert units.bearing_deg(-90) == 270 and units.bearing_deg(720) == 0 and units.bearing_deg(-1e-20) == 0
    assert units.bearing_difference_deg(350, 10) == 20 and units.bearing_difference_deg(90, 270) == 180


def test_utm_zones() -> None:
    assert srid.utm_srid(110.47, 19.25) == 32649
    assert srid.utm_srid(-8.61, 41.15) == 32629
    assert srid.utm_srid(151.2, -33.9) == 32756
    assert srid.utm_srid(180.0, 0.0) == 32660
    with pytest.raises(InvalidInput):
        srid.utm_srid(0, 88)


def test_metric_srid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(srid, "_configured", {})
    monkeypatch.delenv(srid.METRIC_SRID_VARIABLE, raising=False)
    with pytest.raises(Unavailable):
        srid.metric_srid()
    srid.metric_srid_configure(32649)
    assert srid.metric_srid() == 32649
    monkeypatch.setenv(srid.METRIC_SRID_VARIABLE, "4547")
    assert srid.metric_srid() == 4547
    monkeypatch.setenv(srid.METRIC_SRID_VARIABLE, "EPSG:4547")
    with pytest.raises(InvalidInput):
        srid.metric_srid()


def test_json_text() -> None:
    class Kind(StrEnum):
        A = "a"

    at = dt.datetime(2026, 3, 1, 8, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    value = {"k": Kind.A, "at": at, "n": np.int64(3), "s": {"b", "a"}, "f": np.float64(1.5), "字": "长"}
    assert json.loads(dumps(value)) == {
        "k": "a", "at": "2026-03-01T00:00:00+00:00", "n": 3, "s": ["a", "b"], "f": 1.5, "字": "长",
    }  # fmt: skip
    assert dumps({"b": 1, "a": "长"}, canonical=True) == '{"a":"\\u957f","b":1}'
    with pytest.raises(ValueError, match="JSON"):
        dumps(float("nan"))
    with pytest.raises(TypeError):
        dumps(object())


@pytest.mark.parametrize(
    ("path", "root"), [("1/4/9/", "1"), ("/1/4", "1"), ("1.4.9", "1"), ("root", "root"), ("", ""), ("/", "")]
)
def test_organisation_roots(path: str, root: str) -> None:
    assert organisation_root(path) == root


def test_clock_arithmetic() -> None:
    wall = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    house = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    later = wall + dt.timedelta(seconds=10)
    assert clock.Anchor(wall, house, 1.0).at(later) == house + dt.timedelta(seconds=10)
    assert clock.Anchor(wall, house, 60.0).at(later) == house + dt.timedelta(minutes=10)
    with clock.fixed(house):
        assert clock.now() == house
        assert clock.wait_s(house + dt.timedelta(seconds=3)) == pytest.approx(3 / clock.anchor().rate)
        assert clock.wait_s(wall) == 0.0
    with pytest.raises(ValueError, match="time zone"), clock.fixed(dt.datetime(2026, 1, 1)):
        pass


def test_jobs_have_one_owner_of_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_jobs", {})
    registry.register("solve", 0.5, test_units, exclusive=True)
    registry.register("solve", 0.5, test_units, exclusive=True)
    assert [job.name for job in registry.jobs()] == ["solve"]
    with pytest.raises(ValueError, match="two jobs"):
        registry.register("solve", 0.5, test_utm_zones)
    with pytest.raises(ValueError, match="above zero"):
        registry.register("other", 0, test_utm_zones)


def grade_table(rows: list[dict[str, str]]) -> dict:
    """A decision table of two inputs and one output in the engine's format."""
    inputs = [{"id": "i1", "name": "kind", "field": "kind"}, {"id": "i2", "name": "injured", "field": "injured"}]
    content = {"hitPolicy": "first", "inputs": inputs, "outputs": [{"id": "o1", "name": "grade", "field": "grade"}]}
    return {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "request", "position": {"x": 0, "y": 0}},
            {"id": "t", "type": "decisionTableNode", "name": "grade", "position": {"x": 0, "y": 0},
             "content": {**content, "rules": rows}},
            {"id": "out", "type": "outputNode", "name": "response", "position": {"x": 0, "y": 0}},
        ],
        "edges": [
            {"id": "e1", "sourceId": "in", "targetId": "t", "type": "edge"},
            {"id": "e2", "sourceId": "t", "targetId": "out", "type": "edge"},
        ],
    }  # fmt: skip


def test_good_table_compiles_and_says_what_it_needs() -> None:
    table = compiled(grade_table([{"_id": "r", "i1": '"crash","fire"', "i2": "> 0", "o1": '"red"'}]))
    assert table.needs == {"kind", "injured"}


@pytest.mark.parametrize(
    ("cell", "column"), [('"crash', "i1"), ("foo(", "i1"), ("> ", "i2"), ("red blue", "o1"), ('"red', "o1")]
)
def test_a_cell_that_can_not_be_parsed_is_found_at_once(cell: str, column: str) -> None:
    """The engine itself would treat it as "does not hit"."""
    with pytest.raises(BadTable, match="grade row 1"):
        compiled(grade_table([{"_id": "r", "i1": '"a"', "i2": "> 0", "o1": '"b"', column: cell}]))


@pytest.mark.parametrize("content", [{}, {"nodes": [], "edges": []}, {"nodes": [{"id": "x"}], "edges": []}])
def test_no_decision_model(content: dict) -> None:
    with pytest.raises(BadTable):
        compiled(content)
