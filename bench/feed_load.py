"""The load of `bench feed`: events at a steady rate, and a fix of every unit every second."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from typing import Any

from bench.chaos_house import House
from bench.chaos_http import FAULTS, HOST
from core.wake import EVENTS_CHANNEL

# On one link the server answers one request after the other; two thousand phones do not share twenty links.
LINKS = 400
OK = b"HTTP/1.1 200"

_EVENT_SQL = """
    INSERT INTO core_event (topic, key, organisation_path, audience, subject, payload, at)
    SELECT 'bench.message', '', path, 'incident', '{}', %s, now() FROM stations_organisation WHERE parent_id IS NULL
"""


async def publishing(house: House, rate_s: float, seconds: float) -> dict[int, float]:
    """Publish numbered events, each in a transaction of its own; when each was begun, which is before its commit."""
    session = house.connect()
    begun: dict[int, float] = {}
    due = time.monotonic()
    try:
        for number in range(round(rate_s * seconds)):
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            due += 1.0 / rate_s
            begun[number] = time.time()
            await asyncio.to_thread(_publish, session, number)
    finally:
        session.close()
    return begun


def _publish(session: Any, number: int) -> None:
    with session.cursor() as cursor:
        cursor.execute(_EVENT_SQL, [json.dumps({"bench": number}, separators=(",", ":"))])
        cursor.execute("SELECT pg_notify(%s, '')", [EVENTS_CHANNEL])


class Fixes:
    """Every unit reports once a second over a few kept connections, requests one behind the other on each."""

    def __init__(self, house: House, units: list[dict[str, Any]]) -> None:
        self.house, self.units = house, units
        self.sent = 0
        self.refused = 0
        self.rate_s = 0.0

    async def run(self) -> None:
        """Until cancelled."""
        await asyncio.gather(*(self._keep(number) for number in range(LINKS)))

    async def _keep(self, number: int) -> None:
        mine = self.units[number::LINKS]
        turn = 0
        while True:
            with contextlib.suppress(*FAULTS):
                reader, writer = await asyncio.open_connection(HOST, self.house.port, limit=2**20)
                try:
                    due = time.monotonic() + number / LINKS
                    while True:
                        await asyncio.sleep(max(0.0, due - time.monotonic()))
                        due = max(due + 1.0, time.monotonic() - 1.0)
                        turn += 1
                        writer.write(b"".join(self._fix(unit, turn) for unit in mine))
                        await self._answers(reader, len(mine))
                finally:
                    writer.close()
            await asyncio.sleep(0.2)

    async def _answers(self, reader: asyncio.StreamReader, count: int) -> None:
        async with asyncio.timeout(15.0):
            for _ in range(count):
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
                if int(length or 0):
                    await reader.readexactly(int(length))
                self.sent += 1
                self.refused += not head.startswith(OK)

    def _fix(self, unit: dict[str, Any], turn: int) -> bytes:
        moved_deg = (turn % 20 - 10) * 1e-4
        return (
            f"POST /trackers/osmand?id={unit['tracker']}&timestamp={time.time() * 1000:.0f}"
            f"&lat={unit['lat'] + moved_deg:.6f}&lon={unit['lon']:.6f}&speed=12&bearing=0&accuracy=5 HTTP/1.1\r\n"
            f"Host: {HOST}\r\nContent-Length: 0\r\n\r\n"
        ).encode()
