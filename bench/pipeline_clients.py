"""The users of `bench pipeline`: a thousand streams, one real browser, trackers, and crews who come free again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any

import psycopg2

from bench.chaos_clients import OFFERED
from bench.chaos_house import House
from bench.chaos_http import FAULTS, HOST, Link, Stream

BUSY_S = 10.0
CREWS_EVERY_S = 0.25
CHROMIUM = "/usr/bin/chromium"

# What crews do is written in batches, without the history and events of their own steps: measured is the way from
# intake to screen. The constraints decide as always; a unit counts as held until it is cleared.
_SIGNED = """
    UPDATE incidents_assignment SET state = 'acknowledged', acknowledged_at = now(), version = version + 1
     WHERE uid = ANY(%s::uuid[]) AND state IN ('offered', 'delivered') RETURNING id
"""
_TIMERS = "DELETE FROM core_timer WHERE key = ANY(%s)"
_CLEARED = """
    UPDATE incidents_assignment SET state = 'cleared', cleared_at = now(), version = version + 1
     WHERE uid = ANY(%s::uuid[]) AND state = 'acknowledged'
"""


class Owners:
    """Streams of the crews (`own=1`, as a phone opens them), some crews with a second device; first sight by offer."""

    def __init__(self, house: House, streams: int) -> None:
        tokens = [unit["token"] for unit in house.units]
        self.streams = [Stream(house.port, tokens[n % len(tokens)], "own=1", silent_s=15.0) for n in range(streams)]
        self.seen: dict[str, float] = {}
        self.new: list[str] = []
        self.received = 0

    async def listen(self, stream: Stream) -> None:
        """One stream, until cancelled."""
        async for _id, name, data in stream.events():
            if name == "change" and OFFERED in data:
                now = time.time()
                uid = json.loads(data)["subject"]["assignment"]
                self.received += 1
                if uid not in self.seen:
                    self.seen[uid] = now
                    self.new.append(uid)


class Crews:
    """Sign on receipt, come free ten seconds after it."""

    def __init__(self, house: House, owners: Owners) -> None:
        self.house, self.owners = house, owners
        self.busy: list[tuple[float, list[str]]] = []

    async def run(self) -> None:
        """Until cancelled; then everybody is cleared."""
        session = self.house.connect()
        try:
            while True:
                await asyncio.sleep(CREWS_EVERY_S)
                fresh, self.owners.new = self.owners.new, []
                due = [uid for at, uids in self.busy if at <= time.monotonic() for uid in uids]
                self.busy = [row for row in self.busy if row[0] > time.monotonic()]
                if fresh:
                    self.busy.append((time.monotonic() + BUSY_S, fresh))
                if fresh or due:
                    await asyncio.to_thread(self._write, session, fresh, due)
        finally:
            session.close()

    @staticmethod
    def _write(session: Any, fresh: list[str], due: list[str]) -> None:
        with session.cursor() as cursor:
            cursor.execute(_SIGNED, [fresh])
            keys = [f"incidents.{kind}:{row[0]}" for row in cursor.fetchall() for kind in ("receipt", "sign")]
            cursor.execute(_TIMERS, [keys])
            cursor.execute(_CLEARED, [due])


class Trackers:
    """Fixes of all units in turn at a fixed rate, over a few kept connections, stored before they are answered."""

    def __init__(self, house: House, rate_s: float, links: int = 16) -> None:
        self.house, self.rate_s = house, rate_s
        self.links = [Link(house.port) for _ in range(links)]
        self.latencies_s: list[float] = []
        self.refused = 0
        self.sent = 0

    async def round_once(self) -> None:
        """Every unit reports once, as fast as it goes."""
        units = list(self.house.units)
        await asyncio.gather(*(self._some(link, units[n :: len(self.links)]) for n, link in enumerate(self.links)))

    async def _some(self, link: Link, units: list[dict[str, Any]]) -> None:
        for unit in units:
            await self._send(link, unit, 0.0)

    async def run(self) -> None:
        """Until cancelled."""
        await asyncio.gather(*(self._keep(number, link) for number, link in enumerate(self.links)))

    async def _keep(self, number: int, link: Link) -> None:
        every_s = len(self.links) / self.rate_s
        due, turn = time.monotonic() + number / self.rate_s, number
        while True:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            due += every_s
            turn += len(self.links)
            unit = self.house.units[turn % len(self.house.units)]
            await self._send(link, unit, (turn // len(self.house.units) % 10) * 1e-5)

    async def _send(self, link: Link, unit: dict[str, Any], moved_deg: float) -> None:
        path = (
            f"/trackers/osmand?id={unit['tracker']}&timestamp={int(time.time() * 1000)}"
            f"&lat={unit['lat'] + moved_deg:.6f}&lon={unit['lon']:.6f}&speed=12&accuracy=5"
        )
        began = time.perf_counter()
        with contextlib.suppress(*FAULTS):
            status, _ = await link.ask("POST", path)
            self.sent += 1
            self.refused += status != 200
            self.latencies_s.append(time.perf_counter() - began)


_LISTEN = """
() => {
  window.benchSeen = {};
  window.benchReady = false;
  const source = new EventSource("/live/events");
  source.addEventListener("reset", () => { window.benchReady = true; });
  source.addEventListener("change", (event) => {
    if (!event.data.includes("incidents.assignment_offered")) return;
    const uid = JSON.parse(event.data).subject.assignment;
    if (!(uid in window.benchSeen)) window.benchSeen[uid] = Date.now();
  });
}
"""


class Browser:
    """One real Chromium, signed in as the command centre, on `/command/`, with one more listener on the stream."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.page: Any = None
        self.where = ""
        self._playwright: Any = None
        self._browser: Any = None

    async def open(self) -> None:
        """Sign in, open the page, listen."""
        from playwright.async_api import async_playwright

        accounts = json.loads((self.house.where.var / "demo" / "accounts.json").read_text(encoding="utf-8"))
        root = f"http://{HOST}:{self.house.port}"
        self._playwright = await async_playwright().start()
        self._browser = await self._playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        self.page = await self._browser.new_page()
        await self.page.goto(f"{root}/login/", timeout=60_000)
        await self.page.fill("input[name=login]", "commander")
        await self.page.fill("input[name=password]", accounts["commander"])
        await self.page.click("button[type=submit]")
        await self.page.wait_for_load_state("domcontentloaded")
        answer = await self.page.goto(f"{root}/command/", wait_until="domcontentloaded", timeout=60_000)
        self.where = f"/command/ ({answer.status if answer else '-'})"
        await self.page.evaluate(_LISTEN)
        # Asked again and again from outside: the page's content security policy evaluates no text.
        async with asyncio.timeout(60.0):
            while not await self.page.evaluate("window.benchReady"):
                await asyncio.sleep(0.1)

    async def seen(self) -> dict[str, float]:
        """When each offer reached the page's script, epoch seconds."""
        found = await self.page.evaluate("window.benchSeen")
        return {uid: at / 1000.0 for uid, at in found.items()}

    async def close(self) -> None:
        """End the browser."""
        if self._browser is not None:
            await self._browser.close()
        if self._playwright is not None:
            await self._playwright.stop()


@contextlib.contextmanager
def committed(house: House) -> Iterator[dict[str, dict[str, float]]]:
    """Commit times by the database itself, epoch seconds: `received` by client key, `offered` by assignment uid,
    `key_of` an assignment's incident's client key.
    """
    stamp = "extract(epoch FROM pg_xact_commit_timestamp({}.xmin))::float8"
    session = psycopg2.connect(house.dsn)
    # One snapshot: what is offered between two statements would be known to one of them only.
    session.set_session(isolation_level="REPEATABLE READ", readonly=True)
    try:
        with session.cursor() as cursor:
            cursor.execute(
                f"SELECT i.client_key, {stamp.format('s')} FROM incidents_incident i"
                " JOIN incidents_incidentstep s ON s.incident_id = i.id AND s.to_state = 'received'"
            )
            received = dict(cursor.fetchall())
            cursor.execute(
                f"SELECT a.uid::text, {stamp.format('s')} FROM incidents_assignment a"
                " JOIN incidents_assignmentstep s ON s.assignment_id = a.id AND s.to_state = 'offered'"
            )
            offered = dict(cursor.fetchall())
            cursor.execute(
                "SELECT a.uid::text, i.client_key FROM incidents_assignment a"
                " JOIN incidents_incident i ON i.id = a.incident_id WHERE a.offered_at IS NOT NULL"
            )
            yield {"received": received, "offered": offered, "key_of": dict(cursor.fetchall())}
    finally:
        session.close()
