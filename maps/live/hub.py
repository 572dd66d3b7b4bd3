"""One hub a process: listens to PostgreSQL, reads new feed rows once, hands them to every reader that may see them.

LISTEN costs one connection a process. A lost session is opened again within half a second and everything since is read
from the table: a notification that was missed is not an event that was missed. A poll twice a second is the net.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg2
from django.db import connection
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from core import clock, wake
from maps.live.messages import FeedMessage, named_event
from maps.live.positions import Round
from maps.live.reader import Reader
from maps.live.source import BATCH, MovedUnit, events_after, feed_head, moved_after, position_head
from stations.selectors.standing import actors_standing
from stations.types import DataClass

log = logging.getLogger("luzhang.live")

POLL_S = 0.5
BEAT_S = 2.0
POSITIONS_EVERY_S = 1.0
RING = 4000
# A grant that ended, a token or a session that is no more is found within this time.
RECHECK_S = 15.0
RECHECK_BATCH = 200
# … and at once where the feed tells of it.
DOUBTFUL_TOPICS = frozenset({"stations.token_revoked"})
# A change of grants, a lock or a check-in changes what a stream may carry: it is cut and the client comes back.
CUTTING_TOPICS = frozenset({"stations.roles_changed", "stations.person_changed"})
TOUR_TOPICS = frozenset(
    {"patrols.tour_opened", "patrols.tour_closed", "patrols.tour_member_joined", "patrols.tour_member_left"}
)


class Hub:
    """The feed of one process."""

    def __init__(self) -> None:
        self.readers: set[Reader] = set()
        self._by_tour: dict[int, set[Reader]] = defaultdict(set)
        self._by_person: dict[int, set[Reader]] = defaultdict(set)
        self._wide: set[Reader] = set()
        self.ring: list[FeedMessage] = []
        self.last_seq = 0
        self.position_seq = 0
        self.fresh_at = 0.0
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._doubt = asyncio.Event()
        self._starting = asyncio.Lock()
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="live")

    async def start(self) -> None:
        """Begin, once; every reader calls it, and many may come in the same moment after a restart."""
        async with self._starting:
            if self._task is None or self._task.done():
                self.last_seq, _oldest = await self.in_thread(feed_head)
                self.position_seq = await self.in_thread(position_head)
                # After a restart everybody resumes at once: from memory, not each with the same question to the table.
                recent = await self.in_thread(events_after, max(0, self.last_seq - BATCH))
                self.ring = [message for message in recent if message.seq <= self.last_seq]
                self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End all loops and give the connection back."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self.in_thread(_connection_close)
        self._threads.shutdown(wait=False)

    def join(self, reader: Reader, seq: int) -> None:
        """Hand a reader everything after `seq` from now on."""
        reader.last_seq = seq
        self.readers.add(reader)
        if not reader.wanted.own_only:
            self._wide.add(reader)
        elif reader.actor.person_id is not None:
            self._by_person[reader.actor.person_id].add(reader)
        for tour_id in reader.own_tour_ids:
            self._by_tour[tour_id].add(reader)

    def leave(self, reader: Reader) -> None:
        """Forget a reader; one that never joined is fine."""
        self.readers.discard(reader)
        self._wide.discard(reader)
        for tour_id in reader.own_tour_ids:
            _drop(self._by_tour, tour_id, reader)
        if reader.actor.person_id is not None:
            _drop(self._by_person, reader.actor.person_id, reader)

    async def in_thread(self, function: Any, *arguments: Any) -> Any:
        """Run a database read in the hub's thread, whose connection is its own."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)

    async def _run(self) -> None:
        loops = (self._listen, self._feed, self._positions, self._beat, self._recheck)
        tasks = [asyncio.create_task(loop()) for loop in loops]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                session = await loop.run_in_executor(None, _listening_session)
            except psycopg2.Error as error:
                log.warning("feed: no database (%s)", error.__class__.__name__)
                await asyncio.sleep(POLL_S)
                continue
            lost = asyncio.Event()
            loop.add_reader(session.fileno(), self._notified, session, lost)
            self._wake.set()
            try:
                await lost.wait()
            finally:
                with contextlib.suppress(ValueError, OSError, psycopg2.Error):
                    loop.remove_reader(session.fileno())
                session.close()

    def _notified(self, session: Any, lost: asyncio.Event) -> None:
        try:
            session.poll()
        except psycopg2.Error:
            lost.set()
            return
        session.notifies.clear()
        self._wake.set()

    async def _feed(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), POLL_S)
            self._wake.clear()
            try:
                messages = await self.in_thread(events_after, self.last_seq)
            except Exception as error:  # the database is away: streams say so by their age, and we try again
                log.warning("feed: %s", error.__class__.__name__)
                await self.in_thread(_connection_close)
                await asyncio.sleep(POLL_S)
                continue
            self.fresh_at = time.monotonic()
            for message in messages:
                self._hand_out(message)
            if len(messages) >= BATCH:
                self._wake.set()

    def _hand_out(self, message: FeedMessage) -> None:
        self.last_seq = message.seq
        self.ring.append(message)
        if len(self.ring) > RING * 2:
            del self.ring[:RING]
        if message.topic in CUTTING_TOPICS or message.topic in TOUR_TOPICS:
            for reader in self.readers:
                if message.topic in CUTTING_TOPICS and message.user_id == reader.actor.user_id:
                    reader.stop("roles_changed")
                elif message.topic in TOUR_TOPICS and reader.wanted.own_only:
                    reader.stop("tour_changed")
        if message.topic in DOUBTFUL_TOPICS:
            self._doubt.set()
        # Only those whom it may concern are asked: with a thousand phones, asking all of them costs most of a core.
        for reader in {*self._wide, *self._concerned(message)}:
            # A reader that came from another process may be ahead of this one's hub.
            if message.seq > reader.last_seq and reader.sees(message):
                reader.push(message.data)

    def _concerned(self, message: FeedMessage) -> Iterator[Reader]:
        """Readers of the own-only kind whom a row may concern: the crew, who is pressed, the chiefs of the place."""
        if message.tour_id is not None:
            yield from (one for one in self._by_tour.get(message.tour_id, ()) if one.wanted.own_only)
        for person_id in message.chief_ids:
            yield from self._by_person.get(person_id, ())
        if message.pressed_id is not None:
            yield from self._by_person.get(message.pressed_id, ())

    async def _positions(self) -> None:
        while True:
            await asyncio.sleep(POSITIONS_EVERY_S)
            watching = [reader for reader in self.readers if reader.wanted.positions]
            if not watching:
                continue
            try:
                moved = await self.in_thread(moved_after, self.position_seq)
            except Exception as error:  # as in _feed
                log.warning("positions: %s", error.__class__.__name__)
                await self.in_thread(_connection_close)
                continue
            if moved:
                self.position_seq = moved[-1].changed_seq
                self._hand_out_positions(watching, moved)

    def _hand_out_positions(self, readers: list[Reader], moved: list[MovedUnit]) -> None:
        """Readers with the same scope and viewport share one encoding."""
        groups: dict[tuple[Any, ...], list[Reader]] = defaultdict(list)
        for reader in readers:
            # A phone sees its own unit, and who is around it where it names a viewport and its person may see others.
            alone = reader.wanted.own_only and reader.wanted.bounds is None
            scope = () if alone else reader.scope(DataClass.POSITION.value)
            groups[(scope, reader.wanted.bounds, reader.own_tour_ids)].append(reader)
        found = Round(moved)
        for (scope, bounds, own), members in groups.items():
            message = found.seen(scope, bounds, own)
            if message:
                for reader in members:
                    reader.push(message)

    async def _beat(self) -> None:
        """A sign of life with the age of the feed: a map must not look alive when its source is not.

        It carries the feed's number: a phone that hears only of its own tour would otherwise resume from hours ago.
        """
        while True:
            await asyncio.sleep(BEAT_S)
            age_s = time.monotonic() - self.fresh_at if self.fresh_at else None
            body = {"at": clock.now(), "seq": self.last_seq, "age_s": age_s}
            message = f"id: {self.last_seq}\n".encode() + named_event("beat", body)
            for reader in self.readers:
                reader.push(message)

    async def _recheck(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._doubt.wait(), RECHECK_S)
            self._doubt.clear()
            try:
                await self.recheck()
            except Exception as error:  # as in _feed; the next round asks again
                log.warning("recheck: %s", error.__class__.__name__)
                await self.in_thread(_connection_close)

    async def recheck(self) -> None:
        """End each stream whose sign-in is no longer good, or whose person may see something else than at its start."""
        held = [(reader, reader.credential) for reader in self.readers if reader.credential is not None]
        for begin in range(0, len(held), RECHECK_BATCH):
            part = held[begin : begin + RECHECK_BATCH]
            standing = await self.in_thread(actors_standing, {credential for _reader, credential in part})
            for reader, credential in part:
                actor = standing.get(credential)
                if actor is None:
                    reader.stop("signed_out")
                elif (actor.person_id, actor.grants) != (reader.actor.person_id, reader.actor.grants):
                    reader.stop("roles_changed")

    async def replay(self, reader: Reader, after: int) -> bool:
        """Queue everything after a number for a reader that comes back; False when that is no longer kept.

        No await lies between reading the last rows and joining the readers, so nothing falls in between.
        """
        last, oldest = await self.in_thread(feed_head)
        if after + 1 < oldest or after > last:
            return False
        while True:
            known = self.last_seq
            if self.ring and self.ring[0].seq <= after + 1:
                missed = [message for message in self.ring if message.seq > after]
            else:
                missed = await self.in_thread(events_after, after)
            for message in missed:
                if reader.sees(message):
                    reader.push(message.data)
                after = message.seq
            if not missed:
                after = max(after, known)
            # While the table was read the hub may have gone on: then what it handed out meanwhile is read too.
            if after >= self.last_seq:
                self.join(reader, after)
                return True


def _connection_close() -> None:
    """Of the thread that runs this: `connection.close` would be that of the thread that names it."""
    connection.close()


def _drop(index: dict[int, set[Reader]], key: int, reader: Reader) -> None:
    index[key].discard(reader)
    if not index[key]:
        del index[key]


def _listening_session() -> Any:
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory", None)
    session = psycopg2.connect(**parameters)
    session.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    with session.cursor() as cursor:
        cursor.execute(f"LISTEN {wake.FEED_CHANNEL}")
    return session


_hub: Hub | None = None


def hub() -> Hub:
    """The hub of this process."""
    global _hub
    if _hub is None:
        _hub = Hub()
    return _hub
