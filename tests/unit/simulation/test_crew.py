"""What a simulated crew does with an offer, step by step, without waiting."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from demo.simulation import crew as crew_module
from demo.simulation.crew import Crew
from demo.simulation.habits import Habits
from demo.simulation.http import Answer, Unreachable
from demo.simulation.tally import Tally
from demo.simulation.ways import Ways
from roads.network.build import build_graph
from roads.network.loader import RoadNetwork
from tests.unit.network.sources import random_source


class House:
    """Answers steps; `lose` of the first answers get lost on the way, `refuse` names a step that is over."""

    def __init__(self, place: tuple[float, float], *, lose: int = 0, refuse: str = "") -> None:
        self.place, self.lose, self.refuse = place, lose, refuse
        self.steps: list[str] = []
        self.keys: list[str] = []

    async def get(self, path: str, *, token: str = "") -> Answer:
        lon, lat = self.place
        return Answer(200, json.dumps({"incident_summary": {"lon": lon, "lat": lat}}).encode())

    async def post(self, path: str, data: Mapping[str, Any] | None = None, *, token: str = "") -> Answer:
        assert data is not None
        self.keys.append(data["client_key"])
        if self.lose:
            self.lose -= 1
            raise Unreachable("lost")
        if data["to_state"] == self.refuse:
            return Answer(409, b"{}")
        self.steps.append(data["to_state"])
        return Answer(200, b"{}")


@pytest.fixture(scope="module")
def ways() -> Ways:
    return Ways(RoadNetwork(build_graph(random_source(4, side=10))))


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [datetime(2026, 11, 21, 8, 0, tzinfo=UTC)]

    async def sleep(seconds: float) -> None:
        now[0] += timedelta(seconds=seconds)

    monkeypatch.setattr(crew_module, "house_sleep", sleep)
    monkeypatch.setattr(crew_module, "house_now", lambda: now[0])


def serve(ways: Ways, house: House, **shares: float) -> tuple[Crew, Tally]:
    graph = ways.network.graph
    lon, lat = float(graph.state_lon[5]), float(graph.state_lat[5])
    habits = Habits(**{"decline_share": 0.0, "silent_share": 0.0, **shares})
    tally = Tally()
    crew = Crew(
        tour_id=1, call_sign="U1", kind="car", tracker="t", token="a", lon=lon, lat=lat,
        client=house, trackers=house, ways=ways, habits=habits, tally=tally, rng=random.Random(1),  # type: ignore[arg-type]
        _begin=ways.network.snap(lon, lat)[:1],
    )  # fmt: skip

    async def main() -> None:
        crew.offered({"uid": "x", "fence": 1})
        crew.offered({"uid": "x", "fence": 1})
        await asyncio.gather(*crew._duties.values())

    asyncio.run(main())
    return crew, tally


def there(ways: Ways) -> tuple[float, float]:
    graph = ways.network.graph
    return float(graph.state_lon[-5]), float(graph.state_lat[-5])


def test_an_offer_is_seen_through_once_and_ends_at_the_place(ways: Ways) -> None:
    house = House(there(ways))
    crew, _ = serve(ways, house)
    assert house.steps == ["delivered", "acknowledged", "en_route", "on_scene", "cleared", "reported"]
    assert (crew.lon, crew.lat) == pytest.approx(there(ways), abs=1e-4)
    assert crew.serving == ""


def test_a_lost_answer_is_asked_for_again_with_the_same_key(ways: Ways) -> None:
    house = House(there(ways), lose=2)
    serve(ways, house)
    assert house.keys[:3] == ["x:delivered"] * 3
    assert house.steps[-1] == "reported"


def test_who_declines_or_never_signs_does_nothing_more(ways: Ways) -> None:
    house = House(there(ways))
    serve(ways, house, decline_share=1.0)
    assert house.steps == ["delivered", "declined"]
    house = House(there(ways))
    _, tally = serve(ways, house, silent_share=1.0)
    assert house.steps == ["delivered"]
    assert tally.counts["never_signed"] == 1


def test_a_refused_step_ends_the_duty(ways: Ways) -> None:
    house = House(there(ways), refuse="en_route")
    crew, tally = serve(ways, house)
    assert house.steps == ["delivered", "acknowledged"]
    assert tally.counts["en_route_409"] == 1
    assert tally.complaints == []
    assert crew.serving == ""
