"""`./run bench chaos`: kill -9 at random for three minutes under 15 incidents a second; then count from the database.

A scratch cluster, Redis, folder and port of its own; the naive shape runs afterwards on the same servers.
"""

from __future__ import annotations

import asyncio
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from bench.chaos_clients import Desk, Phone, Reporters
from bench.chaos_count import counted, feed_faults, still_open
from bench.chaos_house import House, empty_house, house_load, running
from bench.chaos_kills import for_house
from bench.chaos_peer import Outcome, naive_run
from bench.report import Report, percentile, say

SECONDS = float(os.environ.get("LUZHANG_CHAOS_SECONDS", "180"))
RATE_S = 15.0
KILL_EVERY_S = 3.2
QUIET_S = 240.0
NAIVE_SECONDS = 75.0
NAIVE_QUIET_S = 15.0
NAIVE_KILL_EVERY_S = 2.0
SEED = 1
FAULTS = ("not_stored", "forgotten", "stored_twice", "two_leads", "sent_twice", "booked_twice", "stuck_duties")
FEED_FAULTS = ("desk_missed", "desk_twice", "desk_backwards", "desk_resets", "phones_missed", "phones_twice")


@dataclass
class Run:
    """What a run under kills left behind."""

    kills: dict[str, int]
    acknowledged: int
    figures: dict[str, int]
    feed: dict[str, int]
    answers_s: list[float]
    offered_s: list[float]
    quiet_s: float
    refused: dict[int, int] = field(default_factory=dict)
    client_faults: int = 0


def chaos_run(house: House, seconds: float, rate_s: float, kill_every_s: float, seed: int = SEED) -> Run:
    """Clients and kills on a running installation for `seconds`, a quiet period, and the count."""
    # In a thread of its own: the suite may hold an event loop open in this one (the browser's driver does).
    with ThreadPoolExecutor(max_workers=1) as alone:
        return alone.submit(asyncio.run, _run(house, seconds, rate_s, kill_every_s, seed)).result()


async def _run(house: House, seconds: float, rate_s: float, kill_every_s: float, seed: int) -> Run:
    desk = Desk(house)
    phones = [Phone(house, unit, seed * 10_000 + number) for number, unit in enumerate(house.units)]
    reporters, killer = Reporters(house, rate_s, seed), for_house(house, kill_every_s, seed)
    listening = [asyncio.create_task(one.run()) for one in (desk, *phones)]
    try:
        await _until(lambda: desk.began_after >= 0 and all(phone.done["fix 200"] for phone in phones), 60.0)
        say(f"{len(phones)} phones and the desk are listening")
        await asyncio.gather(reporters.run(seconds), killer.run(seconds))
        began = asyncio.get_running_loop().time()
        say(f"{killer.kills.total()} kills, {len(reporters.told.acknowledged)} acknowledged; quiet now")
        await _settle(house, desk)
        quiet_s = asyncio.get_running_loop().time() - began
    finally:
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
    told = reporters.told
    received = dict(house.rows("SELECT id, extract(epoch FROM received_at)::float8 FROM incidents_incident"))
    return Run(
        kills=dict(killer.kills),
        acknowledged=len(told.acknowledged),
        figures=counted(house, told.acknowledged),
        feed=feed_faults(house, desk, phones),
        answers_s=told.latencies_s,
        offered_s=[at - received[key] for key, at in desk.offered_at.items() if key in received],
        quiet_s=quiet_s,
        refused=dict(told.refused),
        client_faults=told.faults,
    )


async def _until(done: Any, seconds: float) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while not done() and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.1)


async def _settle(house: House, desk: Desk) -> None:
    """Wait until nothing is left to do and the desk has read the feed to its end, at most QUIET_S."""
    deadline = asyncio.get_running_loop().time() + QUIET_S
    calm = 0
    while calm < 3 and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(1.0)
        left = await asyncio.to_thread(still_open, house)
        head = (await asyncio.to_thread(house.rows, "SELECT last_seq FROM core_feedhead"))[0][0]
        calm = calm + 1 if left == 0 and desk.stream.last_id == str(head) else 0


def judge(report: Report, found: Run, kills_wanted: int) -> None:
    """Rows and checks of our own run."""
    kills = sum(found.kills.values())
    figures, feed = found.figures, found.feed
    say(f"  kills: {found.kills}")
    say(f"  counted: {figures}")
    say(f"  feed: {feed}; refused {found.refused}; client faults retried {found.client_faults}")
    for name, values in (("intake answered", found.answers_s), ("received -> offer seen at the desk", found.offered_s)):
        for share in (0.5, 0.95, 0.99):
            report.row(f"{name} p{share * 100:.0f}", percentile(values, share) if values else None, "s")
    report.row("quiet period until nothing was left", found.quiet_s, "s")
    report.row("acknowledged", found.acknowledged, "incidents")
    report.row("assignments offered", figures["assignments"], "assignments")
    report.row("stream reconnects", feed["desk_connects"] + feed["phones_connects"], "connects")
    report.row("waiting with a stated shortfall at the end", figures["waiting_with_shortfall"], "incidents")
    lost = figures["not_stored"] + figures["forgotten"]
    report.check("lost", lost, "0", lost == 0 and found.acknowledged > 0)
    doubled = figures["stored_twice"] + figures["sent_twice"] + figures["two_leads"]
    report.check("doubled", doubled, "0", doubled == 0)
    report.check("double_booked", figures["booked_twice"], "0", figures["booked_twice"] == 0)
    faults = sum(feed[name] for name in FEED_FAULTS)
    report.check("feed_exactly_once", faults, "0 missed, repeated or out of order", faults == 0 and feed["offers"] > 0)
    report.check("stuck", figures["stuck_duties"], "0", figures["stuck_duties"] == 0)
    report.check("kills", kills, f">= {kills_wanted}", kills >= kills_wanted)


def judge_naive(report: Report, naive: Outcome, found: Run) -> None:
    """The peer has to show that this bench sees a loss when there is one."""
    figures = found.figures
    name = f"naive shape ({naive.acknowledged} acknowledged, {naive.kills} kills)"
    lost = figures["not_stored"] + figures["forgotten"]
    report.row("lost", lost, "incidents", naive.lost, name)
    report.row("stored twice", figures["stored_twice"], "incidents", naive.stored_twice, name)
    report.row("sent twice", figures["sent_twice"], "incidents", naive.sent_twice, name)
    report.row("booked twice", figures["booked_twice"], "pairs", naive.booked_twice, name)
    report.check("naive_loses", naive.lost, "> 0", naive.lost > 0)


def run(as_json: bool) -> dict[str, Any]:
    """Measure and judge."""
    report = Report("chaos")
    with empty_house() as house:
        house_load(house, "--nodes", "3000", "--units", "120")
        with running(house):
            found = chaos_run(house, SECONDS, RATE_S, KILL_EVERY_S)
        judge(report, found, 40)
        naive = naive_run(house, NAIVE_SECONDS, RATE_S, NAIVE_KILL_EVERY_S, NAIVE_QUIET_S, SEED)
        judge_naive(report, naive, found)
    return report.as_dict()


if __name__ == "__main__":
    print(json.dumps(run(as_json=True), ensure_ascii=False))
