"""A whole installation of its own for browser tests: scratch database, small county, web and urgent processes.

By hand: `.venv/bin/python -m tests.browser.stack --port 8010` (inside `./run manage`-like services), Ctrl-C ends it.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.launcher import children, postgres, prepare
from config.launcher.demo import HOST, stack
from config.launcher.places import Places, environment, places
from config.launcher.services import services
from config.launcher.supervisor import Supervisor
from tests.migrated import migrated
from tests.own_redis import PROCESSES, process_number, redis_url

NODES, UNITS, SEED = 1500, 12, 7

# A crew member who can sign in by hand: the simulation's own accounts have no password.
_CREW_SCRIPT = """
from django.contrib.auth import get_user_model
from patrols.models import Tour
import json
out = []
for tour in Tour.objects.filter(state="open").select_related("unit").order_by("id"):
    present = tour.members.filter(present__isnull=False, person__user__isnull=False)
    member = present.select_related("person__user").first()
    if member is None:
        continue
    user = member.person.user
    user.set_password("{password}")
    user.save()
    place = tour.post
    out.append(dict(user=user.username, tour=str(tour.uid), tour_id=tour.pk, call_sign=tour.unit.call_sign,
                    kind=tour.unit.kind, agency=tour.unit.agency, lon=place.x, lat=place.y))
print("CREWS " + json.dumps(out))
"""
CREW_PASSWORD = "browser-crew-2026"


@dataclass(frozen=True)
class Crew:
    """A unit on an open tour and the account of its leader."""

    user: str
    tour: str
    tour_id: int
    call_sign: str
    kind: str
    agency: str
    lon: float
    lat: float
    password: str = CREW_PASSWORD


@dataclass(frozen=True)
class Installation:
    """A running installation. `passwords`: by role account; `sessions`: cookies of who has signed in."""

    url: str
    values: Mapping[str, str]
    folder: Path
    supervisor: Supervisor
    passwords: Mapping[str, str]
    units: tuple[Mapping[str, object], ...]
    crews: tuple[Crew, ...]
    sessions: dict[str, list[Any]] = field(default_factory=dict)


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _values(where: Places, name: str, folder: Path) -> dict[str, str]:
    values = {
        **environment(where),
        "LUZHANG_SIMULATION": "1",
        "LUZHANG_REQUIRE_MFA": "0",
        "LUZHANG_VAR": str(folder),
        "MEDIA_ROOT": str(folder / "media"),
    }
    head, _, tail = values["DATABASE_URL"].rpartition("/luzhang?")
    values["DATABASE_URL"] = f"{head}/{name}?{tail}"
    values["REDIS_URL"] = redis_url(values["REDIS_URL"], PROCESSES + process_number())
    return values


@contextlib.contextmanager
def installation(*, name: str, folder: Path, port: int | None = None, keep: bool = False) -> Iterator[Installation]:
    """An installation over the database `name` of the private cluster; dropped afterwards unless `keep`."""
    where = places()
    with services(where):
        for part in ("static", "media", "networks", "log", "demo"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        values = _values(where, name, folder)
        if keep and (folder / "demo" / "units.json").exists():
            prepare.database(where, values)
        else:
            postgres.recreate(where, name, migrated(where))
        prepare.messages(where)
        words = ["demo_load", "--nodes", str(NODES), "--units", str(UNITS), "--seed", str(SEED)]
        children.needed(children.manage(*words), folder=where.root, environment=values, doing="loading")
        crews = _crews(where, values)
        at = port or free_port()
        try:
            # One urgent process is enough for one browser; what a second is for, the chaos test sees.
            with stack(where, values, port=at, urgent_processes=1, log_folder=folder / "log") as supervisor:
                yield Installation(
                    url=f"http://{HOST}:{at}",
                    values=values,
                    folder=folder,
                    supervisor=supervisor,
                    passwords=json.loads((folder / "demo" / "accounts.json").read_text(encoding="utf-8")),
                    units=tuple(json.loads((folder / "demo" / "units.json").read_text(encoding="utf-8"))),
                    crews=crews,
                )
        finally:
            if not keep:
                postgres.drop(where, name)
                shutil.rmtree(folder, ignore_errors=True)


def _crews(where: Places, values: Mapping[str, str]) -> tuple[Crew, ...]:
    import subprocess

    script = _CREW_SCRIPT.replace("{password}", CREW_PASSWORD)
    done = subprocess.run(
        children.manage("shell", "-c", script),
        cwd=where.root,
        env=dict(values),
        capture_output=True,
        text=True,
        check=True,
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("CREWS "))
    return tuple(Crew(**row) for row in json.loads(line[6:]))


def main() -> None:
    """Run one by hand until a signal; the database is kept for the next time."""
    import threading

    children.listen()
    port = int(sys.argv[sys.argv.index("--port") + 1]) if "--port" in sys.argv else 8010
    folder = Path("/tmp/luzhang-browser")
    with installation(name="luzhang_browser_hand", folder=folder, port=port, keep=True) as running:
        print(running.url, json.dumps(dict(running.passwords)), running.crews[0], sep="\n", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
