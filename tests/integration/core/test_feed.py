"""The feed's cursor never skips a late commit, and a long transaction holds nobody up."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from core import clock
from core.events import handles, publish
from core.feed import reader, sequencer
from core.models import Event, OutboxTask

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("handlers")]


def _publish(name: str) -> int:
    with transaction.atomic():
        event_id = publish("t", organisation_path="1/", audience="a", subject={"name": name}, payload={})
    assert event_id is not None
    return event_id


def _names(page: reader.FeedPage) -> list[str]:
    return [row.event.subject["name"] for row in page.rows]


def test_a_late_commit_is_not_skipped_and_holds_nobody_up(in_thread) -> None:
    written, may_commit = threading.Event(), threading.Event()
    late_id: list[int] = []

    def late() -> None:
        with transaction.atomic():
            event_id = publish("t", organisation_path="1/", audience="a", subject={"name": "late"}, payload={})
            late_id.append(event_id or 0)
            written.set()
            assert may_commit.wait(15)

    thread = in_thread(late)
    assert written.wait(10)
    early_id = _publish("early")
    assert late_id[0] < early_id, "the late one took its id first"

    assert sequencer.number_visible() == 1
    page = reader.events_after(0)
    assert _names(page) == ["early"]
    cursor = page.last_seq

    may_commit.set()
    thread.join(timeout=20)
    assert sequencer.number_visible() == 1
    page = reader.events_after(cursor)
    assert _names(page) == ["late"]
    assert page.last_seq == cursor + 1


def test_numbers_are_dense_in_order_of_id_and_announced() -> None:
    names = [f"e{number}" for number in range(25)]
    for name in names:
        _publish(name)
    with connection.cursor() as cursor:
        cursor.execute("LISTEN luzhang_feed")
    assert sequencer.number_visible(limit=10) == 10
    assert sequencer.number_visible() == 15
    assert sequencer.number_visible() == 0
    page = reader.events_after(0, limit=12)
    assert _names(page) == names[:12] and page.last_seq == 12
    assert _names(reader.events_after(page.last_seq)) == names[12:]
    assert reader.head() == (1, 25)
    raw = connection.connection
    raw.poll()
    assert [note.payload for note in raw.notifies] == ["10", "25"]
    with connection.cursor() as cursor:
        cursor.execute("UNLISTEN *")


def test_only_one_session_is_the_sequencer(in_thread) -> None:
    assert sequencer.lock_take()
    other: list[bool] = []
    in_thread(lambda: other.append(sequencer.lock_take())).join(timeout=10)
    assert other == [False]
    sequencer.lock_release()
    in_thread(lambda: other.append(sequencer.lock_take())).join(timeout=10)
    assert other == [False, True]


def test_two_sequencers_by_mistake_still_give_each_number_once(in_thread) -> None:
    for number in range(200):
        _publish(f"e{number}")
    both = threading.Barrier(2)

    def work() -> None:
        both.wait()
        while sequencer.number_visible(limit=7):
            pass

    for thread in [in_thread(work), in_thread(work)]:
        thread.join(timeout=30)
    while sequencer.number_visible():
        pass
    seqs = sorted(Event.objects.values_list("feed_seq", flat=True))
    assert len(set(seqs)) == 200 and None not in seqs
    with pytest.raises(IntegrityError):
        Event.objects.filter(feed_seq=seqs[0]).update(feed_seq=seqs[1])


def test_old_cursors_are_reset_and_kept_numbers_have_no_hole() -> None:
    @handles("t", name="slow")
    def slow(event: object) -> None: ...

    for number in range(10):
        _publish(f"e{number}")
    sequencer.number_visible()
    old = clock.now() - dt.timedelta(days=30)
    Event.objects.filter(feed_seq__lte=6).update(at=old)
    OutboxTask.objects.exclude(event__feed_seq=5).update(done_at=clock.wall_now())

    assert reader.forget_before(clock.now() - dt.timedelta(days=7)) == 4, "the fifth still has work to do"
    assert reader.head() == (5, 10)
    assert reader.events_after(3).reset, "number 4 is gone"
    page = reader.events_after(4)
    assert not page.reset and [row.seq for row in page.rows] == [5, 6, 7, 8, 9, 10]
    assert reader.events_after(99).reset, "a cursor of another database"

    OutboxTask.objects.update(done_at=clock.wall_now())
    assert reader.forget_before(clock.now() + dt.timedelta(days=1)) == 6
    assert reader.head() == (11, 10)
    page = reader.events_after(10)
    assert not page.reset and page.rows == [] and page.last_seq == 10
    _publish("next")
    sequencer.number_visible()
    assert [row.seq for row in reader.events_after(10).rows] == [11], "numbers never start again"
