"""The batch writer: tokens to devices to tours, history, last positions; one transaction a batch.

A batch is COPYed into a temporary table with *hints* (which device, binding, membership and tour a token last led to)
and one merge statement checks every hint against the rows of that moment, by key and by the fix's own time, before it
stores anything. What fails the check is resolved anew from the token. So nothing cached is ever trusted: a locked
device, a revoked token or a closed tour counts from its commit on, at the cost of four look-ups by key.
"""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from time import monotonic
from typing import Any

import psycopg2
import psycopg2.errors

from patrols.intake import alarms, metrics, stage, statements
from patrols.intake.report import Hint, Outcome, Report, StoreUnavailable

NOTIFY_CHANNEL = "positions"
NOTIFY_EVERY_S = 0.2
LAST_SEEN_EVERY_S = 30.0
RETRY_FOR_S = 3.0
RETRY_PAUSE_S = 0.1
# After a batch that held a duplicate (a phone repeats what it got no answer to), duplicates are expected for so long.
DUPLICATES_FOR_S = 5.0
MAX_HINTS = 200_000
MAX_RESOLVES = 3
# A unit is not ranked by a worse fix than this (domain: "very poor accuracy: keep, never rank a unit by it").
RANKED_ACCURACY_M = 200.0


def token_hash(credential: str) -> bytes:
    """SHA-256 of a token as `stations_device.token_hash` holds it; tokens are 128 random bits, so no salt."""
    return hashlib.sha256(credential.encode("utf-8", "surrogatepass")).digest()


class Store:
    """Writes batches over one connection of its own. Not for several threads at once."""

    def __init__(
        self,
        connect: Callable[[], Any],
        to_wgs84: Callable[[float, float, str], tuple[float, float]] | None = None,
        retry_for_s: float = RETRY_FOR_S,
    ) -> None:
        """`connect` opens a session-mode psycopg2 connection; `to_wgs84(lon, lat, datum)` serves devices whose record
        names another datum than WGS-84.
        """
        self._connect = connect
        self._to_wgs84 = to_wgs84
        self._retry_for_s = retry_for_s
        self._connection: Any = None
        self._hints: dict[bytes, Hint] = {}
        self._down = False
        self._closing = threading.Event()
        self._notified_at = 0.0
        self._notify_due = False
        self._duplicates_until = 0.0
        self._seen: dict[int, datetime] = {}
        self._seen_written_at = 0.0
        self._rejected: dict[int, tuple[int, datetime, str]] = {}

    def flush(self, reports: Sequence[Report]) -> list[Outcome]:
        """Store `reports` in one committed transaction; one outcome each, in order.

        A lost session is reopened and the batch repeated for up to `retry_for_s` (harmless: device and time are
        unique); raises StoreUnavailable after that, and at once while the database is known to be away.
        """
        deadline = monotonic() + (0.0 if self._down else self._retry_for_s)
        while True:
            try:
                outcomes = self._write(reports)
            except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
                self._drop_connection()
                metrics.count("reconnects")
                if monotonic() >= deadline or self._closing.wait(RETRY_PAUSE_S):
                    self._down = True
                    raise StoreUnavailable(str(error).strip()) from error
            except (psycopg2.DataError, psycopg2.IntegrityError) as error:
                self._rollback()
                expected = monotonic() < self._duplicates_until
                if expected or not isinstance(error, psycopg2.errors.UniqueViolation):
                    return self._flush_halves(reports)
                self._duplicates_until = monotonic() + DUPLICATES_FOR_S
            except psycopg2.Error as error:
                self._drop_connection()
                raise StoreUnavailable(str(error).strip()) from error
            else:
                self._down = False
                return outcomes

    def _flush_halves(self, reports: Sequence[Report]) -> list[Outcome]:
        """One row that the tables refuse must not sink the others: halve until it stands alone."""
        if len(reports) == 1:
            metrics.count("unstorable")
            return [Outcome.UNSTORABLE]
        middle = len(reports) // 2
        return self.flush(reports[:middle]) + self.flush(reports[middle:])

    def notify_if_due(self) -> None:
        """Send the NOTIFY that the last batches held back; call it about `NOTIFY_EVERY_S` after a flush."""
        if not self._notify_due or self._connection is None:
            return
        try:
            with self._connection.cursor() as cursor:
                self._notify(cursor)
            self._connection.commit()
        except psycopg2.Error:  # the stream polls as well; the next flush reconnects
            self._drop_connection()

    def close(self) -> None:
        """End retries and the session."""
        self._closing.set()
        self._drop_connection()

    # -- one transaction ---------------------------------------------------------------------------------------------

    def _write(self, reports: Sequence[Report]) -> list[Outcome]:
        connection = self._session()
        outcomes: list[Outcome | None] = [None] * len(reports)
        with connection.cursor() as cursor:
            hints = {
                i: hint
                for i, report in enumerate(reports)
                if report.fix is not None and (hint := self._hints.get(report.token_hash)) is not None
            }
            stored = self._merge(cursor, reports, hints, outcomes)
            for _ in range(MAX_RESOLVES):
                left = [i for i, outcome in enumerate(outcomes) if outcome is None]
                if not left:
                    break
                hints = self._resolve(cursor, reports, left, outcomes)
                stored += self._merge(cursor, reports, hints, outcomes)
            if None in outcomes:
                self._rollback()
                raise StoreUnavailable("tours or devices changed under the batch, again and again")
            calls = [
                i
                for i, report in enumerate(reports)
                if (said := report.fix or report.call) is not None and said.alarm and alarms.is_sos(said)
            ]
            if calls:
                self._raise_alarms(cursor, reports, calls, outcomes)
            self._when_due(cursor, stored)
        connection.commit()
        return self._counted(outcomes, stored)

    def _merge(
        self, cursor: Any, reports: Sequence[Report], hints: Mapping[int, Hint], outcomes: list[Outcome | None]
    ) -> int:
        """COPY the hinted reports and merge those whose hint holds; the number newly stored."""
        if not hints:
            return 0
        rows = [self._row(i, reports[i], hint) for i, hint in hints.items()]
        cursor.copy_expert(statements.COPY_STAGE, io.BytesIO(b"".join([stage.HEADER, *rows, stage.TRAILER])))
        duplicates = monotonic() < self._duplicates_until
        cursor.execute(statements.EXECUTE_MERGE if duplicates else statements.EXECUTE_MERGE_NEW)
        held, stored = cursor.fetchone()
        for i in held or ():
            outcomes[i] = Outcome.STORED
            if i in hints:
                self._seen[hints[i].device_id] = reports[i].received_at
        return int(stored)

    def _row(self, ordinal: int, report: Report, hint: Hint) -> bytes:
        fix = report.fix
        assert fix is not None
        lon, lat = fix.lon, fix.lat
        if hint.datum != "wgs84" and self._to_wgs84 is not None:
            lon, lat = self._to_wgs84(lon, lat, hint.datum)
        ranked = fix.valid and (fix.accuracy_m is None or fix.accuracy_m <= RANKED_ACCURACY_M)
        return stage.row(ordinal, report, fix, hint, lon, lat, ranked)

    def _resolve(
        self, cursor: Any, reports: Sequence[Report], left: list[int], outcomes: list[Outcome | None]
    ) -> dict[int, Hint]:
        """Token -> device -> binding -> tour at each fix's own time. Fills the outcomes that end here and returns the
        hints of the reports that lead to a tour.
        """
        hashes = [psycopg2.Binary(reports[i].token_hash) for i in left]
        times = [(fix.fixed_at if (fix := reports[i].fix) else reports[i].received_at) for i in left]
        cursor.execute(statements.RESOLVE, {"ordinals": left, "hashes": hashes, "times": times})
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
        found: dict[int, Hint] = {}
        if len(self._hints) > MAX_HINTS:
            self._hints.clear()
        for i in left:
            report = reports[i]
            device_id, datum, locked, binding_id, member_id, tour_id = rows.get(i, (None,) * 6)
            if device_id is None:
                outcomes[i] = Outcome.UNKNOWN
            elif locked:
                outcomes[i] = Outcome.LOCKED
            else:
                self._seen[device_id] = report.received_at
                if report.fix is None:
                    outcomes[i] = Outcome.SEEN
                    if report.rejected:
                        count = self._rejected.get(device_id, (0,))[0] + 1
                        self._rejected[device_id] = (count, report.received_at, report.rejected)
                    continue  # says nothing about the device's tour: the hint stays
                if tour_id is not None:
                    found[i] = self._hints[report.token_hash] = Hint(
                        device_id, datum, binding_id, member_id or 0, tour_id
                    )
                    continue
                outcomes[i] = Outcome.OUTSIDE_TOUR
            self._hints.pop(report.token_hash, None)
        return found

    def _raise_alarms(
        self, cursor: Any, reports: Sequence[Report], calls: list[int], outcomes: Sequence[Outcome | None]
    ) -> None:
        """Calls for help of known, unlocked devices: on duty or not, in the transaction of their fixes."""
        for i in calls:
            report = reports[i]
            if report.call is not None and outcomes[i] is Outcome.SEEN:
                new = alarms.call_publish(cursor, report, report.call)
            elif report.fix is not None and outcomes[i] in (Outcome.STORED, Outcome.OUTSIDE_TOUR):
                hint = self._hints.get(report.token_hash) if outcomes[i] is Outcome.STORED else None
                tour_id = hint.tour_id if hint is not None else None
                new = alarms.sos_publish(cursor, report, report.fix, tour_id, self._to_wgs84)
            else:
                continue
            if new:
                metrics.count("sos")

    def _when_due(self, cursor: Any, stored: int) -> None:
        """Last seen of devices, what was wrong with them, and the NOTIFY, which this transaction's commit delivers."""
        now = monotonic()
        if self._seen and now - self._seen_written_at >= LAST_SEEN_EVERY_S:
            cursor.execute(statements.TOUCH_DEVICES, {"ids": list(self._seen), "times": list(self._seen.values())})
            self._seen.clear()
            self._seen_written_at = now
            self._flag(cursor)
        if stored:
            self._notify_due = True
            if now - self._notified_at >= NOTIFY_EVERY_S:
                self._notify(cursor)

    def _flag(self, cursor: Any) -> None:
        """Fixes that made no sense are kept on the device's row: its clock or receiver is wrong."""
        if not self._rejected:
            return
        counts, times, codes = zip(*self._rejected.values(), strict=True)
        values = {"ids": list(self._rejected), "counts": list(counts), "times": list(times), "codes": list(codes)}
        cursor.execute(statements.FLAG_DEVICES, values)
        self._rejected.clear()

    def _notify(self, cursor: Any) -> None:
        cursor.execute(f"notify {NOTIFY_CHANNEL}")
        self._notified_at = monotonic()
        self._notify_due = False

    @staticmethod
    def _counted(outcomes: Sequence[Outcome | None], stored: int) -> list[Outcome]:
        final = [outcome for outcome in outcomes if outcome is not None]
        assert len(final) == len(outcomes)
        metrics.count("flushes")
        metrics.count("fixes_stored", stored)
        metrics.count("fixes_duplicate", final.count(Outcome.STORED) - stored)
        for outcome, name in (
            (Outcome.OUTSIDE_TOUR, "fixes_outside_tour"),
            (Outcome.SEEN, "heartbeats"),
            (Outcome.UNKNOWN, "unknown_device"),
            (Outcome.LOCKED, "locked_device"),
        ):
            metrics.count(name, final.count(outcome))
        return final

    # -- the session -------------------------------------------------------------------------------------------------

    def _session(self) -> Any:
        if self._connection is None:
            connection = self._connect()
            try:
                with connection.cursor() as cursor:
                    cursor.execute(statements.SESSION)
                connection.commit()
            except psycopg2.Error:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _rollback(self) -> None:
        if self._connection is not None:
            self._connection.rollback()

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except psycopg2.Error:  # already gone
                return
