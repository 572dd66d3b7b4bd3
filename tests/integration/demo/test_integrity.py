"""The figures `lost` and `duplicated` of a measured run: zero for a sound house, and never zero for a doctored one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from core import clock
from core.clock import Anchor
from core.feed.sequencer import number_visible
from core.models import Event
from demo.simulation import figures
from demo.simulation.integrity import OFFERED, integrity
from demo.simulation.tally import Tally
from incidents.models import Assignment, Incident
from tests.factories.incidents import WHOLE_WAY, World, a_world, later, quiet_caches, urgent

__all__ = ["quiet_caches"]

pytestmark = pytest.mark.django_db


def _sql(statement: str, *values: Any) -> None:
    """Doctor rows: triggers and keys are off, as for somebody who may do everything."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET session_replication_role = DEFAULT")


class Run:
    """Two cases, one seen through and one under way, and what somebody outside was told of them."""

    def __init__(self) -> None:
        world: World = a_world()
        world.crew()
        world.crew(2000.0, 900.0)
        self.first, self.done = world.sent(client_key="a")
        world.walk(self.done, *WHOLE_WAY)
        self.second, self.sent = world.sent(client_key="b")
        urgent()
        number_visible()
        self.tally = Tally()
        self.tally.acknowledge("a", str(self.first.uid))
        self.tally.acknowledge("b", str(self.second.uid))
        for uid, seq in Event.objects.filter(topic=OFFERED).values_list("subject__assignment", "feed_seq"):
            self.tally.offered[uid] += 1
            self.tally.sequences[seq] += 1

    def found(self) -> dict[str, list[str]]:
        last = Event.objects.exclude(feed_seq=None).order_by("-feed_seq").values_list("feed_seq", flat=True).first()
        return integrity(self.tally, last or 0).named()


@pytest.fixture
def run(quiet_caches: None) -> Run:
    return Run()


def test_a_sound_house(run: Run) -> None:
    assert run.found() == {}
    sound = integrity(run.tally, 10**9)
    assert (sound.lost_count, sound.duplicated_count) == (0, 0)
    assert figures.assigned_count() == 2
    assert sum(figures.decisions_by_origin().values()) == 2
    assert figures.mean_travel_s() == pytest.approx(
        (run.done.predicted_travel_s + run.sent.predicted_travel_s) / 2, abs=0.1
    )
    assert figures.percentiles([]) == {"p50": None, "p95": None, "p99": None}


def _forget_incident(run: Run) -> None:
    _sql("DELETE FROM incidents_incident WHERE id = %s", run.second.pk)


def _forget_offer(run: Run) -> None:
    _sql("DELETE FROM incidents_assignmentstep WHERE assignment_id = %s", run.sent.pk)
    _sql("DELETE FROM incidents_assignment WHERE id = %s", run.sent.pk)


def _forget_event(run: Run) -> None:
    _sql("DELETE FROM core_event WHERE topic = %s AND subject ->> 'assignment' = %s", OFFERED, str(run.sent.uid))
    del run.tally.offered[str(run.sent.uid)]


def _forget_work(run: Run) -> None:
    _sql("UPDATE core_outboxtask SET done_at = NULL")
    later(0)
    _sql("UPDATE core_outboxtask SET done_at = NULL, due_at = now() + interval '1 hour'")
    _sql("UPDATE core_event SET at = at - interval '1 minute'")


def _leave_pending(run: Run) -> None:
    _sql(
        "UPDATE incidents_incident SET state = 'pending', assigned_at = NULL, shortfall = '' WHERE id = %s",
        run.second.pk,
    )


def _never_number(run: Run) -> None:
    minute = timedelta(minutes=1)
    _sql("UPDATE core_event SET feed_seq = NULL, at = %s WHERE topic = %s", clock.now() - minute, OFFERED)


def _double_incident(run: Run) -> None:
    _sql("ALTER TABLE incidents_incident DROP CONSTRAINT incident_client_key_unique")
    _sql("UPDATE incidents_incident SET client_key = 'a'")


def _double_lead(run: Run) -> None:
    names = [each.name for each in Assignment._meta.constraints]
    for name in names:
        _sql(f"ALTER TABLE incidents_assignment DROP CONSTRAINT IF EXISTS {name}")
        _sql(f"DROP INDEX IF EXISTS {name}")
    _sql("UPDATE incidents_assignment SET incident_id = %s, is_lead = true", run.first.pk)


def _hold_twice(run: Run) -> None:
    for name in [each.name for each in Assignment._meta.constraints]:
        _sql(f"ALTER TABLE incidents_assignment DROP CONSTRAINT IF EXISTS {name}")
        _sql(f"DROP INDEX IF EXISTS {name}")
    _sql("DELETE FROM incidents_assignmentstep WHERE assignment_id = %s AND to_state = 'cleared'", run.done.pk)
    _sql("UPDATE incidents_assignment SET tour_id = %s", run.done.tour_id)


def _offer_again(run: Run) -> None:
    _sql(
        """INSERT INTO incidents_assignmentstep (assignment_id, from_state, to_state, at, by_radio, device, client_key,
                                                 stale_fence, text, details)
           VALUES (%s, 'proposed', 'offered', now(), false, '', '', false, '', '{}')""",
        run.sent.pk,
    )


@pytest.mark.parametrize(
    ("doctor", "named"),
    [
        (_forget_incident, "acknowledged and not there"),
        (_forget_offer, "offer announced and not there"),
        (_forget_offer, "assigned and nobody was sent"),
        (_forget_event, "offer without an event"),
        (_forget_work, "work left undone"),
        (_leave_pending, "neither dispatched nor waiting with a reason"),
        (_never_number, "offer never numbered"),
    ],
)
def test_what_is_lost_is_found(run: Run, doctor: Callable[[Run], None], named: str) -> None:
    doctor(run)
    assert run.found().get(named), run.found()
    assert integrity(run.tally, 10**9).lost_count > 0


@pytest.mark.parametrize(
    ("doctor", "named"),
    [
        (_double_incident, "several incidents for one key"),
        (_double_lead, "several leads"),
        (_hold_twice, "tour held twice at once"),
        (_offer_again, "offer twice in history"),
    ],
)
def test_what_is_doubled_is_found(run: Run, doctor: Callable[[Run], None], named: str) -> None:
    doctor(run)
    assert run.found().get(named), run.found()
    assert integrity(run.tally, 10**9).duplicated_count > 0


def test_what_was_told_outside_counts_as_well(run: Run) -> None:
    tally = run.tally
    uid = str(run.sent.uid)
    tally.offered.pop(uid)
    assert run.found() == {"offer not on the stream": [uid]}
    tally.offered[uid] = 2
    assert run.found() == {"offer twice on the stream": [uid]}
    tally.offered[uid] = 1
    tally.sequences = Counter({7: 2})
    assert run.found() == {"event twice on the stream": ["7"]}
    tally.sequences.clear()
    tally.acknowledge("a", str(run.second.uid))
    assert run.found() == {
        "there under another key": [str(run.second.uid)],
        "several answers for one key": ["a"],
    }


def test_an_offer_after_the_last_look_is_nobodys_loss(run: Run) -> None:
    run.tally.offered.pop(str(run.sent.uid))
    first = Event.objects.filter(topic=OFFERED).order_by("feed_seq").first()
    assert first is not None and first.feed_seq is not None
    assert integrity(run.tally, first.feed_seq).named() == {}


@pytest.mark.django_db(transaction=True)
def test_delays_are_those_between_two_commits(quiet_caches: None) -> None:
    """Real transactions: the commit times of intake and offer, in wall milliseconds."""
    world = a_world()
    world.crew()
    incident, _assignment = world.sent()
    anchor = Anchor(clock.wall_now(), clock.now(), 10.0)
    delays, how = figures.assignment_delays_ms(anchor, waited=set())
    assert how == "commit" and len(delays) == 1 and 0 < delays[0] < 600_000
    assert figures.assignment_delays_ms(anchor, waited={incident.pk}) == ([], "commit")
    assert Incident.objects.count() == 1
