"""An installation of its own for a benchmark: scratch cluster, Redis, folder and processes; nothing of it stays.

The installation that `./run` looks after is never touched: everything lies in a folder below the system's temporary
one, behind unix sockets, and the web server listens on a free port of the loopback.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from bench.fixes import free_port
from bench.report import say
from config.launcher import children, postgres, prepare, redis
from config.launcher.demo import HOST, stack
from config.launcher.places import Places, as_server_user, generated, places
from config.launcher.supervisor import Supervisor

PLACES_KEPT = 500
SETTLE_S = 120
_LEFT_SQL = """
    SELECT (SELECT count(*) FROM core_event WHERE feed_seq IS NULL),
           (SELECT count(*) FROM core_auditrow WHERE row_hash IS NULL)
"""


@dataclass
class House:
    """A running installation. `units`: rows of `demo/units.json`; `spots`: lon, lat of junctions; `tokens`: by role."""

    where: Places
    values: Mapping[str, str]
    port: int
    log: Path
    services: Supervisor
    stack: Supervisor | None = None
    units: list[dict[str, Any]] = field(default_factory=list)
    spots: list[tuple[float, float]] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def dsn(self) -> str:
        """The database as libpq reads it."""
        return self.values["DATABASE_URL"].replace("postgis://", "postgresql://", 1)

    def connect(self, database: str = "") -> Any:
        """A session of its own, in autocommit."""
        dsn = self.dsn.replace("@/luzhang?", f"@/{database}?") if database else self.dsn
        session = psycopg2.connect(dsn)
        session.autocommit = True
        return session

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""
        with contextlib.closing(self.connect()) as session, session.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def manage(self, *words: str) -> None:
        """A management command in this installation; its output is progress."""
        children.needed(
            children.manage(*words), folder=self.where.root, environment=self.values, doing=" ".join(words[:1])
        )


@contextlib.contextmanager
def empty_house(*, watched: bool = True, server_words: Sequence[str] = ()) -> Iterator[House]:
    """Cluster, Redis and a migrated, empty database. `watched`: a supervisor starts killed servers again;
    `server_words`: more of PostgreSQL's command line.
    """
    if threading.current_thread() is threading.main_thread() and __name__ != "__main__":
        children.listen()
    folder = Path(tempfile.mkdtemp(prefix="luzhang-bench-"))
    folder.chmod(0o711)
    before = os.environ.get("LUZHANG_VAR")
    os.environ["LUZHANG_VAR"] = str(folder)
    try:
        where = places()
    finally:
        if before is None:
            del os.environ["LUZHANG_VAR"]
        else:
            os.environ["LUZHANG_VAR"] = before
    values = {
        **os.environ,
        **generated(where),
        "MEDIA_ROOT": str(where.var / "media"),
        "LUZHANG_SIMULATION": "1",
        "LUZHANG_REQUIRE_MFA": "0",
    }
    try:
        say("an installation of its own: cluster and database")
        postgres.start(where)
        prepare.messages(where)
        prepare.database(where, values)
        postgres.stop(where)
        with Supervisor(where.log, values, folder=where.root) as servers:
            house = House(where, values, free_port(), where.log, servers)
            _start_servers(house, watched, server_words)
            yield house
    finally:
        postgres.stop(where)
        shutil.rmtree(folder, ignore_errors=True)
        if where.cluster.parent != where.var:
            shutil.rmtree(where.cluster.parent, ignore_errors=True)


def _start_servers(house: House, watched: bool, words: Sequence[str]) -> None:
    where = house.where
    server = [str(postgres.binaries() / "postgres"), "-D", str(where.cluster), "-k", str(where.postgres_socket)]
    house.services.start("postgres", [*as_server_user(), *server, *words], restart=watched)
    house.services.start("redis", redis.command(where), restart=watched)
    waiting = threading.Event()
    for _ in range(600):
        with contextlib.suppress(psycopg2.OperationalError):
            house.connect().close()
            if redis.is_running(where):
                return
        waiting.wait(0.05)
    raise SystemExit(f"the scratch servers did not start: see {house.log}")


def house_load(house: House, *words: str) -> None:
    """`demo_load` with the given words; then units, tokens and places are known."""
    say(f"loading: {' '.join(words)}")
    house.manage("demo_load", *words)
    house.units = json.loads((house.where.var / "demo" / "units.json").read_text(encoding="utf-8"))
    done = subprocess.run(
        [sys.executable, "-m", "bench.chaos_house"],
        cwd=house.where.root, env=dict(house.values), capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout.splitlines()[-1])
    house.tokens, house.spots = found["tokens"], [tuple(spot) for spot in found["spots"]]


@contextlib.contextmanager
def running(house: House) -> Iterator[House]:
    """Web, urgent processes, worker and beat of a loaded house."""
    with stack(house.where, house.values, port=house.port, log_folder=house.log) as supervisor:
        house.stack = supervisor
        say(f"running at http://{HOST}:{house.port}/")
        _settled(house)
        try:
            yield house
        finally:
            house.stack = None


def _settled(house: House) -> None:
    """Wait until what the loading left is numbered and sealed: else it stands before the first measured events."""
    waiting = threading.Event()
    for _ in range(SETTLE_S * 4):
        left = house.rows(_LEFT_SQL)[0]
        if not any(left):
            return
        waiting.wait(0.25)
    raise SystemExit(f"not settled after {SETTLE_S} s: {left} events and audit rows are left")


def _main() -> None:
    """Inside the installation: tokens of the desk accounts, and places on the network."""
    import django

    django.setup()
    import numpy as np
    from django.contrib.auth import get_user_model

    from roads.selectors import current_network
    from stations.services import token_create
    from stations.types import system_actor

    tokens = {}
    for name in ("dispatcher", "commander"):
        user = get_user_model().objects.filter(username=name).first()
        if user is not None:
            tokens[name] = token_create(actor=system_actor("bench"), user=user, label="bench", days=1)[1]
    graph = current_network().graph
    chosen = np.random.default_rng(1).choice(graph.state_lon.size, PLACES_KEPT)
    spots = [(float(graph.state_lon[i]), float(graph.state_lat[i])) for i in chosen]
    print(json.dumps({"tokens": tokens, "spots": spots}))


if __name__ == "__main__":
    _main()
