"""Commands that the launcher runs and waits for; stop signals; the list of launchers that `./run stop` ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO

from config.launcher.places import LaunchError, Places
from config.launcher.supervisor import ProcessId, end_trees, identify, tree

# In the environment of every process that runs beside a launcher.
MARK = "LUZHANG_LAUNCHED_BY"
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """A stop signal came; blocks are left, and end what they started."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _raise_stopped(number: int, _: FrameType | None) -> None:
    # A second signal must not break the cleaning up that the first began.
    for one in STOP_SIGNALS:
        signal.signal(one, signal.SIG_IGN)
    raise Stopped(number)


def listen() -> None:
    """Turn stop signals into Stopped."""
    for number in STOP_SIGNALS:
        signal.signal(number, _raise_stopped)


def run(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    stdout: IO[str] | int | None = None,
    interactive: bool = False,
) -> int:
    """Run a command to its end; returns its exit code. Left by Stopped, it ends the command with all its descendants.

    An interactive command keeps the terminal, and hears Ctrl-C itself.
    """
    process = subprocess.Popen(
        list(command),
        cwd=folder,
        env=dict(environment),
        stdin=None if interactive else subprocess.DEVNULL,
        stdout=stdout,
        start_new_session=not interactive,
    )
    try:
        return process.wait()
    finally:
        if process.poll() is None:
            end_trees([process.pid])
            process.wait()


def needed(command: Sequence[str], *, folder: Path, environment: Mapping[str, str], doing: str) -> None:
    """Run a command whose output is progress. Raises LaunchError when it fails."""
    code = run(command, folder=folder, environment=environment, stdout=sys.stderr)
    if code != 0:
        raise LaunchError(f"{doing} failed (exit {code}): the lines above say why.")


def manage(*arguments: str) -> list[str]:
    """The command line of a management command."""
    return [sys.executable, "manage.py", *arguments]


@contextmanager
def registered(where: Places) -> Iterator[None]:
    """This launcher is on the list of those that `./run stop` ends."""
    me = identify(os.getpid())
    if me is None:
        raise LaunchError("/proc is not there: a Linux system is needed.")
    folder = where.run / "launchers"
    folder.mkdir(exist_ok=True)
    entry = folder / f"{me.pid}.json"
    entry.write_text(json.dumps({"pid": me.pid, "started": me.started}), encoding="utf-8")
    try:
        yield
    finally:
        entry.unlink(missing_ok=True)


def end_registered(where: Places) -> int:
    """End all other launchers with what they started. Returns how many there were."""
    ended = 0
    for entry in sorted((where.run / "launchers").glob("*.json")):
        row = json.loads(entry.read_text(encoding="utf-8"))
        launcher = ProcessId(int(row["pid"]), int(row["started"]))
        if launcher.pid != os.getpid() and launcher.is_alive():
            ended += 1
            end_trees([launcher.pid], grace_s=9.0)
        entry.unlink(missing_ok=True)
    ended += _end_orphans(where)
    return ended


def _end_orphans(where: Places) -> int:
    """Processes of a launcher that was killed: they run on, and carry our mark."""
    mine = f"{MARK}={where.var}\0".encode()
    family = {one.pid for one in tree(os.getpid())} | {os.getppid()}
    orphans = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) in family:
            continue
        try:
            words = (entry / "cmdline").read_bytes()
            ours = mine in (entry / "environ").read_bytes() + b"\0"
        except OSError:
            continue
        if ours and (b"manage.py" in words or b"config.asgi" in words or b"config.celery" in words):
            orphans.append(int(entry.name))
    end_trees(orphans)
    return len(orphans)
