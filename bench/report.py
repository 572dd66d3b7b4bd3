"""What every benchmark answers, and how it is measured."""

from __future__ import annotations

import math
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


def machine() -> str:
    """Processor, cores, memory, load, Python: what a figure depends on."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, load {load:.1f}, Python {platform.python_version()}, "
        f"a million additions in {pace_ms():.0f} ms"
    )


def pace_ms() -> float:
    """How long a fixed piece of Python takes, in processor time, best of three: what others leave of a rented processor
    changes by the hour, and figures can only be compared where this one is alike.
    """
    best = math.inf
    for _ in range(3):
        begun = time.process_time()
        total = 0
        for number in range(1_000_000):
            total += number
        best = min(best, time.process_time() - begun)
    return best * 1000.0


@dataclass(slots=True)
class Report:
    """Rows, checks and skipped peers of one benchmark; `as_dict` has the shape that `./run bench --json` promises."""

    name: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    checks: dict[str, dict[str, Any]] = field(default_factory=dict)
    skipped: list[dict[str, str]] = field(default_factory=list)

    def row(
        self, case: str, ours: float | None, unit: str, peer: float | None = None, peer_name: str | None = None
    ) -> None:
        """A line of the table. `ratio` = peer / ours: how many times more the peer needs."""
        ratio = peer / ours if ours and peer is not None else None
        self.rows.append(
            {"case": case, "ours": ours, "peer": peer, "peer_name": peer_name, "ratio": ratio, "unit": unit}
        )
        say(f"  {case}: {_number(ours)} {unit}" + (f" | {peer_name}: {_number(peer)}" if peer_name else ""))

    def check(self, name: str, value: float | bool, target: str, ok: bool) -> None:
        """A promise and whether it was kept."""
        self.checks[name] = {"value": value, "target": target, "ok": bool(ok)}
        say(f"  {'ok  ' if ok else 'FAIL'} {name}: {value} (target {target})")

    def skip(self, peer: str, why: str) -> None:
        """A peer or case that could not be measured."""
        self.skipped.append({"peer": peer, "why": why})
        say(f"  skipped {peer}: {why}")

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"machine": machine(), **asdict(self)}


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def say(text: str) -> None:
    """Progress, to stderr."""
    print(text, file=sys.stderr, flush=True)


def cpu_ms(work: Callable[[], object], queries: int, rounds: int = 5) -> float:
    """Process time of `work` in ms a query: the best of `rounds`."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best / queries * 1000.0


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` (0 .. 1) of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
