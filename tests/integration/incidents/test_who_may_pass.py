"""Works and controls let through whom they name: the engine's choice follows, by the profile that a unit drives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from incidents.models import DispatchPolicyVersion
from roads.models import Closure
from roads.services import closure_create
from roads.services.live_weights import LiveWeights
from tests.factories.incidents import World, the_assignment
from tests.factories.roads import the_axis
from tests.factories.stations import SYSTEM

BLUE_LIGHT = {"profile": [{"kind": "*", "grade": "*", "value": "emergency"}]}


@pytest.fixture
def live(world: World) -> Iterator[LiveWeights]:
    """A writer of the network in force; the roads are open again afterwards, for other tests read the same files."""
    writer = LiveWeights()
    yield writer
    Closure.objects.all().delete()
    writer.run_once()
    writer.close()


@pytest.mark.parametrize(
    ("kind", "who", "policy", "near_is_sent"),
    [
        ("control", [], {}, True),
        ("control", ["police"], {}, True),
        ("works", ["police"], BLUE_LIGHT, True),
        ("control", ["emergency"], {}, False),
        ("control", ["emergency"], BLUE_LIGHT, True),
        ("control", ["foot"], BLUE_LIGHT, False),
        ("block", [], {}, False),
        ("block", [], BLUE_LIGHT, False),
    ],
)
def test_who_is_sent(
    world: World, live: LiveWeights, kind: str, who: list[str], policy: dict[str, Any], near_is_sent: bool
) -> None:
    """The near unit has the closure before it, the far one comes by another road."""
    DispatchPolicyVersion.objects.create(version=2, content=policy)
    near, far = world.crew(2000.0, 300.0), world.crew(3500.0, 1500.0)
    closure_create(
        actor=SYSTEM, organisation=world.city, kind=kind, reason="比赛", axis=the_axis("X201"), from_m=3500.0,
        to_m=3700.0, penalty_s=20.0, who_may_pass=who,
    )  # fmt: skip
    live.run_once()
    incident, assignment = world.sent()
    assert assignment == the_assignment(incident)
    assert assignment.tour_id == (near if near_is_sent else far).tour.pk
