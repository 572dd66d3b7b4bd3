"""`./run bench loop`: what one incident costs the house: intake, and dispatch to the offer, over real roads.

Shanghai with 240 units on duty in a scratch cluster; one session, one core, nothing beside it. Every incident is a
transaction of its own, as in the product: intake ends with its commit, dispatch with the commit of the offer.
`python -m bench.loop profile` inside an installation with the demonstration loaded prints where the time goes.
"""

from __future__ import annotations

import cProfile
import json
import os
import pstats
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.report import Report, percentile, say

INCIDENTS = 60
WARM = 15
RECEIVE_MS = 8.0
DISPATCH_MS = 15.0


def _django() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()


def _positions() -> None:
    """Every tour has just been heard of, at its post."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO patrols_tourposition (tour_id, device_id, fixed_at, received_at, geom, speed_mps, course_deg,
                                                 accuracy_m, is_mock, source, changed_seq)
               SELECT id, id, core_now(), core_now(), post, 8, NULL, 5, false, 'osmand',
                      nextval('patrols_tourposition_changed')
                 FROM patrols_tour WHERE state = 'open' AND post IS NOT NULL
               ON CONFLICT (tour_id) DO UPDATE SET fixed_at = EXCLUDED.fixed_at"""
        )
        cursor.execute("DELETE FROM incidents_delivery; DELETE FROM core_outboxtask; DELETE FROM core_timer")
        cursor.execute("UPDATE incidents_assignment SET state = 'cleared', ended_at = now() WHERE state = 'offered'")
        cursor.execute("UPDATE incidents_incident SET state = 'closed'")


class _Session:
    """Takes incidents in and dispatches them, one after the other, and times both."""

    def __init__(self) -> None:
        import numpy as np

        from roads.selectors import current_network
        from stations.types import system_actor

        self.actor = system_actor("bench")
        self.graph = current_network().graph
        self.chance = np.random.default_rng(1)
        self.number = int(time.time() * 1000) * 1000

    def receive(self) -> Any:
        """Intake of one incident somewhere on the network."""
        from incidents.services import incident_receive
        from incidents.services.intake import IncidentReport

        node = int(self.chance.integers(len(self.graph.state_lon)))
        lon, lat = float(self.graph.state_lon[node]), float(self.graph.state_lat[node])
        self.number += 1
        report = IncidentReport(kind="crash", source="api", lon=lon, lat=lat, datum="wgs84")
        return incident_receive(actor=self.actor, report=report, client_scope="bench", client_key=str(self.number))[0]

    @staticmethod
    def dispatch(incident: Any) -> None:
        """As `run_urgent` does it."""
        from django.db import transaction

        from incidents.services import incident_dispatch

        with transaction.atomic():
            incident_dispatch(incident.pk)


def _timed(work: Callable[[], Any]) -> tuple[Any, float, float, int]:
    """Result, wall ms, process ms, statements."""
    from django.db import connection

    statements = 0

    def count(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        nonlocal statements
        statements += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        return result, (time.perf_counter() - wall) * 1000.0, (time.process_time() - cpu) * 1000.0, statements


def measure() -> dict[str, list[tuple[float, float, int]]]:
    """Inside an installation with the demonstration loaded: (wall ms, process ms, statements) by part."""
    _positions()
    session = _Session()
    rows: dict[str, list[tuple[float, float, int]]] = {"receive": [], "dispatch": []}
    for number in range(WARM + INCIDENTS):
        incident, *received = _timed(session.receive)
        _none, *dispatched = _timed(lambda incident=incident: session.dispatch(incident))
        if number >= WARM:
            rows["receive"].append((received[0], received[1], received[2]))
            rows["dispatch"].append((dispatched[0], dispatched[1], dispatched[2]))
    return rows


def profile() -> None:
    """Print where the time of intake and of dispatch goes."""
    _positions()
    session = _Session()
    for _number in range(WARM):
        session.dispatch(session.receive())
    profiles = {"receive": cProfile.Profile(), "dispatch": cProfile.Profile()}
    for _number in range(INCIDENTS):
        incident = profiles["receive"].runcall(session.receive)
        profiles["dispatch"].runcall(session.dispatch, incident)
    for name, found in profiles.items():
        print(f"\n{name}, {INCIDENTS} times")
        pstats.Stats(found).sort_stats("cumulative").print_stats(70)


def run(as_json: bool) -> dict[str, Any]:
    """`./run bench loop`."""
    from bench.chaos_house import empty_house
    from bench.networks import SHANGHAI, SHARED_ROADS

    report = Report("loop")
    road_file = SHARED_ROADS / SHANGHAI
    with empty_house() as house:
        words = ("--osm", str(road_file)) if road_file.is_file() else ("--nodes", "8000", "--units", "240")
        if not road_file.is_file():
            report.skip("Shanghai", "the shared data folder is not beside this checkout; the generated county instead")
        house.manage("demo_load", *words)
        answer = subprocess.run(
            [sys.executable, "-m", "bench.loop", "measure"],
            cwd=house.where.root,
            env=dict(house.values),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    _judge(report, json.loads(answer.stdout.splitlines()[-1]))
    return report.as_dict()


def _judge(report: Report, rows: dict[str, list[list[float]]]) -> None:
    for name, target in (("receive", RECEIVE_MS), ("dispatch", DISPATCH_MS)):
        wall, cpu, statements = (list(column) for column in zip(*rows[name], strict=True))
        median = statistics.median(wall)
        report.row(f"{name}, p50", median, "ms")
        report.row(f"{name}, p95", percentile(wall, 0.95), "ms")
        report.row(f"{name}, own process", statistics.median(cpu), "ms CPU")
        report.row(f"{name}, statements", statistics.median(statements), "")
        report.check(f"{name}_ms", round(median, 2), f"< {target:g}", median < target)


if __name__ == "__main__":
    _django()
    if sys.argv[1:] == ["profile"]:
        profile()
    else:
        found = measure()
        shown = Report("loop")
        _judge(shown, {name: [list(row) for row in rows] for name, rows in found.items()})
        say("")
        print(json.dumps(found))
