"""`./run bench feed`: what the live feed delivers, how late, on two cores together with its readers.

1. 500 viewers of the desk's stream while 10 events a second are published: time from before the commit of an event to
   its arrival, and whether everybody got everything. Peer: each viewer asks once a second.
2. 2,000 units report every second over HTTP, stored before they are answered; 50 full maps hear of whoever moved, 450
   phones of their own unit and of who is within 3 km. Age: from the fix to its arrival, on the clock they share.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import time
from collections import defaultdict
from typing import Any

from bench.chaos_house import House, empty_house, house_load, running
from bench.chaos_http import FAULTS, Link, Stream
from bench.feed_load import Fixes, publishing
from bench.pipeline import two_cores
from bench.processor_time import shares, used_s
from bench.report import Report, percentile, say

VIEWERS = int(os.environ.get("LUZHANG_FEED_VIEWERS", "500"))
RATE_S = 10.0
SECONDS = float(os.environ.get("LUZHANG_FEED_SECONDS", "30"))
MAPS, PHONES = 50, 450
UNITS = int(os.environ.get("LUZHANG_FEED_UNITS", "2000"))
AROUND_DEG = 0.027
LATE_S, AGE_S = 0.25, 2.0
# Ages are read from a sample of a full map's message: parsing all of them would be the bench's work, not the house's.
SAMPLED = 25
_SEQ = re.compile(r'"bench":(\d+)')
_FIXED = re.compile(r'"fixed_at":([\d.]+)')


async def opened(streams: list[Stream], tasks: list[asyncio.Task[None]], listen: Any) -> None:
    """Open all streams, fifty at a time, and wait until they are."""
    for number, stream in enumerate(streams):
        tasks.append(asyncio.create_task(listen(stream)))
        if number % 50 == 49:
            await asyncio.sleep(0.3)
    async with asyncio.timeout(120):
        while not all(stream.connects for stream in streams):
            await asyncio.sleep(0.1)
    await asyncio.sleep(2.0)


async def viewers(house: House) -> tuple[list[float], int, int, dict[str, float]]:
    """(seconds from before the commit to arrival, arrivals, expected, cores by part)."""
    streams = [Stream(house.port, house.tokens["commander"], silent_s=20.0) for _ in range(VIEWERS)]
    arrivals: dict[int, list[float]] = defaultdict(list)

    async def listen(stream: Stream) -> None:
        async for _id, name, data in stream.events():
            if name == "change" and (found := _SEQ.search(data)):
                arrivals[int(found[1])].append(time.time())

    tasks: list[asyncio.Task[None]] = []
    try:
        await opened(streams, tasks, listen)
        used, began = used_s(house), time.monotonic()
        begun = await publishing(house, RATE_S, SECONDS)
        cores = shares(used, used_s(house), time.monotonic() - began)
        await asyncio.sleep(3.0)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    late = [at - since for number, since in begun.items() for at in arrivals[number]]
    return late, sum(len(arrivals[number]) for number in begun), len(begun) * VIEWERS, cores


async def polling(house: House) -> list[float]:
    """The peer: every viewer asks for what is new once a second; how long an answer takes under that."""
    links = [Link(house.port, house.tokens["commander"]) for _ in range(VIEWERS)]
    seconds: list[float] = []

    async def ask(number: int, link: Link) -> None:
        await asyncio.sleep(number / VIEWERS)
        for _ in range(10):
            began = time.perf_counter()
            with contextlib.suppress(*FAULTS):
                await link.ask("GET", "/api/v1/incidents/?open=1&limit=50", timeout_s=30.0)
            seconds.append(time.perf_counter() - began)
            await asyncio.sleep(max(0.0, 1.0 - seconds[-1]))

    await asyncio.gather(*(ask(number, link) for number, link in enumerate(links)))
    # A change waits half of the interval on the average, and then for the answer.
    return [0.5 + each for each in seconds]


async def maps(house: House) -> tuple[dict[str, list[float]], Fixes, dict[str, float]]:
    """Ages at the maps and at the phones; what was sent; cores by part."""
    units = house.units[:UNITS]
    ages: dict[str, list[float]] = {"map": [], "phone": []}
    commander = house.tokens["commander"]
    full = [Stream(house.port, commander, "positions=1", silent_s=20.0) for _ in range(MAPS)]
    phones = [
        Stream(house.port, unit["token"], f"own=1&positions=1&bbox={_around(unit)}", silent_s=20.0)
        for unit in units[:PHONES]
    ]
    fixes = Fixes(house, units)
    measuring = False

    async def listen(stream: Stream) -> None:
        kind = "phone" if stream.query.startswith("own") else "map"
        async for _id, name, data in stream.events():
            if name == "positions" and measuring:
                now = time.time()
                found = _FIXED.findall(data)
                ages[kind] += [now - float(each) for each in found[:: max(1, len(found) // SAMPLED)]]

    tasks: list[asyncio.Task[None]] = []
    try:
        await opened([*full, *phones], tasks, listen)
        tasks.append(asyncio.create_task(fixes.run()))
        await asyncio.sleep(5.0)
        measuring = True
        used, began, before = used_s(house), time.monotonic(), fixes.sent
        await asyncio.sleep(SECONDS)
        measuring = False
        fixes.rate_s = (fixes.sent - before) / (time.monotonic() - began)
        cores = shares(used, used_s(house), time.monotonic() - began)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return ages, fixes, cores


def _around(unit: dict[str, Any]) -> str:
    lon, lat = unit["lon"], unit["lat"]
    return f"{lon - AROUND_DEG:.5f},{lat - AROUND_DEG:.5f},{lon + AROUND_DEG:.5f},{lat + AROUND_DEG:.5f}"


def judge(report: Report, house: House) -> None:
    """Both parts, one after the other."""
    late, arrived, expected, cores = asyncio.run(viewers(house))
    peer = asyncio.run(polling(house))
    for share in (0.5, 0.95, 0.99):
        name = "asking once a second"
        report.row(f"event to viewer p{share * 100:.0f}", percentile(late, share), "s", percentile(peer, share), name)
    for part, used in cores.items():
        report.row(f"processor, viewers, {part}", used, "cores")
    p95 = percentile(late, 0.95)
    report.check("viewers_p95", round(p95 * 1000), f"< {LATE_S * 1000:g} ms", p95 < LATE_S)
    report.check("viewers_delivered", arrived, f"{expected} (100 %)", arrived == expected)

    ages, fixes, cores = asyncio.run(maps(house))
    for kind, values in ages.items():
        for share in (0.5, 0.95, 0.99):
            report.row(f"age of a fix at a {kind} p{share * 100:.0f}", percentile(values, share), "s")
    report.row("fixes stored", fixes.rate_s, "1/s")
    for part, used in cores.items():
        report.row(f"processor, maps, {part}", used, "cores")
    worst = max(percentile(values, 0.95) for values in ages.values())
    report.check("age_p95", round(worst, 2), f"<= {AGE_S:g} s", worst <= AGE_S)
    enough = fixes.rate_s >= 0.95 * min(UNITS, len(house.units))
    report.check("fixes_per_s", round(fixes.rate_s), f">= {0.95 * UNITS:g}", enough)


def run(as_json: bool) -> dict[str, Any]:
    """Measure and judge."""
    report = Report("feed")
    two_cores()
    with empty_house() as house:
        house_load(house, "--nodes", "8000", "--units", str(UNITS))
        say(f"{len(house.units)} units")
        with running(house):
            judge(report, house)
    return report.as_dict()


if __name__ == "__main__":
    print(json.dumps(run(as_json=True), ensure_ascii=False))
