"""`./run bench claims`: 10,000 incidents, 20 units, 50 threads; a unit is released right after its claim.

The claim is the house's own (`incidents.services.claiming.assignment_claim`), against the real tables and constraints
of a scratch cluster. Claim and release append to the history with the database's clock; doubles are counted from it.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from datetime import timedelta
from typing import Any

from bench.chaos_house import House, empty_house
from bench.report import Report, say

INCIDENTS = 10_000
UNITS = 20
PROCESSES = 2
THREADS = 25
# The claim's row in the history is written in the claim's transaction, the release's in that of the release, both by
# the clock of the database at that moment: while the unit is held nobody else's row may lie between them.
_CLAIMED = """
    INSERT INTO incidents_assignmentstep (assignment_id, at, from_state, to_state, by_radio, device, client_key,
                                          stale_fence, text, details)
    VALUES (%s, clock_timestamp(), '', 'offered', false, '', '', false, '', '{}')
"""
_RELEASE = """
    WITH released AS (
        UPDATE incidents_assignment SET state = 'cleared', version = version + 1, cleared_at = clock_timestamp()
         WHERE id = %s AND state = 'offered' AND version = 0 RETURNING id)
    INSERT INTO incidents_assignmentstep (assignment_id, at, from_state, to_state, by_radio, device, client_key,
                                          stale_fence, text, details)
    SELECT id, clock_timestamp(), 'offered', 'cleared', false, '', '', false, '', '{}' FROM released
"""
_OVERLAPS = """
    WITH held AS (
        SELECT a.id, a.tour_id,
               min(s.at) FILTER (WHERE s.to_state = 'offered') AS begun,
               coalesce(min(s.at) FILTER (WHERE s.to_state = 'cleared'), 'infinity'::timestamptz) AS ended
          FROM incidents_assignment a JOIN incidents_assignmentstep s ON s.assignment_id = a.id GROUP BY a.id),
    ordered AS (SELECT begun, lag(ended) OVER (PARTITION BY tour_id ORDER BY begun) AS before FROM held)
    SELECT count(*) FROM ordered WHERE begun < before
"""


def prepare() -> dict[str, list[int]]:
    """Inside the installation: one organisation, units on tour, incidents that want one."""
    from django.contrib.gis.geos import Point

    from core import clock
    from core.geo.srid import STORE_SRID
    from incidents.models import Incident
    from patrols import services as patrols
    from stations import services as stations
    from stations.types import system_actor

    actor, now = system_actor("bench"), clock.now()
    city = stations.organisation_create(actor=actor, kind="city", code="990000", name="示例市", generated=True)
    tours = []
    for number in range(UNITS):
        person = stations.person_create(actor=actor, organisation=city, kind="officer", name=f"示例{number:02d}")
        unit = patrols.unit_create(
            actor=actor, organisation=city, call_sign=f"示例{number:02d}", kind="car", agency="traffic"
        )
        tour = patrols.tour_plan(
            actor=actor, unit=unit, starts_at=now, ends_at=now + timedelta(hours=8), person_ids=[person.pk]
        )
        tours.append(patrols.tour_open(actor=actor, tour_id=tour.pk).pk)
    made = Incident.objects.bulk_create(
        [
            Incident(
                number=f"JQ{number:08d}",
                organisation=city,
                organisation_path=city.path,
                source="api",
                client_scope="bench",
                client_key=str(number),
                kind="other",
                state="pending",
                grade="blue",
                title="示例",
                geom=Point(110.4, 19.2, srid=STORE_SRID),
                happened_at=now,
                received_at=now,
            )
            for number in range(INCIDENTS)
        ],
        batch_size=1000,
    )
    return {"tours": tours, "incidents": [row.pk for row in made]}


class Worker(threading.Thread):
    """One thread: claims a random unit for each of its incidents until it gets one, and releases it."""

    def __init__(self, number: int, incidents: list[int], tours: list[int]) -> None:
        super().__init__(name=f"claims-{number}")
        self.incidents, self.tours = incidents, tours
        self.random = random.Random(number)
        self.tries = 0
        self.claimed = 0
        self.fault = ""

    def run(self) -> None:
        """All of its incidents."""
        from django.db import Error, connection

        try:
            for incident in self.incidents:
                self._serve(incident)
        except Error as error:
            self.fault = f"{type(error).__name__}: {error}"
        finally:
            connection.close()

    def _serve(self, incident_id: int) -> None:
        from django.db import connection, transaction

        from incidents.models import Incident
        from incidents.services.claiming import Claim, assignment_claim
        from incidents.states import AssignmentState

        incident = Incident(pk=incident_id)
        assignment = None
        while assignment is None:
            self.tries += 1
            claim = Claim(tour_id=self.random.choice(self.tours), is_lead=True, origin="engine")
            with transaction.atomic():
                assignment = assignment_claim(incident, claim, state=AssignmentState.OFFERED)
                if assignment is not None:
                    with connection.cursor() as cursor:
                        cursor.execute(_CLAIMED, [assignment.pk])
        with connection.cursor() as cursor:
            cursor.execute(_RELEASE, [assignment.pk])
        self.claimed += 1


def work(first: int) -> dict[str, Any]:
    """Inside the installation: the threads of one process; begins when a line comes on stdin."""
    given = json.loads(sys.stdin.readline())
    threads = [
        Worker(first + number, given["incidents"][first + number :: PROCESSES * THREADS], given["tours"])
        for number in range(THREADS)
    ]
    from django.db import connection

    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {
        "claimed": sum(thread.claimed for thread in threads),
        "tries": sum(thread.tries for thread in threads),
        "faults": [thread.fault for thread in threads if thread.fault],
    }


def _inside(house: House, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bench.claims", *words],
        cwd=house.where.root, env=dict(house.values), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def _race(house: House, given: str) -> tuple[float, list[dict[str, Any]]]:
    processes = [_inside(house, "work", str(number * THREADS)) for number in range(PROCESSES)]
    try:
        for process in processes:
            if process.stdin is None or process.stdout is None:
                raise RuntimeError("the worker has no pipes")
            process.stdin.write(given + "\n")
            process.stdin.flush()
            process.stdout.readline()
        began = time.perf_counter()
        outcomes = [json.loads(process.communicate("go\n", timeout=600)[0].splitlines()[-1]) for process in processes]
        return time.perf_counter() - began, outcomes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def run(as_json: bool) -> dict[str, Any]:
    """Measure and judge."""
    report = Report("claims")
    with empty_house() as house:
        given = _inside(house, "prepare").communicate(timeout=300)[0].splitlines()[-1]
        say(f"{INCIDENTS} incidents, {UNITS} units, {PROCESSES} processes of {THREADS} threads")
        took_s, outcomes = _race(house, given)
        claimed = sum(one["claimed"] for one in outcomes)
        tries = sum(one["tries"] for one in outcomes)
        faults = [fault for one in outcomes for fault in one["faults"]]
        for fault in faults:
            say(f"  {fault}")
        doubles = house.rows(_OVERLAPS)[0][0]
        doubles += house.rows("SELECT count(*) - count(DISTINCT incident_id) FROM incidents_assignment")[0][0]
        rows = house.rows("SELECT count(*) FROM incidents_assignment WHERE state = 'cleared'")[0][0]
    report.row("claim and release", claimed / took_s, "claims/s")
    report.row("tries, lost ones included", tries / took_s, "tries/s")
    report.row("tries a claim", tries / max(1, claimed), "tries")
    report.check("double", doubles, "0", doubles == 0 and rows == claimed == INCIDENTS and not faults)
    report.check("per_s", round(claimed / took_s), ">= 500", claimed / took_s >= 500)
    return report.as_dict()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    print(json.dumps(prepare() if sys.argv[1] == "prepare" else work(int(sys.argv[2]))))
