"""`./run bench fixes`: tracker intake over HTTP, one fix a request, stored before the answer; and the batch function.

Everything happens in a schema of its own (`bench_fixes`) of the database in DATABASE_URL, with the intake's own DDL.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2

from bench.fixes_load import token
from bench.fixes_peer import ONE_ROW
from bench.report import machine

SCHEMA = "bench_fixes"
ROOT = Path(__file__).resolve().parents[1]
LOAD_S = 10.0
KILL_LOAD_S = 6.0
PEER_LOAD_S = 5.0
BATCH_ROWS = 2_000
BATCH_DEVICES = 10_000
BATCHES = 40
ONE_BY_ONE_ROWS = 2_000
EPOCH_BACK = timedelta(hours=6)


def dsn() -> str:
    """DATABASE_URL as libpq reads it, with the benchmark's schema first on the search path."""
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        raise SystemExit("bench fixes: DATABASE_URL is not set; start it with ./run bench fixes")
    url = url.replace("postgis://", "postgresql://", 1)
    joint = "&" if "?" in url else "?"
    return f"{url}{joint}options=-csearch_path%3D{SCHEMA},public"


def connect() -> Any:
    """A session in the benchmark's schema."""
    return psycopg2.connect(dsn())


def server() -> Any:
    """The intake alone, for uvicorn (`--factory`)."""
    from patrols.intake.asgi import TrackerIntake
    from patrols.intake.store import Store

    return TrackerIntake(lambda: Store(connect), lambda: datetime.now(UTC))


def prepare() -> None:
    """The schema anew: devices bound to persons, each on a tour that opened yesterday, two devices a tour."""
    from patrols.intake.store import token_hash

    today = datetime.now(UTC).date()
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"drop schema if exists {SCHEMA} cascade; create schema {SCHEMA}")
        cursor.execute((ROOT / "bench/fixes_tables.sql").read_text())
        for name in ("positions.sql", "partitions.sql"):
            cursor.execute((ROOT / "patrols/intake/sql" / name).read_text())
        for days in (-1, 0, 1):
            cursor.execute("select patrols_fix_partition(%s)", [today + timedelta(days=days)])
        hashes = [psycopg2.Binary(token_hash(token(i))) for i in range(BATCH_DEVICES)]
        cursor.execute(
            "insert into stations_device (id, identifier, token_hash)"
            " select n, 'bench-' || n, h from unnest(%s::bytea[]) with ordinality as t(h, n)",
            [hashes],
        )
        cursor.execute(
            """
            insert into stations_devicebinding (device_id, person_id, valid)
                select id, id, tstzrange(now() - interval '30 days', null) from stations_device;
            insert into patrols_tour (id, opened_at)
                select n, now() - interval '1 day' from generate_series(0, %(tours)s) n;
            insert into patrols_tourmember (tour_id, person_id, present)
                select id / 2, id, tstzrange(now() - interval '1 day', null) from stations_device;
            """,
            {"tours": BATCH_DEVICES // 2},
        )
        cursor.execute("analyze")


# -- the server and its clients ----------------------------------------------------------------------------------------


def start_server(port: int, application: str = "bench.fixes:server") -> subprocess.Popen[bytes]:
    """uvicorn, one worker, httptools and uvloop; returns when it answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", application, "--factory", "--port", str(port), "--loop", "uvloop",
         "--http", "httptools", "--no-access-log", "--log-level", "warning", "--lifespan", "auto"],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=sys.stderr,
    )  # fmt: skip
    for _ in range(400):
        try:
            socket.create_connection(("127.0.0.1", port), 0.5).close()
            return process
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
    raise SystemExit(f"bench fixes: the intake did not start (exit {process.poll()})")


def run_load(
    seconds: float, first_ms: int, *, kill: bool = False, application: str = "bench.fixes:server"
) -> dict[str, Any]:
    """Server and load in processes of their own; with `kill` the server is killed in mid-load and started again."""
    port = free_port()
    process = start_server(port, application)
    with tempfile.NamedTemporaryFile("r", suffix=".tsv") as acknowledged:
        code = (
            f"from bench.fixes_load import load_main; load_main({port}, {seconds}, {first_ms}, {acknowledged.name!r})"
        )
        load = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE)
        try:
            if kill:
                time.sleep(seconds / 2)
                process.send_signal(signal.SIGKILL)
                process.wait()
                process = start_server(port)
            out, _ = load.communicate(timeout=seconds + 60)
        finally:
            load.kill()
            process.terminate()
            process.wait(20)
        figures: dict[str, Any] = json.loads(out)
        with connect() as connection, connection.cursor() as cursor:
            cursor.execute("create temporary table acknowledged (device_id bigint, at_ms bigint)")
            cursor.copy_expert("copy acknowledged from stdin", acknowledged)
            cursor.execute(
                "select count(*) from acknowledged a where not exists (select from patrols_fix f where"
                " f.device_id = a.device_id and f.fixed_at = to_timestamp(a.at_ms / 1000.0))"
            )
            figures["lost"] = cursor.fetchone()[0]
    return figures


# -- the batch function and its peer -----------------------------------------------------------------------------------


def make_reports(batches: int, seconds_from: int) -> list[list[Any]]:
    """Batches of decoded reports: `BATCH_ROWS` different devices each, every batch a second later."""
    from patrols.intake.report import Report
    from patrols.intake.store import token_hash
    from patrols.protocols.fix import Fix

    hashes = [token_hash(token(i)) for i in range(BATCH_DEVICES)]
    start = datetime.now(UTC) - EPOCH_BACK
    made = []
    for batch in range(batches):
        at = start + timedelta(seconds=seconds_from + batch)
        first = batch * BATCH_ROWS
        devices = [(first + i * 7) % BATCH_DEVICES for i in range(BATCH_ROWS)]
        made.append(
            [
                Report(
                    hashes[d], at, "osmand", Fix(token(d), 121.2 + d * 1e-5, 31.3 + batch * 1e-4, at, 11.5, 88.0, 5.0)
                )
                for d in devices
            ]
        )
    return made


def batch_rows_per_s(run_number: int) -> float:
    """Rows a second of `Store.flush`, text making, token and tour check included; every device known from before.
    Each run's fixes are newer than those of the run before, so every one of them moves its device and tour.
    """
    from patrols.intake.report import Outcome
    from patrols.intake.store import Store

    store = Store(connect)
    for batch in make_reports(BATCH_DEVICES // BATCH_ROWS, 1_000 * run_number):
        store.flush(batch)
    batches = make_reports(BATCHES, 1_000 * run_number + 500)
    began = time.perf_counter()
    outcomes = [store.flush(batch) for batch in batches]
    took_s = time.perf_counter() - began
    store.close()
    assert all(outcome is Outcome.STORED for batch in outcomes for outcome in batch)
    return BATCHES * BATCH_ROWS / took_s


def one_by_one_rows_per_s() -> float:
    """The peer: the same checks and writes, one row a transaction over one connection."""
    reports = [report for batch in make_reports(ONE_BY_ONE_ROWS // BATCH_ROWS, 6_000) for report in batch]
    with connect() as connection, connection.cursor() as cursor:
        began = time.perf_counter()
        for report in reports[:ONE_BY_ONE_ROWS]:
            fix = report.fix
            values = {"hash": report.token_hash, "at": fix.fixed_at, "lon": fix.lon, "lat": fix.lat, "speed": 11.5}
            cursor.execute(ONE_ROW, values)
            connection.commit()
        return ONE_BY_ONE_ROWS / (time.perf_counter() - began)


def count_duplicates() -> int:
    """Rows beyond the first of each (device, time); the key must make it 0."""
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) - count(distinct (device_id, fixed_at)) from patrols_fix")
        return int(cursor.fetchone()[0])


def refuses_duplicates() -> bool:
    """Whether the history refuses a second row of the same device and time by itself."""
    with connect() as connection, connection.cursor() as cursor:
        try:
            cursor.execute("insert into patrols_fix select * from patrols_fix limit 1")
        except psycopg2.errors.UniqueViolation:
            connection.rollback()
            return True
        connection.rollback()
        return False


def free_port() -> int:
    """A TCP port of the loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(as_json: bool) -> dict[str, Any]:
    """Measure and judge. Returns `rows` and `checks` of the contract's JSON (name, machine and skipped included)."""
    prepare()
    first_ms = int((datetime.now(UTC) - EPOCH_BACK + timedelta(hours=2)).timestamp() * 1000)
    try:
        batch = max(batch_rows_per_s(number) for number in range(3))
        single = one_by_one_rows_per_s()
        load = run_load(LOAD_S, first_ms)
        killed = run_load(KILL_LOAD_S, first_ms + 3_600_000, kill=True)
        view = run_load(PEER_LOAD_S, first_ms + 7_200_000, application="bench.fixes_peer:server")
        unique = count_duplicates() == 0 and refuses_duplicates()
    finally:
        with connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"drop schema if exists {SCHEMA} cascade")
    ratio_http = load["requests_per_s"] / max(1, view["requests_per_s"])
    ratio = batch / single  # the target's peer; the ratio over HTTP is printed beside it, where HTTP itself costs both
    peer = "one row a transaction"
    view_name = f"Django view (10 threads), {peer}"
    rows = [
        {"case": "batch function", "ours": round(batch), "peer": round(single), "peer_name": peer,
         "ratio": round(batch / single, 1), "unit": "rows/s"},
        {"case": "one fix a request over HTTP", "ours": load["requests_per_s"], "peer": view["requests_per_s"],
         "peer_name": view_name, "ratio": round(ratio_http, 1), "unit": "requests/s"},
        {"case": "latency p50", "ours": load["p50_ms"], "peer": view["p50_ms"], "peer_name": view_name,
         "ratio": None, "unit": "ms"},
        {"case": "latency p99", "ours": load["p99_ms"], "peer": view["p99_ms"], "peer_name": view_name,
         "ratio": None, "unit": "ms"},
        {"case": "acknowledged under kill -9", "ours": killed["acknowledged"], "peer": None, "peer_name": None,
         "ratio": None, "unit": "fixes"},
    ]  # fmt: skip
    checks = {
        "requests_per_s": _check(load["requests_per_s"], ">= 5000", load["requests_per_s"] >= 5_000),
        "p99_ms": _check(load["p99_ms"], "< 100", load["p99_ms"] is not None and load["p99_ms"] < 100),
        "ratio_15x": _check(round(ratio, 1), ">= 15", ratio >= 15),
        "batch_rows_per_s": _check(round(batch), ">= 40000", batch >= 40_000),
        "unique": _check(unique, "true", unique),
        "none_lost_under_kill": _check(
            killed["lost"] + load["lost"], "0", killed["lost"] + load["lost"] == 0 and killed["reconnects"] > 0
        ),
    }
    return {"name": "fixes", "machine": machine(), "rows": rows, "checks": checks, "skipped": []}


def _check(value: object, target: str, ok: bool) -> dict[str, object]:
    return {"value": value, "target": target, "ok": ok}


if __name__ == "__main__":
    print(json.dumps(run(as_json=True), ensure_ascii=False))
