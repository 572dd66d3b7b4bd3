"""What a client holds: an old list plus the feed's rows since equals a new list, whatever happened in between."""

from __future__ import annotations

import json
import random
from functools import partial
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.errors import LuzhangError
from core.feed import reader, sequencer
from core.jsontext import dumps
from incidents import services
from incidents.models import Assignment, Incident
from incidents.states import AssignmentState
from patrols.services import tour_close
from stations.types import Role
from tests.factories.incidents import World, later, urgent
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


def _by_radio(world: World, assignment: Assignment, to_state: AssignmentState) -> None:
    services.assignment_step(
        actor=world.desk, assignment_uid=str(assignment.uid), to_state=to_state, by_radio=True, text="电台"
    )


def _recall(world: World, assignment: Assignment) -> None:
    services.assignment_recall(actor=world.desk, assignment_uid=str(assignment.uid), reason="改派")


def _acts(world: World, chance: random.Random) -> list[Any]:
    """Everything that can be tried now; what is refused is refused."""
    incidents, assignments = list(Incident.objects.all()), list(Assignment.objects.select_related("unit", "tour"))
    desk = {"actor": world.commander, "reason": "原因"}
    acts: list[Any] = [
        lambda: world.report(
            kind=chance.choice(["crash", "sos", "congestion", "crash_injury", "watchlist_hit"]),
            north_m=chance.uniform(500, 2500),
        ),
        lambda: later(chance.choice([1, 6, 35, 200])),
        urgent,
        services.queue_sweep,
    ]
    if incidents:
        incident, other = chance.choice(incidents), chance.choice(incidents)
        uid = str(incident.uid)
        acts += [
            lambda: services.incident_mark_false(incident_uid=uid, **desk),
            lambda: services.incident_wait(incident_uid=uid, until=None, **desk),
            lambda: services.incident_resume(incident_uid=uid, **desk),
            lambda: services.incident_transfer(incident_uid=uid, to="邻县", **desk),
            lambda: services.incident_take_back(incident_uid=uid, **desk),
            lambda: services.incident_merge(incident_uid=uid, into_uid=str(other.uid), **desk),
            lambda: services.incident_unmerge(incident_uid=uid, **desk),
            lambda: services.incident_review(incident_uid=uid, **desk),
            lambda: services.incident_return(incident_uid=uid, **desk),
            lambda: services.incident_close(incident_uid=uid, **desk),
            lambda: services.incident_reopen(incident_uid=uid, **desk),
            lambda: services.incident_regrade(incident_uid=uid, grade=chance.choice(["red", "blue"]), **desk),
            lambda: services.incident_supervise(incident_uid=uid, **desk),
            lambda: services.incident_assign(incident_uid=uid, tour_uid=None, **desk),
            lambda: services.incident_assign(
                incident_uid=uid, tour_uid=str(chance.choice(world.crews).tour.uid), preempt=True, **desk
            ),
        ]
    for assignment in chance.sample(assignments, min(4, len(assignments))):
        allowed = [AssignmentState(state) for state in ("acknowledged", "on_scene", "cleared", "reported", "declined")]
        acts += [partial(_by_radio, world, assignment, chance.choice(allowed)), partial(_recall, world, assignment)]
    return acts


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
            chance.choice(_acts(world, chance))()
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
