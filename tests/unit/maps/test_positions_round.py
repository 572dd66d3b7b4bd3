"""One round of positions: who gets which unit, by scope, viewport and own tour. No database."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime

import pytest

from maps.live import positions
from maps.live.positions import Round
from maps.live.reader import Bounds
from maps.live.source import MovedUnit

AT = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """The house's clock stands."""
    monkeypatch.setattr(positions.clock, "now", lambda: AT)


def _moved(tour_id: int, lon: float, lat: float, *paths: str) -> MovedUnit:
    return MovedUnit(tour_id, paths or ("1.",), tour_id, lon, lat, json.dumps({"tour_id": tour_id}))


def _seen(found: bytes) -> list[int]:
    if not found:
        return []
    name, data = found.decode().removesuffix("\n\n").split("\n")
    assert name == "event: positions"
    body = json.loads(data.removeprefix("data: "))
    assert body["at"].startswith("2026-11-21")
    return [unit["tour_id"] for unit in body["units"]]


def test_scope_and_own_tour_decide() -> None:
    moved = [_moved(1, 110.4, 19.2, "1.2."), _moved(2, 110.4, 19.2, "1.3."), _moved(3, 110.4, 19.2, "1.3.", "1.2.")]
    found = Round(moved)
    assert _seen(found.seen(("1.2.",), None, ())) == [1, 3]
    assert _seen(found.seen((), None, {2})) == [2]
    assert found.seen((), None, ()) == b""


@pytest.mark.parametrize(
    "bounds",
    [
        (110.0, 19.0, 110.05, 19.05),
        (110.03, 19.0, 110.03, 19.9),
        (109.0, 18.0, 112.0, 20.5),
        (-180.0, -90.0, 180.0, 90.0),
        (0.0, 0.0, 1.0, 1.0),
        (110.5, 19.5, 110.1, 19.1),
    ],
)
def test_a_viewport_holds_what_lies_in_it(bounds: Bounds) -> None:
    chance = random.Random(1)
    moved = [_moved(n, chance.uniform(109.9, 110.9), chance.uniform(18.9, 19.9)) for n in range(2000)]
    west, south, east, north = bounds
    meant = [unit.tour_id for unit in moved if west <= unit.lon <= east and south <= unit.lat <= north]
    assert sorted(_seen(Round(moved).seen(("1.",), bounds, ()))) == meant
