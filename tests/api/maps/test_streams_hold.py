"""Old snapshot + events = new snapshot, for every stream that a page uses, whatever happens in between.

The streams, and what a page does with them:

| page | of `/live/events` | what it holds | how an event changes it |
|---|---|---|---|
| `/command/` | its scope, positions | incidents, assignments, calls for help, statuses not told | folded in |
| `/command/` | the same | units, presses | read anew after `patrols.tour_*`, `incidents.supervision_changed` |
| `/duty/` | its own tour (`own=1`) | duty, own case | read anew after any event |
| `/chief/` | own segments, presses upon oneself (`own=1`) | the whole page | read anew after any event |

What is folded in must be equal; what is read anew must not change without an event that this reader hears.
"""

from __future__ import annotations

import json
import random
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.errors import LuzhangError
from core.feed import sequencer
from core.jsontext import dumps
from incidents.models import Assignment, BackupRequest, StatusReturn, TransferSystem
from incidents.services import (
    Transfer,
    assignment_backup_ask,
    status_return_again,
    status_return_dismiss,
    status_returns,
    transfer_receive,
)
from incidents.states import HOLDING, UNSIGNED
from maps.doors.snapshot import picture
from maps.live.source import events_after
from patrols.services import tour_close
from stations.types import Role
from tests.factories.incident_acts import acts_possible
from tests.factories.incidents import World, urgent
from tests.factories.roads import lonlat
from tests.factories.stations import SYSTEM, an_actor

pytestmark = pytest.mark.django_db
STANDING = {"proposed", "offered", "delivered", "acknowledged", "en_route", "on_scene", "cleared"}


class CommandPage:
    """Holds what `command/store.js` holds, and folds events in as it does."""

    def __init__(self, actor: Any) -> None:
        self.actor = actor
        self.read()

    def read(self) -> None:
        seen = json.loads(dumps(picture(self.actor)))
        self.seq = seen["seq"]
        self.held = {
            "incidents": {row["uid"]: row for row in seen["incidents"]},
            "assignments": {row["uid"]: row for row in seen["assignments"]},
            "backups": {row["uid"]: row for row in seen["backups"]},
            "failed_returns": {row["uid"]: row for row in seen["failed_returns"]},
        }
        self.units = {(row["tour_id"], row["exercise"], row["on_break"], row["people"]) for row in seen["units"]}
        self.presses = {row["id"] for row in seen["presses"]}

    def fold(self, messages: list[Any]) -> set[str]:
        """Take the events; returns their topics."""
        stays = {
            "incident": ("incidents", lambda row: True),
            "assignment": ("assignments", lambda row: row["state"] in STANDING),
            "backup": ("backups", lambda row: row["state"] != "answered"),
            "status_return": ("failed_returns", lambda row: row["sending"] == "failed"),
        }
        topics = set()
        for message in messages:
            body = json.loads(message.data.decode().split("data: ", 1)[1])
            topics.add(body["topic"])
            for name, (held, keeps) in stays.items():
                row = body["payload"].get(name)
                if not isinstance(row, dict):
                    continue
                known = self.held[held].get(row["uid"])
                if known is not None and known["version"] > row["version"]:
                    continue
                if keeps(row):
                    self.held[held][row["uid"]] = row
                else:
                    self.held[held].pop(row["uid"], None)
        return topics


def _visible() -> None:
    while sequencer.number_visible():
        pass


def _asked(person: Any, *addresses: str) -> str:
    """What these addresses say now, without the moment at which they were asked."""
    client = APIClient()
    client.force_authenticate(person.user)
    answers = [client.get(f"/api/v1/{address}").json() for address in addresses]
    for answer in answers:
        answer.pop("at", None)
    return dumps(answers)


def _returns(world: World, chance: random.Random) -> Any:
    """A status that was given up, is sent again, is told otherwise."""
    row = chance.choice(list(StatusReturn.objects.all()))
    StatusReturn.objects.filter(pk=row.pk, state="waiting").update(tries=status_returns.TRIES_AT_MOST - 1)
    return chance.choice(
        [
            lambda: status_returns.status_return_send(row.pk),
            lambda: status_return_again(actor=world.desk, return_uid=str(row.uid)),
            lambda: status_return_dismiss(actor=world.desk, return_uid=str(row.uid), text="电话告知"),
        ]
    )


def _call_for_help(world: World) -> Any:
    """A crew that has a case signs for it, if it has not yet, and calls for help."""
    assignment = Assignment.objects.filter(state__in=sorted(HOLDING)).order_by("id").first()
    if assignment is None:
        return None
    if assignment.state in UNSIGNED:
        assignment = world.step(assignment, "acknowledged")
    crew = next(crew for crew in world.crews if crew.tour.pk == assignment.tour_id)
    return assignment_backup_ask(actor=crew.actor, assignment_uid=str(assignment.uid), reason="danger")


@pytest.fixture
def busy(world: World) -> World:
    """Five crews sent to a case of our own and to one of 122, whose system can be told of nothing."""
    for place in range(5):
        world.crew(2000.0, 400.0 + 500.0 * place)
    world.report()
    TransferSystem.objects.filter(code="122").update(gateway="signed_http")
    lon, lat = lonlat(2000.0, 1500.0)
    place_of = {"lon": lon, "lat": lat, "datum": "wgs84"}
    transfer_receive(actor=world.desk, transfer=Transfer(system="122", number="1", kind_code="A3", place=place_of))
    urgent()
    return world


@pytest.mark.parametrize("seed", [4, 5])
def test_whatever_happens_no_page_is_left_behind(busy: World, seed: int) -> None:
    world, chance = busy, random.Random(seed)
    page = CommandPage(an_actor(world.city, Role.COMMANDER))
    crews = world.crews[:2]
    chief = world.roads.chiefs[world.roads.second.pk, 4]

    def phones() -> list[str]:
        return [_asked(crew.person, "patrols/duty/", "assignments/?mine=1&open=1&recalls=1") for crew in crews]

    def chiefs() -> str:
        return _asked(chief, "supervisions/", "incidents/?limit=1000")

    on_phone, at_chief = phones(), chiefs()
    done = 0
    for turn in range(60):
        acts = [*acts_possible(world, chance), _returns(world, chance)]
        with suppress(LuzhangError):
            (partial(_call_for_help, world) if turn % 20 == 0 else chance.choice(acts))()
            done += 1
        if turn == 40:
            tour_close(actor=SYSTEM, tour_id=world.crews[4].tour.pk)
        if turn % 3:
            continue
        _visible()
        messages = events_after(page.seq)
        topics = page.fold(messages)
        now = CommandPage(page.actor)
        assert page.held == now.held
        if page.units != now.units:
            assert any(topic.startswith("patrols.tour_") for topic in topics), "units are read anew after these"
        if page.presses != now.presses:
            assert "incidents.supervision_changed" in topics
        for index, said in enumerate(phones()):
            if said != on_phone[index]:
                assert crews[index].tour.pk in {message.tour_id for message in messages}, "its phone hears of it"
                on_phone[index] = said
        if (said := chiefs()) != at_chief:
            assert any(chief.pk in message.chief_ids or message.pressed_id == chief.pk for message in messages)
            at_chief = said
        page.units, page.presses, page.seq = now.units, now.presses, now.seq
    assert done > 20 and BackupRequest.objects.exists()
