"""`./run bench memory`: proportional memory (PSS) of all processes of an installation that works on 270,000 junctions.

PSS counts a page shared by n processes as 1/n in each, so the sum is what the machine really holds.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.chaos_clients import Desk
from bench.chaos_house import House, empty_house, running
from bench.chaos_http import Link
from bench.report import Report, say
from config.launcher.supervisor import Supervisor, tree

NODES = int(os.environ.get("LUZHANG_BENCH_NODES", "270000"))
UNITS = 40
INCIDENTS = 60
LIMIT_MIB = 1536.0


def prepare() -> dict[str, Any]:
    """Inside the installation: a dispatcher's account, and units on tour with trackers, spread over the network."""
    import numpy as np
    from django.contrib.auth import get_user_model

    from core import clock
    from patrols import services as patrols
    from roads.selectors import current_network
    from stations import services as stations
    from stations.models import Organisation
    from stations.types import system_actor

    actor, now = system_actor("bench"), clock.now()
    city = Organisation.objects.get(parent=None)
    graph = current_network().graph
    chosen = np.random.default_rng(1).choice(graph.state_lon.size, UNITS + INCIDENTS)
    places = [(float(graph.state_lon[i]), float(graph.state_lat[i])) for i in chosen]
    user = get_user_model().objects.create(username="commander")
    stations.person_create(actor=actor, organisation=city, kind="officer", name="示例指挥", user=user)
    person = user.person
    for role in ("commander", "dispatcher"):
        stations.role_grant(actor=actor, person=person, role=role, organisation=city)
    units = []
    for number, (lon, lat) in enumerate(places[:UNITS]):
        member = stations.person_create(actor=actor, organisation=city, kind="officer", name=f"示例{number:02d}")
        unit = patrols.unit_create(
            actor=actor, organisation=city, call_sign=f"示例{number:02d}", kind="car", agency="traffic"
        )
        tour = patrols.tour_plan(
            actor=actor, unit=unit, starts_at=now, ends_at=now + timedelta(hours=8), person_ids=[member.pk]
        )
        patrols.tour_open(actor=actor, tour_id=tour.pk)
        device, token = stations.device_create(
            actor=actor, organisation=city, identifier=f"bench-{number}", protocol="osmand"
        )
        stations.device_bind(actor=actor, device_id=device.pk, person=member, valid_from=now - timedelta(hours=1))
        units.append({"tracker": token, "lon": lon, "lat": lat})
    _row, token = stations.token_create(actor=actor, user=user, label="bench", days=1)
    return {"token": token, "units": units, "places": places[UNITS:]}


async def work(house: House, given: dict[str, Any]) -> int:
    """Every process does what it is there for. Returns how many incidents got a unit."""
    link = Link(house.port, given["token"])
    house.tokens = {"commander": given["token"]}
    desk = Desk(house)
    listening = asyncio.create_task(desk.run())
    for unit in given["units"]:
        await Link(house.port).insist(
            "POST",
            f"/trackers/osmand?id={unit['tracker']}&timestamp={int(time.time() * 1000)}&lat={unit['lat']:.6f}"
            f"&lon={unit['lon']:.6f}&speed=0&accuracy=5",
        )

    async def report(number: int, lon: float, lat: float) -> None:
        body = {"kind": "other", "lon": lon, "lat": lat, "datum": "wgs84"}
        status, answer = await Link(house.port, given["token"]).insist(
            "POST", "/api/v1/incidents/", body, f"Idempotency-Key: memory-{number}\r\n"
        )
        if status != 201:
            raise SystemExit(f"an incident was answered {status}: {answer.decode()[:300]}")

    await asyncio.gather(*(report(number, *place) for number, place in enumerate(given["places"])))
    for path in ("/api/v1/incidents/", "/tiles/roads/12/3290/1826.mvt", "/command/", "/api/schema/"):
        await link.insist("GET", path)
    for _ in range(6):
        await asyncio.to_thread(_task, house)
    deadline = time.monotonic() + 60.0
    while len(desk.offered) < UNITS and time.monotonic() < deadline:
        await asyncio.sleep(0.5)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    return len(desk.offered)


def _task(house: House) -> None:
    words = [sys.executable, "-m", "celery", "-A", "config.celery", "call", "patrols.issue_tasks"]
    subprocess.run(
        words, cwd=house.where.root, env=dict(house.values), check=True, stdout=subprocess.DEVNULL, timeout=60
    )


def pss_mib(pids: list[int]) -> dict[str, float]:
    """Sums of PSS, of its anonymous part, and of RSS."""
    sums = {"Pss": 0.0, "Pss_Anon": 0.0, "Rss": 0.0}
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            name, _, rest = line.partition(":")
            if name in sums:
                sums[name] += float(rest.split()[0]) / 1024.0
    return sums


def groups(servers: Supervisor, stack: Supervisor) -> dict[str, list[int]]:
    """Process ids by name, descendants included."""
    found = {}
    for supervisor in (stack, servers):
        for name in supervisor.names():
            pid = supervisor.pid(name)
            found[name] = [one.pid for one in tree(pid)] if pid is not None else []
    return found


def has_mapped(pids: list[int], part: str) -> bool:
    """Whether one of the processes has a file of that path in its memory."""
    return any(part in Path(f"/proc/{pid}/maps").read_text() for pid in pids)


def run(as_json: bool) -> dict[str, Any]:
    """Measure and judge."""
    report = Report("memory")
    with empty_house() as house:
        house.manage("shell", "-c", _ORGANISATION)
        say(f"a generated network of {NODES:,} junctions")
        house.manage("import_roads", "--demo", "--nodes", str(NODES))
        done = subprocess.run(
            [sys.executable, "-m", "bench.memory", "prepare"],
            cwd=house.where.root, env=dict(house.values), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise SystemExit(done.stderr)
        given = json.loads(done.stdout.splitlines()[-1])
        with running(house):
            if house.stack is None:
                raise SystemExit("the installation does not run")
            offered = asyncio.run(work(house, given))
            by_name = groups(house.services, house.stack)
            total = 0.0
            for name, pids in by_name.items():
                sums = pss_mib(pids)
                total += sums["Pss"]
                say(f"    {name}: anonymous {sums['Pss_Anon']:.0f} MiB, RSS {sums['Rss']:.0f} MiB")
                report.row(f"{name}, {len(pids)} processes", sums["Pss"], "MiB")
            worked = all(has_mapped(by_name[f"urgent-{number}"], "/networks/") for number in (1, 2))
    report.row("incidents dispatched", offered, "incidents")
    report.check("pss_mib", round(total), f"< {LIMIT_MIB:.0f}", total < LIMIT_MIB)
    report.check("network_in_both_urgent", worked, "true", worked)
    report.check("dispatched", offered, f">= {UNITS // 2}", offered >= UNITS // 2)
    report.check("processes", sum(map(len, by_name.values())), ">= 8", sum(map(len, by_name.values())) >= 8)
    return report.as_dict()


_ORGANISATION = """
from stations.services import organisation_create
from stations.types import system_actor
organisation_create(actor=system_actor("bench"), kind="city", code="990000", name="示例市", generated=True)
"""

if __name__ == "__main__":
    if sys.argv[1:] == ["prepare"]:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django

        django.setup()
        print(json.dumps(prepare()))
    else:
        print(json.dumps(run(as_json=True), ensure_ascii=False))
