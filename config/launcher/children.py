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

from config.launcher.places import MARK, LaunchError, Places, owner_of
from config.launcher.speech import say
from config.launcher.supervisor import ProcessId, end_trees, identify, tree

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
    writing = entry.with_suffix(".new")
    writing.write_text(json.dumps({"pid": me.pid, "started": me.started}), encoding="utf-8")
    writing.rename(entry)
    try:
        if count := end_orphans(where):
            say(f"ended {count} processes of a launcher that was killed")
        yield
    finally:
        # Nothing, but for what was being born when a stop signal came.
        end_trees(_marked(where, [one.pid for one in tree(me.pid)[1:]]))
        entry.unlink(missing_ok=True)


def launchers(where: Places) -> list[ProcessId]:
    """The launchers of this installation that are alive; entries of dead ones are removed."""
    found = []
    for entry in sorted((where.run / "launchers").glob("*.json")):
        try:
            row = json.loads(entry.read_text(encoding="utf-8"))
            launcher = ProcessId(int(row["pid"]), int(row["started"]))
        except FileNotFoundError:
            continue
        except (ValueError, KeyError, TypeError):
            launcher = ProcessId(0, 0)
        if launcher.is_alive():
            found.append(launcher)
        else:
            entry.unlink(missing_ok=True)
    return found


def end_registered(where: Places) -> int:
    """End all other launchers with what they started. Returns how many there were. Raises LaunchError."""
    others = [launcher for launcher in launchers(where) if launcher.pid != os.getpid()]
    end_trees([launcher.pid for launcher in others], grace_s=9.0)
    for launcher in others:
        if launcher.is_alive():
            owner = owner_of(Path(f"/proc/{launcher.pid}"))
            raise LaunchError(f"process {launcher.pid} of {owner} does not end: sudo ./run stop.")
    return len(others) + end_orphans(where)


def end_orphans(where: Places) -> int:
    """End processes of launchers that were killed. Returns how many there were."""
    found = orphans(where)
    end_trees(found)
    return len(found)


def orphans(where: Places) -> list[int]:
    """Processes of launchers that were killed: they run on, carry our mark, and descend from no launcher."""
    family = {os.getppid(), *(one.pid for one in tree(os.getpid()))}
    for launcher in launchers(where):
        family.update(one.pid for one in tree(launcher.pid))
    everybody = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return _marked(where, [pid for pid in everybody if pid not in family])


def _marked(where: Places, candidates: Sequence[int]) -> list[int]:
    marked = []
    for pid in candidates:
        try:
            variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except OSError:
            # It is gone, or another user's, and so not ours.
            continue
        if os.fsencode(f"{MARK}={where.var}") in variables:
            marked.append(pid)
    return marked
