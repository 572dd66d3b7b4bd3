"""One thread's database session in an urgent process: listens, waits, and comes back after the session was lost."""

from __future__ import annotations

import logging
import select
import threading
from collections.abc import Callable

from django.db import connection
from django.db.utils import InterfaceError, OperationalError

from core.outbox import session_lost

logger = logging.getLogger(__name__)

RECONNECT_S = 0.1


class Session:
    """Runs a step again and again in the calling thread until `stop` is set; never dies of a lost database session."""

    def __init__(self, name: str, stop: threading.Event, *, listen: str = "") -> None:
        """`listen`: a channel of `core.wake` whose notifications end a wait."""
        self.name = name
        self.stop = stop
        self._listen = listen
        self._raw: object = None
        self._on_connect: list[Callable[[], None]] = []
        self._complained = False

    def on_connect(self, action: Callable[[], None]) -> None:
        """Call `action` after each (re)connection: session-level locks have to be taken anew then."""
        self._on_connect.append(action)

    def run(self, step: Callable[[], float]) -> None:
        """`step` does what is due and returns how many seconds it may wait at most; 0 means it has more to do."""
        try:
            while not self.stop.is_set():
                self._once(step)
        finally:
            connection.close()

    def _once(self, step: Callable[[], float]) -> None:
        try:
            # Django reconnects by itself after a broken transaction; what belongs to the session must then be taken
            # anew.
            if self._raw is None or connection.connection is not self._raw:
                self._connect()
            wait_s = step()
            if wait_s > 0:
                self._wait(wait_s)
        except (OperationalError, InterfaceError) as problem:
            if session_lost(problem) or self._raw is None:
                self._lost(problem)
            else:
                logger.exception("%s: statement failed", self.name)
                self.stop.wait(RECONNECT_S)
        except Exception:
            # A step handles the failures of its own work; what arrives here is a fault of ours and must not end the
            # loop.
            logger.exception("%s: step failed", self.name)
            if connection.in_atomic_block or (connection.connection is not None and connection.connection.closed):
                self._raw = None
                connection.close()
            self.stop.wait(RECONNECT_S)

    def _connect(self) -> None:
        self._raw = None
        connection.ensure_connection()
        for action in self._on_connect:
            action()
        if self._listen:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {self._listen}")
        if self._complained:
            logger.warning("%s: database is back", self.name)
        self._raw, self._complained = connection.connection, False

    def _lost(self, problem: Exception) -> None:
        self._raw = None
        if not self._complained:
            logger.warning("%s: database session lost (%s); trying again", self.name, str(problem).strip())
            self._complained = True
        connection.close()
        self.stop.wait(RECONNECT_S)

    def _wait(self, wait_s: float) -> None:
        if not self._listen:
            self.stop.wait(wait_s)
            return
        raw = connection.connection
        # A dead session is readable too; poll() then raises psycopg2's own error, which Django's wrapper translates.
        with connection.wrap_database_errors:
            raw.poll()
            if not raw.notifies:
                select.select([raw], [], [], wait_s)
                raw.poll()
        raw.notifies.clear()
