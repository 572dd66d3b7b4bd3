"""`./run bench passages`: GA/T 1400 to stored and compared against a list of 1,000,000, client included, two cores.

One web process in a scratch cluster takes batches of 50 over HTTP; one passage in 10,000 is of a watched car.
`LUZHANG_BENCH_S` is how long (60 s; the promise is for 300), `LUZHANG_BENCH_ENTRIES` how long the list is.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.passages_load import BATCH, CAMERAS, SENDER, Load, camera_code, watched_plate
from bench.report import Report, percentile, say

ENTRIES = int(os.environ.get("LUZHANG_BENCH_ENTRIES", "1000000"))
SECONDS = float(os.environ.get("LUZHANG_BENCH_S", "60"))
WARM_S = 5.0
TARGET_PER_S = 3_000


def _django() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()


def prepare() -> None:
    """An organisation, its cameras, a signed-in sender, today's partition, and the list by COPY."""
    from core import clock
    from recognition.models import ViidSender
    from recognition.services import passage_partitions_make, sender_enrol
    from stations.models import Organisation
    from stations.services import camera_create, device_create, organisation_create, place_point
    from stations.types import system_actor

    actor = system_actor("bench")
    root = Organisation.objects.filter(parent=None).first() or organisation_create(
        actor=actor, parent=None, kind="city", code="BENCH", name="基准", generated=True
    )
    for number in range(CAMERAS):
        camera_create(
            actor=actor, organisation=root, code=camera_code(number), name=f"摄像机{number}",
            point=place_point(110.4 + number / 100, 19.2, "wgs84"),
        )  # fmt: skip
    device, _token = device_create(
        actor=actor, organisation=root, identifier=SENDER, protocol="gat1400", generated=True
    )
    sender_enrol(actor=actor, device_uid=device.uid, username="bench")
    now = clock.now()
    passage_partitions_make(now.date(), 1)
    began = time.perf_counter()
    _watch(root, now)
    say(f"  {ENTRIES} entries in {time.perf_counter() - began:.0f} s")
    # As if it had registered just now: the list took longer than a session lives without keepalives.
    now = clock.now()
    ViidSender.objects.update(online=True, address="127.0.0.1", registered_at=now, last_keepalive_at=now)


def _watch(root: Any, now: Any) -> None:
    """The list, approved: encrypted and digested row by row, as the models would, and copied."""
    import uuid

    from django.db import connection

    from core import crypto
    from recognition.models import WatchCategory, WatchEntry
    from recognition.models.watch import FOLDED_PURPOSE, PLATE_PURPOSE
    from recognition.plates.likeness import folded

    categories = list(WatchCategory.objects.order_by("grade").values_list("pk", flat=True))
    table = WatchEntry._meta.db_table
    until = (now + timedelta(days=90)).isoformat()
    since = (now - timedelta(days=1)).isoformat()
    columns = (
        "uid, number, organisation_id, organisation_path, category_id, plate, plate_index, folded_index, kind_code,"
        " vehicle, reason, case_number, rings, checkpoints, valid_from, valid_until, state, version, applied_by_id,"
        " applied_at, approved_by_id, external_id, generated"
    )
    with connection.cursor() as cursor:
        for first in range(0, ENTRIES, 50_000):
            lines = []
            for number in range(first, min(first + 50_000, ENTRIES)):
                uid, plate = uuid.uuid4(), watched_plate(number)
                sealed = crypto.encrypt(plate, associated=crypto.aad(table, uid, "plate"))
                index = crypto.blind_index(plate, purpose=PLATE_PURPOSE)
                alike = crypto.blind_index(folded(plate), purpose=FOLDED_PURPOSE)
                # Of a hundred entries five are grave enough for look-alikes, as the categories at first set-up have it.
                category = categories[0] if number % 20 == 0 else categories[-1]
                lines.append(
                    f"{uid}\tBK{number}\t{root.pk}\t{root.path}\t{category}\t\\\\x{sealed.hex()}\t\\\\x{index.hex()}\t"
                    f"\\\\x{alike.hex()}\t02\t\t基准\t基准\t{{}}\t{{}}\t{since}\t{until}\tapproved\t0\t1\t{since}\t2\t\tt\n"
                )
            cursor.cursor.copy_expert(f"copy {table} ({columns}) from stdin", io.StringIO("".join(lines)))
        cursor.execute("vacuum analyze recognition_watchentry")


def measure() -> dict[str, Any]:
    """Inside an installation: what one web process takes in, its memory, and what the list made of it."""
    from django.db import connection

    prepare()
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port), "--log-level", "warning"]
    )
    try:
        _wait_for(port)
        asyncio.run(Load(WARM_S, port).run())
        with connection.cursor() as cursor:
            cursor.execute("truncate recognition_passage")
        before_mib = _rss_mib(server.pid)
        load = Load(SECONDS, port)
        took_s = asyncio.run(load.run())
        if not load.acknowledged:
            raise SystemExit(f"bench passages: all {load.refused} passages were refused")
        after_mib = _rss_mib(server.pid)
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from recognition_passage")
            stored = int(cursor.fetchone()[0])
            cursor.execute("select coalesce(sum(count), 0) from recognition_alarm where match = 'exact'")
            hits = int(cursor.fetchone()[0])
    finally:
        server.terminate()
        server.wait(20)
    return {
        "per_s": load.acknowledged / took_s,
        "acknowledged": load.acknowledged,
        "stored": stored,
        "refused": load.refused,
        "p50_ms": statistics.median(load.latencies_s) * 1000,
        "p99_ms": percentile(load.latencies_s, 0.99) * 1000,
        "before_mib": before_mib,
        "after_mib": after_mib,
        "hits": hits,
    }


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("bench passages: the web process did not start")


def _rss_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def run(as_json: bool) -> dict[str, Any]:
    """`./run bench passages`."""
    from bench.chaos_house import empty_house

    report = Report("passages")
    with empty_house() as house:
        answer = subprocess.run(
            [sys.executable, "-m", "bench.passages"],
            cwd=house.where.root,
            env=dict(house.values),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    _judge(report, json.loads(answer.stdout.splitlines()[-1]))
    return report.as_dict()


def _judge(report: Report, found: dict[str, Any]) -> None:
    report.row(f"stored and compared, batches of {BATCH}, {ENTRIES} entries", found["per_s"], "passages/s")
    report.row("a batch, p50", found["p50_ms"], "ms")
    report.row("a batch, p99", found["p99_ms"], "ms")
    report.row("memory before", found["before_mib"], "MiB")
    report.row("memory after", found["after_mib"], "MiB")
    report.row("passages of watched cars", found["hits"], "")
    report.check("passages_per_s", round(found["per_s"]), f">= {TARGET_PER_S}", found["per_s"] >= TARGET_PER_S)
    lost = found["acknowledged"] - found["stored"]
    report.check("acknowledged_not_stored", lost, "<= 0", lost <= 0)
    grown = found["after_mib"] - found["before_mib"]
    report.check("memory_grown_mib", round(grown, 1), "<= 30", grown <= 30)


if __name__ == "__main__":
    _django()
    print(json.dumps(measure()))
