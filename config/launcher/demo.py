"""`./run demo`: everything on one machine, on a generated county or real roads; `--once` leaves nothing behind."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import shutil
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from config.launcher import children, postgres, prepare
from config.launcher.places import DATABASE, MARK, LaunchError, Places, called_from, environment
from config.launcher.services import services
from config.launcher.speech import say
from config.launcher.supervisor import Supervisor

HOST = "127.0.0.1"
READY_TIMEOUT_S = 60.0
URGENT_PROCESSES = 2
ONCE = "luzhang_once"
# The measured run wants at least 200 units, on whatever roads.
ONCE_UNITS = 240
# What demo_load ends with when the database has to be made anew (demo.management.commands.demo_load.ANEW).
ANEW = 3


def parser() -> argparse.ArgumentParser:
    """The words that `./run demo` takes."""
    words = argparse.ArgumentParser(prog="./run demo", description="Start everything with simulated units and events.")
    network = words.add_mutually_exclusive_group()
    network.add_argument(
        "--osm", type=Path, metavar="FILE", help="roads from an OpenStreetMap file (.osm, .osm.bz2, .osm.pbf)"
    )
    network.add_argument("--place", metavar="NAME", help="roads of a place, fetched by osmnx (needs internet)")
    network.add_argument("--nodes", type=int, metavar="N", help="the generated county with N junctions (8000)")
    words.add_argument("--units", type=int, metavar="N", help="units (120; with a real network or --once 240)")
    words.add_argument("--fresh", action="store_true", help="remove what an earlier ./run demo loaded, and load anew")
    words.add_argument("--port", type=int, help="port of the web server (8000; with --once a free one)")
    words.add_argument("--workers", type=int, default=1, help="web processes (1)")
    words.add_argument("--once", action="store_true", help="run N simulated minutes, report, leave nothing running")
    words.add_argument("--minutes", type=float, default=10.0, metavar="N", help="simulated minutes of --once (10)")
    words.add_argument("--json", action="store_true", help="with --once: one JSON object as the last line")
    return words


def main(where: Places, words: list[str]) -> int:
    """Run the demo. Returns the exit code. Raises LaunchError."""
    options = parser().parse_args(words)
    if options.osm is not None:
        options.osm = called_from(options.osm)
        if not options.osm.is_file():
            raise LaunchError(f"there is no file {options.osm}: give the path of an OpenStreetMap file.")
    if options.once:
        with services(where), _scratch(where) as values:
            return _once(where, values, options)
    with services(where):
        values = {**environment(where), **_simulated()}
        return _for_ever(where, values, options)


def _simulated() -> dict[str, str]:
    return {"LUZHANG_SIMULATION": "1", "LUZHANG_REQUIRE_MFA": "0"}


def network_words(options: argparse.Namespace) -> list[str]:
    """The words that name the network, for a management command."""
    if options.osm is not None:
        return ["--osm", str(options.osm)]
    if options.place:
        return ["--place", options.place]
    return ["--nodes", str(options.nodes)] if options.nodes else []


def loading_words(options: argparse.Namespace) -> list[str]:
    """The words that demo_load gets."""
    units = options.units or (ONCE_UNITS if options.once else None)
    words = network_words(options) + (["--units", str(units)] if units else [])
    return words + (["--fresh"] if options.fresh and not options.once else [])


def _free_port(wanted: int | None) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted or 0))
        except OSError:
            raise LaunchError(f"port {wanted} is in use: choose another one with --port.") from None
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def stack(
    where: Places,
    values: Mapping[str, str],
    *,
    port: int,
    web_workers: int = 1,
    urgent_processes: int = URGENT_PROCESSES,
    log_folder: Path | None = None,
) -> Iterator[Supervisor]:
    """Web, urgent processes, Celery worker and beat under a supervisor; ready when the block begins.

    Chaos tests and benchmarks use it too. Names: web, urgent-1, urgent-2, worker, beat.
    """
    marked = {**values, MARK: str(where.var)}
    with Supervisor(log_folder or where.log, marked, folder=where.root) as supervisor:
        # The web and one urgent process first: all at once they would only hold each other up on few cores.
        urgent = [f"urgent-{number}" for number in range(1, urgent_processes + 1)]
        python = sys.executable
        supervisor.start(
            "web",
            [python, "-m", "uvicorn", "config.asgi:application", "--host", HOST, "--port", str(port)]
            + ["--workers", str(web_workers), "--no-access-log", "--timeout-graceful-shutdown", "3"],
        )
        supervisor.start(urgent[0], children.manage("run_urgent", "--name", urgent[0]))
        _wait_ready(supervisor, port, log_folder or where.log)
        for name in urgent[1:]:
            supervisor.start(name, children.manage("run_urgent", "--name", name))
        celery = [python, "-m", "celery", "-A", "config.celery"]
        supervisor.start("worker", [*celery, "worker", "-c", "2", "--loglevel", "INFO", "--without-mingle"])
        supervisor.start("beat", [*celery, "beat", "--loglevel", "INFO", "--pidfile", ""])
        yield supervisor


def _wait_ready(supervisor: Supervisor, port: int, log_folder: Path) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            if supervisor.starts("web") > 3:
                raise LaunchError(f"the web process ends at once: see {log_folder / 'web.log'}.") from None
        time.sleep(0.1)
    raise LaunchError(f"the web process does not answer: see {log_folder / 'web.log'}.")


def _for_ever(where: Places, values: Mapping[str, str], options: argparse.Namespace) -> int:
    port = _free_port(options.port or 8000)
    prepare.database(where, values)
    _load(where, values, options)
    with stack(where, values, port=port, web_workers=options.workers) as supervisor:
        supervisor.start("simulate", children.manage("simulate", "--url", f"http://{HOST}:{port}"))
        _announce(where, port)
        say("running; Ctrl-C ends everything")
        threading.Event().wait()
    return 0


def _load(where: Places, values: Mapping[str, str], options: argparse.Namespace) -> None:
    """Load what is wanted; where something else or half of it lies, on a database made anew. Raises LaunchError."""
    say("loading roads, people and units")
    command = children.manage("demo_load", *loading_words(options))
    code = children.run(command, folder=where.root, environment=values, stdout=sys.stderr)
    if code == ANEW:
        if not where.has_own_database:
            raise LaunchError("the database that DATABASE_URL names is not removed here: name an empty one.")
        others = [one.pid for one in children.launchers(where) if one.pid != os.getpid()]
        if others:
            raise LaunchError(f"another ./run works here (process {others[0]}): wait for it, or ./run stop.")
        say("removing the demonstration of before; loading anew")
        postgres.recreate(where, DATABASE)
        shutil.rmtree(where.var / "demo", ignore_errors=True)
        prepare.database(where, values)
        code = children.run(command, folder=where.root, environment=values, stdout=sys.stderr)
    if code != 0:
        raise LaunchError(f"loading failed (exit {code}): the lines above say why.")


def _announce(where: Places, port: int) -> None:
    lines = [f"http://localhost:{port}/"]
    accounts = where.var / "demo" / "accounts.json"
    if accounts.exists():
        rows = json.loads(accounts.read_text(encoding="utf-8"))
        if isinstance(rows, dict):
            lines += [f"  {name:24} {password}" for name, password in rows.items() if isinstance(password, str)]
        lines.append(f"accounts: {accounts}")
    print("\n".join(lines), flush=True)


@contextlib.contextmanager
def _scratch(where: Places) -> Iterator[dict[str, str]]:
    """A database and a folder of its own for one run; the folder stays for who wants to look, until the next run."""
    folder = where.var / "once"
    with (where.run / "once.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LaunchError("another `./run demo --once` is running here: wait for it, or ./run stop.") from None
        shutil.rmtree(folder, ignore_errors=True)
        for name in ("static", "media", "networks", "log"):
            (folder / name).mkdir(parents=True)
        values = {**environment(where), **_simulated(), "LUZHANG_VAR": str(folder), "MEDIA_ROOT": str(folder / "media")}
        address = where.database_url
        if values["DATABASE_URL"] != address:
            raise LaunchError("--once makes a database of its own on the private cluster: unset DATABASE_URL.")
        values["DATABASE_URL"] = address.replace("/luzhang?", f"/{ONCE}?")
        values["REDIS_URL"] = values["REDIS_URL"].replace("?db=0", "?db=1")
        postgres.recreate(where, ONCE)
        try:
            yield values
        finally:
            postgres.drop(where, ONCE)


def _once(where: Places, values: Mapping[str, str], options: argparse.Namespace) -> int:
    port = _free_port(options.port)
    prepare.database(where, values)
    folder = Path(values["LUZHANG_VAR"])
    _load(where, values, options)
    with stack(where, values, port=port, web_workers=options.workers, log_folder=folder / "log"):
        say(f"{options.minutes:g} simulated minutes")
        words = ["--url", f"http://{HOST}:{port}", "--minutes", f"{options.minutes:g}"]
        words += ["--json"] if options.json else []
        return children.run(children.manage("demo_once", *words), folder=where.root, environment=values)
