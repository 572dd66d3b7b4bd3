"""Starts, watches and ends processes. Also used by chaos tests and benchmarks, which kill what it watches."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

RESTART_AFTER_S = 0.5
LONGEST_BACK_OFF_S = 4.0
SHORT_LIFE_S = 1.0
POLL_S = 0.05
GRACE_S = 6.0


@dataclass(frozen=True)
class ProcessId:
    """A process for certain: a number that the system gave out again has another start time."""

    pid: int
    started: int

    def is_alive(self) -> bool:
        """Is it still there, and not a zombie?"""
        row = _stat(self.pid)
        return row is not None and row.started == self.started and row.state != "Z"

    def send(self, number: int) -> None:
        """Send a signal, if it is still the same process, and one that this user may signal."""
        if self.is_alive():
            # One that is another user's must not keep the others from being told.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self.pid, number)


@dataclass(frozen=True)
class _Stat:
    state: str
    parent: int
    started: int


def _stat(pid: int) -> _Stat | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name in brackets may hold blanks and brackets itself.
    fields = text[text.rindex(")") + 2 :].split()
    return _Stat(state=fields[0], parent=int(fields[1]), started=int(fields[19]))


def identify(pid: int) -> ProcessId | None:
    """The process with this number now, or None."""
    row = _stat(pid)
    return None if row is None else ProcessId(pid, row.started)


def tree(pid: int) -> list[ProcessId]:
    """A process and all its descendants, parents first."""
    children: dict[int, list[int]] = {}
    rows: dict[int, _Stat] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            row = _stat(int(entry.name))
            if row is not None:
                rows[int(entry.name)] = row
                children.setdefault(row.parent, []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop(0)
        if one in rows:
            found.append(ProcessId(one, rows[one].started))
        waiting.extend(children.get(one, ()))
    return found


def end_trees(roots: Sequence[int], *, grace_s: float = GRACE_S) -> None:
    """TERM to the given processes, KILL to them and their descendants after `grace_s`; returns when all are gone.

    Processes that made sessions of their own (browsers) are found by descent, so nothing stays behind.
    """
    everybody = [one for root in roots for one in tree(root)]
    for one in everybody:
        if one.pid in roots:
            one.send(signal.SIGTERM)
    _wait_gone([one for one in everybody if one.pid in roots], grace_s)
    rest = [one for one in everybody if one.is_alive()]
    for one in rest:
        one.send(signal.SIGTERM)
    _wait_gone(rest, min(1.0, grace_s))
    for one in rest:
        one.send(signal.SIGKILL)
    _wait_gone(rest, 2.0)


def _wait_gone(processes: Sequence[ProcessId], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while any(one.is_alive() for one in processes) and time.monotonic() < deadline:
        time.sleep(POLL_S)


@dataclass
class _Watched:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    restart: bool
    process: subprocess.Popen[bytes] | None = None
    born: float = 0.0
    due: float = 0.0
    short_lives: int = 0
    starts: int = 0
    last_code: int | None = field(default=None)


class Supervisor:
    """A set of named processes, each in a session of its own, its output in `<log_folder>/<name>.log`.

    A process that ends is started again after 0.5 s (longer when it keeps dying at once), unless `restart=False`.
    Use as a context manager: leaving ends everything within 10 s.
    """

    def __init__(self, log_folder: Path, environment: Mapping[str, str], *, folder: Path) -> None:
        self.log_folder = log_folder
        self.environment = dict(environment)
        self.folder = folder
        self._watched: dict[str, _Watched] = {}
        self._lock = threading.RLock()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Supervisor:
        self.log_folder.mkdir(parents=True, exist_ok=True)
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(
        self, name: str, command: Sequence[str], *, restart: bool = True, extra: Mapping[str, str] | None = None
    ) -> int:
        """Start and watch a process; `extra` is added to its environment. Returns its process id."""
        watched = _Watched(name, list(command), {**self.environment, **(extra or {})}, restart)
        with self._lock:
            if name in self._watched:
                raise ValueError(f"{name} is watched already")
            self._watched[name] = watched
            return self._spawn(watched)

    def names(self) -> list[str]:
        """All watched, in the order of their start."""
        return list(self._watched)

    def pid(self, name: str) -> int | None:
        """The process id now, or None between two lives."""
        process = self._watched[name].process
        return process.pid if process is not None and process.poll() is None else None

    def starts(self, name: str) -> int:
        """How often it was started."""
        return self._watched[name].starts

    def exit_code(self, name: str) -> int | None:
        """How it ended last, or None while it never has."""
        watched = self._watched[name]
        if watched.process is not None and watched.process.poll() is not None:
            return watched.process.returncode
        return watched.last_code

    def kill(self, name: str, number: int = signal.SIGKILL, *, whole_tree: bool = True) -> bool:
        """Send a signal to a process (and its descendants): for chaos. False when it is between two lives."""
        pid = self.pid(name)
        if pid is None:
            return False
        for one in tree(pid) if whole_tree else tree(pid)[:1]:
            one.send(number)
        return True

    def end(self, name: str, *, grace_s: float = GRACE_S) -> None:
        """End one for good."""
        with self._lock:
            watched = self._watched.pop(name)
        if watched.process is not None:
            end_trees([watched.process.pid], grace_s=grace_s)
            watched.process.wait()

    def stop(self, *, grace_s: float = GRACE_S) -> None:
        """End everything, all at the same time; within 10 s."""
        self._ending.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        with self._lock:
            processes = [one.process for one in self._watched.values() if one.process is not None]
            end_trees([one.pid for one in processes if one.poll() is None], grace_s=grace_s)
            for process in processes:
                process.wait()
            self._watched.clear()

    def _spawn(self, watched: _Watched) -> int:
        with (self.log_folder / f"{watched.name}.log").open("ab") as log:
            watched.process = subprocess.Popen(
                watched.command,
                cwd=self.folder,
                env=dict(watched.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        watched.born = time.monotonic()
        watched.starts += 1
        return watched.process.pid

    def _watch(self) -> None:
        while not self._ending.wait(POLL_S):
            with self._lock:
                for watched in self._watched.values():
                    self._look_after(watched)

    def _look_after(self, watched: _Watched) -> None:
        moment = time.monotonic()
        if watched.process is not None:
            code = watched.process.poll()
            if code is None or not watched.restart:
                return
            watched.last_code = code
            watched.process = None
            watched.short_lives = watched.short_lives + 1 if moment - watched.born < SHORT_LIFE_S else 0
            # A few quick deaths are chaos or a service that is not up yet; many are a fault that haste does not mend.
            patience = 2 ** max(0, watched.short_lives - 3)
            watched.due = moment + min(RESTART_AFTER_S * patience, LONGEST_BACK_OFF_S)
        elif moment >= watched.due:
            self._spawn(watched)
