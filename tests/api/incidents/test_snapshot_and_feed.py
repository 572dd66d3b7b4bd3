"""What a client holds: an old list plus the feed's rows since equals a new list, whatever happened in between."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.errors import LuzhangError
from core.feed import reader, sequencer
from core.jsontext import dumps
from patrols.services import tour_close
from stations.types import Role
from tests.factories.incident_acts import acts_possible
from tests.factories.incidents import World
from tests.factories.stations import SYSTEM, a_person

pytestmark = pytest.mark.django_db


class Client:
    """Holds incidents and assignments as a page does: asks once, then only reads the feed."""

    def __init__(self, person: Any) -> None:
        self._api = APIClient()
        self._api.force_authenticate(person.user)
        self.seq = reader.head()[1]
        self.incidents, self.assignments = self.asked()

    def asked(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The lists as the API gives them now."""
        incidents = self._api.get("/api/v1/incidents/?limit=1000").json()["features"]
        assignments = self._api.get("/api/v1/assignments/").json()["assignments"]
        return (
            {row["id"]: row["properties"] for row in incidents},
            {row["uid"]: row for row in assignments},
        )

    def follow(self) -> None:
        """Take what the feed says; a row with an older version than ours is old news."""
        while sequencer.number_visible():
            pass
        page = reader.events_after(self.seq, limit=10_000)
        assert not page.reset
        for row in page.rows:
            for name, held in (("incident", self.incidents), ("assignment", self.assignments)):
                summary = row.event.payload.get(name)
                known = held.get(summary["uid"]) if summary else None
                if summary and (known is None or known["version"] <= summary["version"]):
                    held[summary["uid"]] = summary
        self.seq = page.last_seq


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_old_snapshot_and_the_events_make_the_new_one(world: World, seed: int) -> None:
    chance = random.Random(seed)
    for place in range(5):
        world.crew(2000.0, 400.0 + 500.0 * place)
    world.report()
    client = Client(a_person(world.city, Role.COMMANDER))
    done = 0
    for turn in range(70):
        try:
            chance.choice(acts_possible(world, chance))()
            done += 1
        except LuzhangError:
            pass
        if turn == 40:
            tour_close(actor=SYSTEM, tour_id=world.crews[0].tour.pk)
        if turn % 10 == 9:
            client.follow()
            incidents, assignments = client.asked()
            assert client.incidents == incidents
            assert json.loads(dumps(client.assignments)) == assignments
    assert done > 20 and len(client.incidents) > 2 and len(client.assignments) > 1
