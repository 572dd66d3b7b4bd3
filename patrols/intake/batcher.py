"""Collects reports of one process for a few milliseconds and has them stored together, one batch at a time."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from patrols.intake import metrics
from patrols.intake.report import Outcome, Report, StoreUnavailable
from patrols.intake.store import NOTIFY_EVERY_S, Store

LINGER_S = 0.02
# Above this many reports a second batches are large enough by themselves.
LINGER_BELOW_PER_S = 1_000.0
MAX_BATCH = 2_000
# At 5,000 reports a second this is four seconds' worth; more would be answered later than the apps wait.
MAX_PENDING = 20_000

log = logging.getLogger(__name__)


class Batcher:
    """One writer thread, one batch in flight. While it is being written the next one collects, so the batch grows by
    itself with the load; while few come it lingers for company. Lives in one event loop.
    """

    def __init__(self, store: Store, *, linger_s: float = LINGER_S, max_batch: int = MAX_BATCH) -> None:
        self._store = store
        self._linger_s = linger_s
        self._max_batch = max_batch
        self._loop = asyncio.get_running_loop()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="tracker-intake")
        self._taken_at = float("-inf")
        self._rate_per_s = 0.0
        self._pending: list[tuple[Report, asyncio.Future[Outcome]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._notifier: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop that this batcher belongs to."""
        return self._loop

    async def submit(self, report: Report) -> Outcome:
        """Wait until `report` is committed, and say what became of it; raises StoreUnavailable."""
        if self._closed or len(self._pending) >= MAX_PENDING:
            raise StoreUnavailable("the intake is closing" if self._closed else "too many reports are waiting")
        future: asyncio.Future[Outcome] = self._loop.create_future()
        self._pending.append((report, future))
        if self._writer is None:
            self._writer = self._loop.create_task(self._write_pending())
        return await future

    async def close(self) -> None:
        """Store what is pending, then end the thread and the session."""
        self._closed = True
        if self._notifier is not None:
            self._notifier.cancel()
        if self._writer is not None:
            await self._writer
        await self._loop.run_in_executor(self._executor, self._store.close)
        self._executor.shutdown(wait=True)

    async def _write_pending(self) -> None:
        while self._pending:
            if self._rate_per_s < LINGER_BELOW_PER_S:
                await asyncio.sleep(self._linger_s)
            batch = self._pending[: self._max_batch]
            del self._pending[: self._max_batch]
            now = self._loop.time()
            self._rate_per_s, self._taken_at = len(batch) / max(now - self._taken_at, 1e-3), now
            await self._write(batch)
        self._writer = None

    async def _write(self, batch: list[tuple[Report, asyncio.Future[Outcome]]]) -> None:
        reports = [report for report, _ in batch]
        try:
            outcomes = await self._loop.run_in_executor(self._executor, self._store.flush, reports)
        except Exception as error:  # whatever it was: nothing of this batch may be acknowledged
            log.error("tracker intake: %d reports not stored: %s", len(batch), error)
            metrics.count("unavailable", len(batch))
            failure = error if isinstance(error, StoreUnavailable) else StoreUnavailable(repr(error))
            for _, future in batch:
                if not future.done():
                    future.set_exception(failure)
            return
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            if not future.done():
                future.set_result(outcome)
        if self._notifier is None and not self._closed:
            self._notifier = self._loop.call_later(NOTIFY_EVERY_S, self._notify)

    def _notify(self) -> None:
        self._notifier = None
        if not self._closed:
            self._executor.submit(self._store.notify_if_due)
