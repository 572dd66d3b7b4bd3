"""Runs the naive shape on the servers of a scratch installation, under the same reporters and kills."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg2

from bench.chaos_clients import Reporters
from bench.chaos_house import House
from bench.chaos_http import HOST
from bench.chaos_kills import Killer
from bench.chaos_naive import DATABASE, POINT, TABLES
from bench.fixes import free_port
from bench.report import say
from config.launcher import places
from config.launcher.supervisor import Supervisor

TARGETS = ("web", "worker", "worker child", "redis", "database session")
OFFICER_BUSY_S = 1.0


@dataclass(frozen=True)
class Outcome:
    """What became of the acknowledged alerts of the naive shape."""

    kills: int
    acknowledged: int
    lost: int
    stored_twice: int
    sent_twice: int
    booked_twice: int

    @property
    def faults(self) -> int:
        """All that must not be."""
        return self.lost + self.stored_twice + self.sent_twice + self.booked_twice


@contextlib.contextmanager
def naive_running(house: House, port: int) -> Iterator[Supervisor]:
    """Web and a worker with two children of the naive shape, in a database of its own."""
    with contextlib.closing(house.connect()) as session, session.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template_luzhang")
    with contextlib.closing(house.connect(DATABASE)) as session, session.cursor() as cursor:
        cursor.execute(TABLES)
        for unit in house.units:
            cursor.execute(f"INSERT INTO officer (geom) VALUES ({POINT})", [unit["lon"], unit["lat"]])
    values = {
        **house.values,
        "NAIVE_HOST": str(house.where.postgres_socket),
        "NAIVE_USER": places.DATABASE,
        "NAIVE_BROKER": f"redis+socket://{house.where.redis_socket}?virtual_host=5",
    }
    with Supervisor(house.log, values, folder=house.where.root) as supervisor:
        web = ["-m", "uvicorn", "bench.chaos_naive:application", "--host", HOST, "--port", str(port)]
        supervisor.start("web", [sys.executable, *web, "--no-access-log", "--log-level", "warning"])
        worker = ["-m", "celery", "-A", "bench.chaos_naive", "worker", "-c", "2", "--loglevel", "WARNING"]
        supervisor.start("worker", [sys.executable, *worker])
        _wait(port)
        yield supervisor


def _wait(port: int) -> None:
    for _ in range(120):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=2):
            return
        asyncio.run(asyncio.sleep(0.25))
    raise SystemExit("the naive peer does not answer")


def naive_run(house: House, seconds: float, rate_s: float, kill_every_s: float, quiet_s: float, seed: int) -> Outcome:
    """Load and kills for so long, then a quiet period, then the count."""
    port = free_port()
    say(f"the naive shape: {seconds:.0f} s at {rate_s:g} alerts/s")
    with naive_running(house, port) as supervisor:
        killer = Killer(house.services, supervisor, kill_every_s, seed)
        reporters = Reporters(house, rate_s, seed)
        reporters.port = port
        asyncio.run(_play(house, reporters, killer, seconds, quiet_s))
    return _count(house, killer.kills.total(), list(reporters.told.acknowledged))


async def _play(house: House, reporters: Reporters, killer: Killer, seconds: float, quiet_s: float) -> None:
    closing = asyncio.create_task(_officers(house))
    try:
        await asyncio.sleep(2.0)
        await asyncio.gather(reporters.run(seconds), killer.run(seconds, TARGETS))
        await asyncio.sleep(quiet_s)
    finally:
        closing.cancel()


async def _officers(house: House) -> None:
    """An officer is free again a second after he was sent."""
    while True:
        await asyncio.sleep(0.2)
        await asyncio.to_thread(_free, house)


def _free(house: House) -> None:
    with contextlib.suppress(psycopg2.Error):
        session = house.connect(DATABASE)
        with contextlib.closing(session), session.cursor() as cursor:
            cursor.execute(
                "UPDATE assignment SET closed_at = clock_timestamp()"
                " WHERE closed_at IS NULL AND created_at < clock_timestamp() - make_interval(secs => %s)",
                [OFFICER_BUSY_S],
            )


def _count(house: House, kills: int, keys: list[str]) -> Outcome:
    with contextlib.closing(house.connect(DATABASE)) as session, session.cursor() as cursor:

        def one(statement: str) -> int:
            cursor.execute(statement, {"keys": keys})
            return int(cursor.fetchone()[0])

        return Outcome(
            kills=kills,
            acknowledged=len(keys),
            lost=one(
                "SELECT count(*) FROM unnest(%(keys)s::text[]) k WHERE NOT EXISTS (SELECT 1 FROM alert a"
                " JOIN assignment s ON s.alert_id = a.id WHERE a.client_key = k)"
            ),
            stored_twice=one("SELECT count(*) FROM (SELECT 1 FROM alert GROUP BY client_key HAVING count(*) > 1) t"),
            sent_twice=one("SELECT count(*) FROM (SELECT 1 FROM assignment GROUP BY alert_id HAVING count(*) > 1) t"),
            booked_twice=one(
                "SELECT count(*) FROM assignment x JOIN assignment y ON x.officer_id = y.officer_id AND x.id < y.id"
                " AND y.created_at < coalesce(x.closed_at, 'infinity') AND x.created_at < coalesce(y.closed_at,"
                " 'infinity')"
            ),
        )
