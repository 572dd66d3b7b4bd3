"""`./run bench import`: a city's OpenStreetMap file, and a generated county of 1,000,000 junctions, into the database.

Through the management commands, into a scratch cluster of its own.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.chaos_house import House, empty_house
from bench.report import Report, say
from config.launcher import children

ROOT = Path(__file__).resolve().parents[1]
SHANGHAI = ROOT.parent / "shared" / "data" / "roads" / "shanghai_center.osm.bz2"
NODES = int(os.environ.get("LUZHANG_BENCH_NODES", "1000000"))
SHANGHAI_S = 30.0
COUNTY_S = 600.0
COUNTY_STOP_S = 780.0


def command(house: House, *words: str, limit_s: float) -> tuple[float | None, int]:
    """Wall seconds of a management command (None when it was stopped at the limit) and its lines of progress."""
    began = time.perf_counter()
    process = subprocess.Popen(
        children.manage(*words), cwd=ROOT, env=dict(house.values),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    lines = 0
    try:
        for line in process.stderr or ():
            lines += 1
            say(f"  {time.perf_counter() - began:6.1f} s  {line.rstrip()}")
            if time.perf_counter() - began > limit_s:
                return None, lines
        if process.wait() != 0:
            raise SystemExit(f"{' '.join(words)} failed with {process.returncode}")
        return time.perf_counter() - began, lines
    finally:
        process.kill()
        process.wait()


def has_command(name: str) -> bool:
    """Whether the roads room brings a management command."""
    return (ROOT / "roads" / "management" / "commands" / f"{name}.py").exists()


def shanghai(house: House, report: Report) -> None:
    """The city's file, and the same again."""
    if not SHANGHAI.exists():
        report.skip("Shanghai", f"{SHANGHAI} is not beside this checkout")
        return
    took_s, _lines = command(house, "import_roads", "--osm", str(SHANGHAI), limit_s=120.0)
    again_s, _lines = command(house, "import_roads", "--osm", str(SHANGHAI), limit_s=120.0)
    report.row("Shanghai", took_s, "s")
    report.row("Shanghai again: nothing to do", again_s, "s")
    report.check("shanghai", round(took_s or 999, 1), "< 30 s", took_s is not None and took_s < SHANGHAI_S)


def county(house: House, report: Report) -> None:
    """The generated county, and the graph built again from the database or files."""
    words = ["import_roads", "--demo", "--nodes", str(NODES)]
    took_s, lines = command(house, *words, limit_s=COUNTY_STOP_S)
    report.row(f"generated county, {NODES:,} junctions", took_s, "s")
    total_s = took_s
    if took_s is not None and has_command("build_network"):
        built_s, more = command(house, "build_network", limit_s=max(1.0, COUNTY_STOP_S - took_s))
        lines += more
        report.row("build_network", built_s, "s")
        total_s = took_s + built_s if built_s is not None else None
    report.row("lines of progress", lines, "lines")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    report.row("largest process", peak, "GiB")
    if NODES >= 1_000_000:
        ok = total_s is not None and total_s < COUNTY_S
        report.check("million", round(total_s or COUNTY_STOP_S, 1), "< 600 s", ok)
    else:
        report.skip("1,000,000 junctions", f"LUZHANG_BENCH_NODES={NODES}")
    report.check("progress_shown", lines, ">= 20 lines", lines >= 20)


def run(as_json: bool) -> dict[str, Any]:
    """Measure and judge."""
    report = Report("import")
    with empty_house() as house:
        house.manage("shell", "-c", _ORGANISATION)
        shanghai(house, report)
    with empty_house() as house:
        house.manage("shell", "-c", _ORGANISATION)
        county(house, report)
    return report.as_dict()


_ORGANISATION = """
from stations.services import organisation_create
from stations.types import system_actor
organisation_create(actor=system_actor("bench"), kind="city", code="990000", name="示例市", generated=True)
"""

if __name__ == "__main__":
    print(json.dumps(run(as_json=True), ensure_ascii=False), file=sys.stdout)
