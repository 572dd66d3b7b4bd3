"""Processor time by part of a running installation, from /proc: who takes the two cores that a bench has."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from bench.chaos_house import House
from config.launcher.supervisor import tree

_TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")


def used_s(house: House) -> dict[str, float]:
    """Seconds of processor time used so far, by part of the installation and by who uses it (`browser`, `clients`)."""
    roots: dict[str, int | None] = {name: house.services.pid(name) for name in house.services.names()}
    if house.stack is not None:
        roots |= {name: house.stack.pid(name) for name in house.stack.names()}
    parts = {name: _tree_s(pid) for name, pid in roots.items() if pid is not None}
    everything = tree(os.getpid())
    parts["browser"] = sum(_process_s(one.pid) for one in everything if _is_browser(one.pid))
    parts["clients"] = sum(_process_s(one.pid) for one in everything) - sum(parts.values())
    return parts


def browser_s() -> float:
    """Seconds of processor time that the browsers started from here have used so far, all of their processes."""
    return sum(_process_s(one.pid) for one in tree(os.getpid()) if _is_browser(one.pid))


def _is_browser(pid: int) -> bool:
    try:
        return b"chromium" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]
    except OSError:
        return False


def _tree_s(pid: int) -> float:
    return sum(_process_s(one.pid) for one in tree(pid))


def shares(before: Mapping[str, float], after: Mapping[str, float], seconds: float) -> dict[str, float]:
    """Cores in use between two readings, the busiest first."""
    used = {name: (after[name] - before.get(name, 0.0)) / seconds for name in after}
    return dict(sorted(used.items(), key=lambda row: -row[1]))


def _process_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(value) for value in fields[11:15]) * _TICK_S
