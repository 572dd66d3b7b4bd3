"""The same through the whole house: from the commit of a closure, or of 1,000 observed speeds, by the service, over
`run_urgent` and its weights file, until other processes compute with it.

Moments are wall time of one machine. `python -m bench.closure_live act` runs inside the installation.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from bench.chaos_house import House, empty_house, house_load, running
from bench.imports import SHANGHAI
from bench.report import Report, say

READERS = 3
ROUNDS = 10
SPEEDS = 1_000
GIVE_UP_S = 20.0


def read(directory: Path) -> None:
    """For each arc named on standard input: say "ready", then when its drive time was seen to differ."""
    from roads.network.files import load_graph
    from roads.network.profiles import Profile
    from roads.network.weights import WeightsReader

    reader = WeightsReader(load_graph(directory, verify=False), directory)
    for line in sys.stdin:
        arc = int(line)
        before = int(reader.current(Profile.DRIVE).weight[arc])
        print("ready", flush=True)
        give_up = time.monotonic() + GIVE_UP_S
        while int(reader.current(Profile.DRIVE).weight[arc]) == before and time.monotonic() < give_up:
            time.sleep(0.0005)
        print(time.time(), flush=True)


def act() -> None:
    """Say which arcs will change; then at each line of standard input act, and say when it was committed."""
    import numpy as np

    from core import clock
    from roads.models import NetworkBuild, RoadAxis, RoadEdge
    from roads.network.profiles import INF, Profile
    from roads.selectors import current_network
    from roads.services import closure_create, closure_end, speed_report
    from stations.models import Organisation
    from stations.types import system_actor

    graph = current_network().graph
    build = NetworkBuild.objects.get(version=current_network().version)

    def open_arc(edge_no: int) -> int | None:
        """An arc of an edge that cars may use."""
        arcs = (int(arc) for arc in graph.edge_arc[edge_no] if arc >= 0)
        return next((arc for arc in arcs if graph.base_ms[Profile.DRIVE][arc] < INF), None)

    # A long stretch of an edge on an axis, where no closing can miss it.
    edges = RoadEdge.objects.filter(build=build, axis__isnull=False).order_by("-length_m")[:200]
    edge = next(one for one in edges if open_arc(one.edge_no) is not None)
    axis = RoadAxis.objects.get(pk=edge.axis_id)
    low, high = sorted((edge.axis_from_m, edge.axis_to_m))
    numbers = [int(number) for number in np.random.default_rng(5).permutation(len(graph.edge_arc))]
    chosen = [number for number in numbers if number != edge.edge_no and open_arc(number) is not None][:SPEEDS]
    print(json.dumps({"closed": open_arc(edge.edge_no), "slow": open_arc(chosen[0])}), flush=True)
    actor, city, closure = system_actor("bench"), Organisation.objects.get(parent=None), None
    for number, line in enumerate(sys.stdin):
        if line.strip() == "close":
            closure = closure_create(
                actor=actor, organisation=city, kind="block", reason="试验", axis=axis, from_m=low, to_m=high
            )
        elif line.strip() == "open" and closure is not None:
            closure_end(actor=actor, closure_uid=str(closure.uid))
        else:
            ends_at = clock.now() + timedelta(hours=1)
            speed_report(
                actor=actor, build=build, edge_nos=chosen, factor=1.5 + number / 10, source="bench", ends_at=ends_at
            )
        print(time.time(), flush=True)


class _Child:
    """A process that answers lines with lines."""

    def __init__(self, house: House, *words: str) -> None:
        command = [sys.executable, "-m", "bench.closure_live", *words]
        pipe, folder = subprocess.PIPE, house.where.root
        self.process = subprocess.Popen(command, cwd=folder, env=dict(house.values), text=True, stdin=pipe, stdout=pipe)

    def ask(self, line: str) -> str:
        """Send a line and return the next one that comes."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.next()

    def next(self) -> str:
        """The next line."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        """No more questions."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=GIVE_UP_S + 10)


def _until_seen_ms(actor: _Child, readers: list[_Child], arc: int, word: str) -> float:
    for reader in readers:
        if reader.ask(str(arc)) != "ready":
            raise SystemExit("a reader does not answer")
    committed = float(actor.ask(word))
    return (max(float(reader.next()) for reader in readers) - committed) * 1000.0


def _rounds(house: House) -> dict[str, list[float]]:
    actor = _Child(house, "act")
    arcs = json.loads(actor.next())
    version = house.rows("SELECT version FROM roads_networkbuild WHERE is_current")[0][0]
    folder = house.where.var / "networks" / version
    readers = [_Child(house, "read", str(folder)) for _ in range(READERS)]
    found: dict[str, list[float]] = {"close": [], "open": [], "speeds": []}
    try:
        for _ in range(ROUNDS):
            for word in ("close", "open", "speeds"):
                found[word].append(_until_seen_ms(actor, readers, arcs["slow" if word == "speeds" else "closed"], word))
    finally:
        for child in (actor, *readers):
            child.end()
    return found


def measure(report: Report) -> None:
    """Rows and checks, on Shanghai's roads where they are, else on a generated county."""
    with empty_house() as house:
        roads = ["--osm", str(SHANGHAI)] if SHANGHAI.exists() else ["--nodes", "8000"]
        if not SHANGHAI.exists():
            report.skip("Shanghai", f"{SHANGHAI} is not beside this checkout; a generated county instead")
        house_load(house, *roads, "--units", "40")
        with running(house):
            say("through the whole house")
            found = _rounds(house)
    for word, text in (("close", "closure"), ("open", "closure's end"), ("speeds", f"{SPEEDS:,} speeds")):
        worst = max(found[word])
        report.row(f"{text} by the service, commit to every process", worst, f"ms (worst of {ROUNDS})")
        report.check(f"{word}_through_house", round(worst, 1), "< 1000 ms", worst < 1_000.0)


if __name__ == "__main__":
    if sys.argv[1] == "read":
        read(Path(sys.argv[2]))
    else:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django

        django.setup()
        act()
