"""Kill -9 at random: what the supervisor of a real machine has to start again."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections import Counter
from pathlib import Path

from bench.chaos_house import House
from bench.report import say
from config.launcher.supervisor import Supervisor, tree

TARGETS = ("web", "urgent", "worker", "worker child", "beat", "redis", "database session", "database server")
# Killed half as often: after each the server replays its log before anybody may go on.
RARE = frozenset({"database server"})


class Killer:
    """Kills one target after another, about every `every_s` seconds."""

    def __init__(self, servers: Supervisor, stack: Supervisor, every_s: float, seed: int) -> None:
        self.servers, self.stack, self.every_s = servers, stack, every_s
        self.random = random.Random(seed)
        self.kills: Counter[str] = Counter()

    async def run(self, seconds: float, targets: tuple[str, ...] = TARGETS) -> None:
        """Kill for so long. Every target is killed once before any is killed twice."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        bag: list[str] = []
        while True:
            await asyncio.sleep(self.every_s * self.random.uniform(0.5, 1.5))
            if loop.time() >= until:
                return
            if not bag:
                bag = [one for one in targets if one not in RARE or self.random.random() < 0.5 or not self.kills[one]]
                self.random.shuffle(bag)
            target = bag.pop()
            if await asyncio.to_thread(self._kill, target):
                self.kills[target] += 1
                say(f"  kill {self.kills.total():3}  {target}")

    def _kill(self, target: str) -> bool:
        if target == "redis":
            return self.servers.kill("redis")
        if target == "database server":
            return self.servers.kill("postgres", whole_tree=False)
        if target == "database session":
            return self._kill_session()
        if target == "worker child":
            return self._kill_one(self._children(self.stack.pid("worker")))
        if target == "urgent":
            return self.stack.kill(self.random.choice(("urgent-1", "urgent-2")))
        return self.stack.kill(target)

    def _kill_session(self) -> bool:
        """One backend that serves a client: PostgreSQL then cuts all sessions and recovers."""
        found = []
        for pid in self._children(self.servers.pid("postgres")):
            try:
                title = Path(f"/proc/{pid}/cmdline").read_bytes()
            except OSError:
                continue
            if b"[local]" in title:
                found.append(pid)
        return self._kill_one(found)

    @staticmethod
    def _children(pid: int | None) -> list[int]:
        return [one.pid for one in tree(pid)[1:]] if pid is not None else []

    def _kill_one(self, pids: list[int]) -> bool:
        if not pids:
            return False
        try:
            os.kill(self.random.choice(pids), signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True


def for_house(house: House, every_s: float, seed: int) -> Killer:
    """A killer of everything in a running installation."""
    if house.stack is None:
        raise ValueError("the installation is not running")
    return Killer(house.services, house.stack, every_s, seed)
