"""A closure is in force in another process within a second: real `run_urgent`, real reader, real files."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from roads.models import RoadEdge
from roads.selectors import networks_directory
from roads.services import closure_create, closure_end
from tests.factories.roads import the_axis
from tests.factories.stations import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)

# Prints the time at which the weight of one edge changes between open and blocked, once somebody writes weights, until
# its input ends; knows nothing of Django. Memory that another process writes can only be looked at again and again.
READER = """
import select, sys, time
from pathlib import Path
from roads.network.files import load_graph
from roads.network.profiles import INF, Profile
from roads.network.weights import WeightsReader

directory, edge = Path(sys.argv[1]), int(sys.argv[2])
graph = load_graph(directory, verify=False)
reader = WeightsReader(graph, directory)
arc, before = int(graph.edge_arc[edge].max()), None
while not select.select([sys.stdin], [], [], 0.005)[0]:
    blocked = bool(reader.current(Profile.DRIVE).weight[arc] >= INF)
    if blocked != before and reader.generation > 0:
        print("blocked" if blocked else "open", time.time(), flush=True)
        before = blocked
"""


@pytest.fixture
def processes(root: Path) -> Iterator[Any]:
    """Start children on the test's own database; all end with the test."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    name = str(connection.settings_dict["NAME"])
    address = urlunsplit(parts._replace(path=f"/{name}"))
    environment = {**os.environ, "DATABASE_URL": address, "LUZHANG_VAR": str(settings.LUZHANG_VAR)}
    started: list[subprocess.Popen[str]] = []
    # A reader that sees nothing would be waited for without end.
    patience = threading.Timer(90, lambda: [child.kill() for child in started])
    patience.start()

    def start(*words: str) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, *words], cwd=root, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        started.append(child)
        return child

    yield start
    patience.cancel()
    for child in started:
        child.terminate()
    for child in started:
        child.wait(timeout=15)


def _next(reader: subprocess.Popen[str], word: str) -> float:
    assert reader.stdout is not None
    said = reader.stdout.readline().split()
    assert said[:1] == [word], "the reader never saw it"
    return float(said[1])


def test_closed_and_opened_within_a_second(city: Any, network: Any, processes: Any) -> None:
    axis = the_axis("清湖路")
    edge = RoadEdge.objects.get(axis=axis)
    directory = networks_directory() / network.version
    processes("manage.py", "run_urgent", "--name", "weights-1")
    processes("manage.py", "run_urgent", "--name", "weights-2")
    reader = processes("-c", READER, str(directory), str(edge.edge_no))
    _next(reader, "open")
    begun = time.time()
    closure = closure_create(
        actor=SYSTEM, organisation=city, kind="block", reason="塌方", axis=axis, from_m=100, to_m=300
    )
    closed_after_s = _next(reader, "blocked") - begun
    begun = time.time()
    closure_end(actor=SYSTEM, closure_uid=str(closure.uid))
    opened_after_s = _next(reader, "open") - begun
    # The promise of a second is measured by `bench closure`: a machine busy with other tests gives no figures.
    print(f"closed after {closed_after_s:.3f} s, opened after {opened_after_s:.3f} s")
