"""An installation of its own, handled as a person would: by `./run`, real processes, signals and a terminal."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.environment import ROOT
from config.launcher.places import MARK, environment, generated, places
from tests.factories.workers import until

PATIENCE_S = 60
# A start on a busy machine; after that nobody waits for a line that never comes.
AT_MOST_S = 150
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Demo:
    """A running `./run demo`: its process (the launcher) and what it says."""

    process: subprocess.Popen[bytes]
    lines: Iterator[str]

    def wait_for(self, start: str) -> str:
        """The next line that starts so."""
        said = []
        for line in self.lines:
            said.append(line)
            if line.startswith(start):
                return line
        raise AssertionError(f"{start!r} was never said: {said[-20:]}")

    def ended(self) -> int:
        """Its exit code; what it says until then is read, so that it need not wait for us."""
        for _ in self.lines:
            continue
        return self.process.wait(PATIENCE_S)


class House:
    """A folder for LUZHANG_VAR, and what is done with it."""

    def __init__(self, var: Path) -> None:
        self.var = var
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LUZHANG_VAR", str(var))
            self.where = places()
            ours = {*generated(self.where), MARK, "MEDIA_ROOT"} - {"PYTHONPYCACHEPREFIX"}
            self.values = {name: value for name, value in os.environ.items() if name not in ours}
            self.values["LUZHANG_VAR"] = str(var)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    def sourced(self) -> dict[str, str]:
        """The environment after `source <(./run env)`."""
        words = ["bash", "-c", f"source <('{ROOT}/run' env) && env -0"]
        done = subprocess.run(words, env=self.values, capture_output=True, check=True)
        return dict(line.split("=", 1) for line in done.stdout.decode().split("\0") if "=" in line)

    def run(self, *words: str, values: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """`./run WORDS` to its end."""
        return subprocess.run(
            [str(ROOT / "run"), *words],
            env=dict(values or self.values), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip

    @contextlib.contextmanager
    def demo(self) -> Iterator[Demo]:
        """`./run demo` with its output in a pipe."""
        command = [str(ROOT / "run"), "demo", "--port", str(self.port)]
        with subprocess.Popen(
            command, env=self.values, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process:
            assert process.stdout is not None
            with _watched(process):
                yield Demo(process, (line.decode().rstrip() for line in process.stdout))

    @contextlib.contextmanager
    def demo_on_terminal(self) -> Iterator[tuple[Demo, int]]:
        """`./run demo` on a terminal of its own, and the descriptor whose closing is the closing of the terminal."""
        outer, inner = os.openpty()
        # setsid makes the terminal that of the new session.
        command = ["setsid", "--ctty", str(ROOT / "run"), "demo", "--port", str(self.port)]
        process = subprocess.Popen(command, env=self.values, stdin=inner, stdout=inner, stderr=inner)
        os.close(inner)
        with _watched(process):
            yield Demo(process, _lines(outer)), outer

    def left_over(self) -> list[str]:
        """Command lines of all processes that belong to this installation."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                marked = os.fsencode(f"{MARK}={self.var}") in (entry / "environ").read_bytes().split(b"\0")
                if marked or any(os.fsencode(self.var) in word for word in words):
                    found.append(os.fsdecode(b" ".join(words)))
        return found

    def kill_server(self) -> None:
        """SIGKILL to PostgreSQL and Redis, as when memory runs out; returns when the system has forgotten them."""
        killed = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                program = Path(os.fsdecode(words[0])).name.split(" ")[0]
                redis = program == "redis-server" and any(os.fsencode(self.var) in word for word in words)
                if redis or (program == "postgres" and os.fsencode(self.where.cluster) in words):
                    os.kill(int(entry.name), signal.SIGKILL)
                    killed.append(entry)
        until(lambda: not any(entry.exists() for entry in killed), "the system has forgotten the killed processes")

    def query(self, statement: str) -> str:
        """One value of the running database."""
        from config.launcher import postgres

        with pytest.MonkeyPatch.context() as patch:
            for name in ("DATABASE_URL", "REDIS_URL"):
                patch.delenv(name, raising=False)
            command, values = postgres.client_of(
                {**environment(self.where), **generated(self.where)}, "psql", "-qAtXc", statement
            )
        return subprocess.run(command, env=values, capture_output=True, text=True, check=True).stdout.strip()


@contextlib.contextmanager
def _watched(process: subprocess.Popen[bytes]) -> Iterator[None]:
    timer = threading.Timer(AT_MOST_S, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if process.poll() is None:
            process.kill()
        process.wait()


def _lines(descriptor: int) -> Iterator[str]:
    waiting = b""
    while True:
        try:
            waiting += os.read(descriptor, 4096)
        except OSError:
            return
        *whole, waiting = waiting.split(b"\n")
        for line in whole:
            yield _COLOUR.sub("", line.decode().rstrip())


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """A small county, loaded; nothing of it runs."""
    folder = Path(tempfile.mkdtemp(prefix="luzhang-house-"))
    folder.chmod(0o755)
    house = House(folder / "路长 var")
    try:
        loaded = house.run("manage", "demo_load", "--nodes", "600", "--units", "6")
        assert loaded.returncode == 0, loaded.stderr
        assert house.run("stop").returncode == 0
        yield house
    finally:
        house.run("stop")
        shutil.rmtree(folder)
