"""Who uses the installation while it is being killed: reporters, crews with their phones, and a desk that watches."""

from __future__ import annotations

import asyncio
import json
import random
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bench.chaos_house import House
from bench.chaos_http import FAULTS, RETRY_S, Link, Stream

KINDS = ("other", "sos", "breakdown", "congestion")
FIX_EVERY_S = 15.0
MAX_IN_FLIGHT = 400
# An officer's hands: sign for it, arrive, clear; seconds after the step before.
STEPS = (("acknowledged", 0.2), ("on_scene", 0.3), ("cleared", 0.5))
OFFERED = "incidents.assignment_offered"


@dataclass
class Told:
    """What the clients know afterwards."""

    sent: int = 0
    acknowledged: dict[str, float] = field(default_factory=dict)
    refused: Counter[int] = field(default_factory=Counter)
    latencies_s: list[float] = field(default_factory=list)
    faults: int = 0


class Reporters:
    """Report incidents at `rate_s` in open loop: a slow answer holds no other report up; each is tried until 2xx."""

    def __init__(self, house: House, rate_s: float, seed: int) -> None:
        self.house, self.rate_s = house, rate_s
        self.random = random.Random(seed)
        self.told = Told()
        self.waiting: set[asyncio.Task[None]] = set()
        self.links: list[Link] = []
        self.port = house.port

    async def run(self, seconds: float) -> None:
        """Report for so long; then wait until all are answered."""
        until = time.monotonic() + seconds
        due = time.monotonic()
        while (now := time.monotonic()) < until:
            while due <= now and len(self.waiting) < MAX_IN_FLIGHT:
                due += self.random.expovariate(self.rate_s)
                task = asyncio.create_task(self._report())
                self.waiting.add(task)
                task.add_done_callback(self.waiting.discard)
            due = max(due, now - 1.0)
            await asyncio.sleep(0.01)
        if self.waiting:
            await asyncio.wait(self.waiting, timeout=60.0)

    async def _report(self) -> None:
        key = str(uuid.UUID(int=self.random.getrandbits(128)))
        lon, lat = self.random.choice(self.house.spots)
        body = {"kind": self.random.choice(KINDS), "lon": lon, "lat": lat, "datum": "wgs84", "text": key}
        self.told.sent += 1
        link = self.links.pop() if self.links else Link(self.port, self.house.tokens["dispatcher"])
        began = time.perf_counter()
        status, _ = await link.insist("POST", "/api/v1/incidents/", body, f"Idempotency-Key: {key}\r\n")
        if status in (200, 201):
            self.told.acknowledged[key] = time.time()
            self.told.latencies_s.append(time.perf_counter() - began)
        else:
            self.told.refused[status] += 1
        self.told.faults, link.faults = self.told.faults + link.faults, 0
        self.links.append(link)


class Phone:
    """A crew's phone: its own stream, its position, and the steps of every assignment that it hears of."""

    def __init__(self, house: House, unit: dict[str, Any], seed: int) -> None:
        self.house, self.unit = house, unit
        self.random = random.Random(seed)
        self.stream = Stream(house.port, unit["token"], "own=1")
        self.link = Link(house.port, unit["token"])
        self.tracker = Link(house.port)
        self.offers: Counter[str] = Counter()
        self.known: set[str] = set()
        self.done: Counter[str] = Counter()
        self.working: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Listen and report positions until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._report_position())

    async def _listen(self) -> None:
        async for _id, name, data in self.stream.events():
            if name == "reset":
                self._soon(self._catch_up())
            elif name == "change":
                body = json.loads(data)
                if body["topic"] == OFFERED:
                    self.offers[body["subject"]["assignment"]] += 1
                    self._begin(body["payload"]["assignment"])

    async def _catch_up(self) -> None:
        """What was offered before the stream began, or while it was away for too long."""
        status, answer = await self.link.insist("GET", "/api/v1/assignments/?mine=1&open=1")
        if status == 200:
            for row in json.loads(answer)["assignments"]:
                if row["tour_id"] == self.unit["tour_id"] and row["state"] in ("offered", "delivered"):
                    self._begin(row)

    def _begin(self, assignment: dict[str, Any]) -> None:
        if assignment["uid"] not in self.known:
            self.known.add(assignment["uid"])
            self._soon(self._serve(assignment["uid"], int(assignment["fence"])))

    def _soon(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.working.add(task)
        task.add_done_callback(self.working.discard)

    async def _serve(self, uid: str, fence: int) -> None:
        link = Link(self.house.port, self.unit["token"])
        for state, delay_s in STEPS:
            await asyncio.sleep(delay_s * self.random.uniform(0.7, 1.3))
            body = {"to_state": state, "fence": fence, "client_key": f"{uid}:{state}"}
            status, _ = await link.insist("POST", f"/api/v1/assignments/{uid}/steps/", body)
            self.done[f"{state} {status}"] += 1
            if status >= 400:
                break
        link.close()

    async def _report_position(self) -> None:
        await asyncio.sleep(self.random.uniform(0, 2.0))
        while True:
            unit = self.unit
            path = (
                f"/trackers/osmand?id={unit['tracker']}&timestamp={int(time.time() * 1000)}"
                f"&lat={unit['lat']:.6f}&lon={unit['lon']:.6f}&speed=0&accuracy=5"
            )
            try:
                status, _ = await self.tracker.ask("POST", path)
                self.done[f"fix {status}"] += 1
                await asyncio.sleep(FIX_EVERY_S if status == 200 else RETRY_S)
            except FAULTS:
                await asyncio.sleep(RETRY_S)


class Desk:
    """The command centre's stream: every event it is told, by number, with what was offered."""

    def __init__(self, house: House) -> None:
        self.stream = Stream(house.port, house.tokens["commander"])
        self.numbers: Counter[int] = Counter()
        self.offered: Counter[str] = Counter()
        self.offered_at: dict[str, float] = {}
        self.backwards = 0
        self.began_after = -1
        self.resets_later = 0

    async def run(self) -> None:
        """Listen until cancelled."""
        last = -1
        async for number, name, data in self.stream.events():
            if name == "reset":
                if self.began_after < 0:
                    self.began_after = int(number)
                else:
                    self.resets_later += 1
            elif name == "change":
                self.backwards += int(number) <= last
                last = max(last, int(number))
                self.numbers[int(number)] += 1
                body = json.loads(data)
                if body["topic"] == OFFERED:
                    uid = body["subject"]["assignment"]
                    self.offered[uid] += 1
                    self.offered_at.setdefault(body["subject"].get("incident_id", uid), time.time())
