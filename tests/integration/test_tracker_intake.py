"""The tracker intake on real PostgreSQL, in a schema of its own: what is answered, what is stored, what is refused."""

from __future__ import annotations

import asyncio
import json
import os
import select
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg2
import pytest

from patrols.intake import metrics
from patrols.intake.asgi import TrackerIntake
from patrols.intake.report import Outcome, Report, StoreUnavailable
from patrols.intake.store import Store, token_hash
from patrols.protocols.fix import Fix

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = "test_tracker_intake"
NOW = datetime(2026, 6, 10, 0, 35, tzinfo=UTC)
AT = NOW - timedelta(minutes=5)
Connect = Callable[[], Any]


def _database(request: pytest.FixtureRequest) -> dict[str, Any]:
    from django.conf import settings

    if settings.configured or os.environ.get("DJANGO_SETTINGS_MODULE"):
        request.getfixturevalue("django_db_setup")
        from django.db import connections

        with request.getfixturevalue("django_db_blocker").unblock():
            found = connections["default"].get_connection_params()
        return {key: found[key] for key in ("dbname", "user", "password", "host", "port") if found.get(key)}
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        pytest.skip("no database: start the tests with ./run test")
    return {"dsn": url.replace("postgis://", "postgresql://", 1)}


@pytest.fixture(scope="module")
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    """Opens sessions in a schema with the intake's own tables and those it reads."""
    parameters = _database(request)

    def opened() -> Any:
        return psycopg2.connect(**parameters, options=f"-csearch_path={SCHEMA},public")

    with opened() as session, session.cursor() as cursor:
        cursor.execute(f"drop schema if exists {SCHEMA} cascade; create schema {SCHEMA}")
        for name in ("bench/fixes_tables.sql", "patrols/intake/sql/positions.sql", "patrols/intake/sql/partitions.sql"):
            cursor.execute((ROOT / name).read_text())
        cursor.execute("select patrols_fix_partition('2026-06-10')")
    session.close()
    yield opened
    with opened() as session, session.cursor() as cursor:
        cursor.execute(f"drop schema {SCHEMA} cascade")
    session.close()


class County:
    """Devices 1 and 2 with persons 1 and 2 on tour 1 (from 00:00), 3 in vehicle 7 of tour 2, 4 with one off duty."""

    def __init__(self, connect: Connect) -> None:
        self.session = connect()
        self.session.autocommit = True
        self.run(
            "truncate stations_device, stations_devicebinding, patrols_tour, patrols_tourmember, patrols_fix,"
            " patrols_deviceposition, patrols_tourposition"
        )
        for device in (1, 2, 3, 4):
            self.run(
                "insert into stations_device (id, identifier, token_hash) values (%s, %s, %s)",
                device, f"D{device}", token_hash(f"token-{device}"),
            )  # fmt: skip
        opened = datetime(2026, 6, 10, tzinfo=UTC)
        self.run(
            "insert into patrols_tour (id, opened_at, vehicle_id) values (1, %s, null), (2, %s, 7)", opened, opened
        )
        self.run(
            "insert into stations_devicebinding (device_id, person_id, vehicle_id, valid)"
            " select d, p, v, tstzrange('2026-01-01', null) from (values (1, 1, null), (2, 2, null), (3, null, 7),"
            " (4, 4, null)) as b(d, p, v)"
        )
        self.run(
            "insert into patrols_tourmember (tour_id, person_id, present)"
            " select 1, p, tstzrange(%s, null) from generate_series(1, 2) p", opened,
        )  # fmt: skip

    def run(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self.session.cursor() as cursor:
            cursor.execute(sql, values or None)
            return cursor.fetchall() if cursor.description else []

    def fixes(self) -> list[tuple[Any, ...]]:
        return self.run("select device_id, tour_id, fixed_at from patrols_fix order by 1, 3")


@pytest.fixture
def county(connect: Connect) -> Iterator[County]:
    made = County(connect)
    metrics.reset()
    yield made
    made.session.close()


def _report(device: int, at: datetime = AT, **changed: Any) -> Report:
    values: dict[str, Any] = {"lon": 121.3917, "lat": 37.5333, "accuracy_m": 5.0} | changed
    token = f"token-{device}"
    return Report(token_hash(token), NOW, "osmand", Fix(device=token, fixed_at=at, **values))


@pytest.fixture
def store(connect: Connect) -> Iterator[Store]:
    made = Store(connect, lambda lon, lat, datum: (lon - 0.005, lat), retry_for_s=1.0)
    yield made
    made.close()


def _tour_device(county: County, tour: int = 1) -> tuple[Any, ...]:
    return county.run("select device_id, fixed_at from patrols_tourposition where tour_id = %s", tour)[0]


# -- the store ---------------------------------------------------------------------------------------------------------


def test_a_fix_is_committed_with_history_and_last_positions(county: County, store: Store) -> None:
    assert store.flush([_report(1), _report(3)]) == [Outcome.STORED] * 2
    assert county.fixes() == [(1, 1, AT), (3, 2, AT)]
    assert county.run("select st_x(geom), st_y(geom), source from patrols_tourposition where tour_id = 1") == [
        (121.3917, 37.5333, "osmand")
    ]
    assert county.run("select device_id, tour_id from patrols_deviceposition order by 1") == [(1, 1), (3, 2)]


def test_a_duplicate_is_acknowledged_and_stored_once(county: County, store: Store) -> None:
    assert store.flush([_report(1), _report(1)]) == [Outcome.STORED] * 2
    assert store.flush([_report(1)]) == [Outcome.STORED]
    assert county.fixes() == [(1, 1, AT)]
    assert metrics.snapshot()["fixes_stored"] == 1
    assert metrics.snapshot()["fixes_duplicate"] == 2


def test_a_late_fix_enters_history_and_moves_nobody_back(county: County, store: Store) -> None:
    store.flush([_report(1)])
    before = county.run("select changed_seq from patrols_tourposition")
    assert store.flush([_report(1, AT - timedelta(minutes=10))]) == [Outcome.STORED]
    assert len(county.fixes()) == 2
    assert _tour_device(county) == (1, AT)
    assert county.run("select changed_seq from patrols_tourposition") == before


def test_off_duty_is_dropped_and_counted(county: County, store: Store) -> None:
    assert store.flush([_report(4), _report(1, datetime(2026, 6, 9, 23, 0, tzinfo=UTC))]) == [Outcome.OUTSIDE_TOUR] * 2
    assert county.fixes() == []
    assert metrics.snapshot()["fixes_outside_tour"] == 2


@pytest.mark.parametrize("device", [1, 3])
def test_the_tour_is_judged_by_the_fix_s_own_time(county: County, store: Store, device: int) -> None:
    assert store.flush([_report(device)]) == [Outcome.STORED]  # from here on the hint is cached
    closed = AT + timedelta(seconds=30)
    county.run("update patrols_tour set closed_at = %s, state = 'closed'", closed)
    county.run("update patrols_tourmember set present = tstzrange('2026-06-10', %s)", closed)
    assert store.flush(
        [
            _report(device, closed),
            _report(device, closed - timedelta(seconds=1)),
            _report(device, closed + timedelta(seconds=1)),
        ]
    ) == [Outcome.OUTSIDE_TOUR, Outcome.STORED, Outcome.OUTSIDE_TOUR]
    assert [row[2] for row in county.fixes()] == [AT, closed - timedelta(seconds=1)]


def test_one_batch_may_span_two_tours_of_one_device(county: County, store: Store) -> None:
    turn = AT + timedelta(seconds=10)
    county.run("update patrols_tourmember set present = tstzrange('2026-06-10', %s) where person_id = 1", turn)
    county.run("insert into patrols_tour (id, opened_at) values (3, %s)", turn)
    county.run("insert into patrols_tourmember (tour_id, person_id, present) values (3, 1, tstzrange(%s, null))", turn)
    for _ in range(2):  # without and with hints
        assert store.flush([_report(1, turn), _report(1)]) == [Outcome.STORED] * 2
        assert county.fixes() == [(1, 1, AT), (1, 3, turn)]
        county.run("truncate patrols_fix")


def test_a_lock_counts_from_its_commit(county: County, store: Store) -> None:
    assert store.flush([_report(1)]) == [Outcome.STORED]
    county.run("update stations_device set locked_at = now() where id = 1")
    later = AT + timedelta(seconds=1)
    assert store.flush([_report(1, later), _report(2, later)]) == [Outcome.LOCKED, Outcome.STORED]


def test_a_revoked_token_counts_from_its_commit(county: County, store: Store) -> None:
    assert store.flush([_report(1)]) == [Outcome.STORED]
    county.run("update stations_device set token_hash = %s where id = 1", token_hash("new"))
    assert store.flush([_report(1, AT + timedelta(seconds=1))]) == [Outcome.UNKNOWN]


def test_a_device_that_changes_hands_changes_tours(county: County, store: Store) -> None:
    assert store.flush([_report(1)]) == [Outcome.STORED]
    turn = AT + timedelta(seconds=1)
    county.run("update stations_devicebinding set valid = tstzrange('2026-01-01', %s) where device_id = 1", turn)
    county.run(
        "insert into stations_devicebinding (device_id, vehicle_id, valid) values (1, 7, tstzrange(%s, null))", turn
    )
    assert store.flush([_report(1, turn)]) == [Outcome.STORED]
    assert county.fixes() == [(1, 1, AT), (1, 2, turn)]


def test_the_tour_takes_its_best_device(county: County, store: Store) -> None:
    second = timedelta(seconds=1)
    store.flush([_report(1, accuracy_m=10.0)])
    store.flush([_report(2, AT + second, accuracy_m=50.0)])
    assert _tour_device(county) == (1, AT)  # newer, but worse within 30 s
    store.flush([_report(2, AT + 2 * second, accuracy_m=4.0)])
    assert _tour_device(county) == (2, AT + 2 * second)
    store.flush([_report(1, AT + 3 * second, accuracy_m=1.0, is_mock=True)])
    assert _tour_device(county)[0] == 2  # faked
    store.flush([_report(1, AT + 40 * second, accuracy_m=90.0)])
    assert _tour_device(county) == (1, AT + 40 * second)  # the other fell silent
    both = [_report(1, AT + 50 * second, accuracy_m=9.0), _report(2, AT + 45 * second, accuracy_m=3.0)]
    store.flush(both)
    assert _tour_device(county) == (2, AT + 45 * second)


@pytest.mark.parametrize("changed", [{"valid": False}, {"accuracy_m": 1500.0}])
def test_a_fix_that_is_no_use_is_kept_but_moves_nobody(county: County, store: Store, changed: dict[str, Any]) -> None:
    assert store.flush([_report(1, **changed)]) == [Outcome.STORED]
    assert len(county.fixes()) == 1
    assert county.run("select 1 from patrols_tourposition union all select 1 from patrols_deviceposition") == []


def test_the_device_record_fixes_the_datum(county: County, store: Store) -> None:
    county.run("update stations_device set datum = 'gcj02' where id = 1")
    store.flush([_report(1, lon=121.405)])
    assert county.run("select lon from patrols_fix") == [(pytest.approx(121.4),)]


def test_a_heartbeat_is_seen_and_moves_nobody(county: County, store: Store) -> None:
    heartbeat = Report(token_hash("token-4"), NOW, "osmand", None)
    assert store.flush([heartbeat]) == [Outcome.SEEN]
    assert county.run("select last_seen_at from stations_device where id = 4") == [(NOW,)]


def test_one_unstorable_row_does_not_sink_the_others(county: County, store: Store) -> None:
    later = AT + timedelta(seconds=1)
    reports = [_report(1), _report(2), _report(1, later, lon=500.0), _report(2, later)]
    assert store.flush(reports) == [Outcome.STORED, Outcome.STORED, Outcome.UNSTORABLE, Outcome.STORED]
    assert len(county.fixes()) == 3


def test_a_lost_session_is_reopened_and_the_batch_repeated(county: County, store: Store) -> None:
    store.flush([_report(1)])
    county.run(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
        " where application_name = 'luzhang-intake' and datname = current_database()"
    )
    assert store.flush([_report(1, AT + timedelta(seconds=1))]) == [Outcome.STORED]
    assert len(county.fixes()) == 2
    assert metrics.snapshot()["reconnects"] == 1


def test_a_move_is_notified(county: County, store: Store) -> None:
    county.run("listen positions")
    store.flush([_report(1)])
    store.flush([_report(1, AT + timedelta(seconds=1))])  # within the pause: held back
    store.notify_if_due()
    while len(county.session.notifies) < 2 and select.select([county.session], [], [], 5)[0]:
        county.session.poll()
    assert [notice.channel for notice in county.session.notifies] == ["positions"] * 2


def test_a_partition_takes_over_what_the_default_caught(county: County, store: Store) -> None:
    day = datetime(2026, 6, 8, 12, tzinfo=UTC)
    county.run("update patrols_tourmember set present = tstzrange('2026-06-01', null)")
    assert store.flush([_report(1, day)]) == [Outcome.STORED]
    assert county.run("select count(*) from patrols_fix_default") == [(1,)]
    for _ in range(2):
        assert county.run("select patrols_fix_partition('2026-06-08')") == [("patrols_fix_20260608",)]
    assert county.run("select tableoid::regclass::text, fixed_at from patrols_fix") == [("patrols_fix_20260608", day)]
    assert store.flush([_report(1, day)]) == [Outcome.STORED]
    assert len(county.fixes()) == 1


# -- over HTTP ---------------------------------------------------------------------------------------------------------


def _talk(intake: TrackerIntake, *requests: tuple[str, str, dict[str, Any]]) -> list[httpx.Response]:
    """Send the requests at once and return the answers in order."""

    async def talk() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=intake)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://county.test") as client:
            answers = await asyncio.gather(*(client.request(method, path, **rest) for method, path, rest in requests))
        await intake.close()
        return list(answers)

    return asyncio.run(talk())


def _osmand(device: int, second: int = 0) -> tuple[str, str, dict[str, Any]]:
    at = int(AT.timestamp()) + second
    return "POST", f"/trackers/osmand?id=token-{device}&timestamp={at}&lat=37.5333&lon=121.3917&speed=10", {}


@pytest.fixture
def intake(connect: Connect) -> TrackerIntake:
    return TrackerIntake(lambda: Store(connect, retry_for_s=0.0), lambda: NOW)


def test_many_at_once_are_stored_together(county: County, intake: TrackerIntake) -> None:
    answers = _talk(intake, *(_osmand(1, second) for second in range(100)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, b"")}
    assert len(county.fixes()) == 100
    assert metrics.snapshot()["flushes"] < 20


def test_refusals_by_device(county: County, intake: TrackerIntake) -> None:
    county.run("update stations_device set locked_at = now() where id = 2")
    stranger, locked, off_duty = _talk(intake, _osmand(9), _osmand(2), _osmand(4))
    assert (stranger.status_code, stranger.json()["error"]["code"]) == (404, "unknown_device")
    assert (locked.status_code, locked.json()["error"]["code"]) == (403, "device_locked")
    assert (off_duty.status_code, off_duty.content) == (200, b"")


def test_refusals_by_shape(county: County, intake: TrackerIntake) -> None:
    large, streamed, nowhere, method = _talk(
        intake,
        ("POST", "/trackers/owntracks", {"content": b" " * 65_537}),
        ("POST", "/trackers/osmand", {"content": _chunks()}),
        ("GET", "/trackers/nothing", {}),
        ("GET", "/trackers/owntracks", {}),
    )
    assert [answer.status_code for answer in (large, streamed, nowhere, method)] == [413, 413, 404, 405]


async def _chunks() -> Any:
    for _ in range(10):
        yield b"x" * 8_192


def test_owntracks_by_its_basic_password(county: County, intake: TrackerIntake) -> None:
    body = {"_type": "location", "lat": 37.5, "lon": 121.3, "tst": int(AT.timestamp()), "topic": "owntracks/p/phone"}
    stored, stranger = _talk(
        intake,
        ("POST", "/trackers/owntracks", {"json": body, "auth": ("p", "token-1")}),
        ("POST", "/trackers/owntracks", {"json": body, "auth": ("p", "wrong")}),
    )
    assert (stored.status_code, stored.json()) == (200, [])
    assert stranger.status_code == 404
    assert county.fixes() == [(1, 1, AT)]


def test_nothing_is_acknowledged_while_the_database_is_away(county: County, connect: Connect) -> None:
    away = True

    def flaky() -> Any:
        if away:
            raise psycopg2.OperationalError("the database is away")
        return connect()

    store = Store(flaky, retry_for_s=0.0)
    (answer,) = _talk(TrackerIntake(lambda: store, lambda: NOW), _osmand(1))
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    with pytest.raises(StoreUnavailable):
        store.flush([_report(1)])
    away = False
    assert store.flush([_report(1)]) == [Outcome.STORED]
    store.close()


def test_the_corpora_are_answered_as_their_apps_need(county: County, intake: TrackerIntake) -> None:
    corpora = ROOT.parent / "shared" / "data" / "trackers"
    if not corpora.is_dir():
        pytest.skip("the shared tracker corpora are not here")
    expected = json.loads((corpora / "expected.json").read_text())
    for number, known in enumerate(expected["_about"]["known_devices"]):
        county.run(
            "insert into stations_device (id, identifier, token_hash) values (%s, %s, %s)",
            number + 100,
            known,
            token_hash(known),
        )  # bound to nobody: known, but outside every tour
    wanted, requests = [], []
    for name in ("osmand_query.json", "traccar_json.json", "owntracks.json", "gpslogger.json"):
        read = json.loads((corpora / name).read_text())
        for row in read["requests"] if isinstance(read, dict) else read:
            code = expected[row["id"]].get("error", "")
            quiet = code in {"", "missing_position", "future_time", "null_island"}
            wanted.append((row["id"], 200 if quiet else 404 if code == "unknown_device" else 400))
            requests.append(_as_sent(row))
    answers = _talk(intake, *requests)
    assert [(name, answer.status_code) for (name, _), answer in zip(wanted, answers, strict=True)] == wanted


def _as_sent(row: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    path = row["path"]
    path = f"/trackers/osmand{path[1:]}" if path[1:2] in ("", "?") else f"/trackers{path}"
    body = row.get("raw_body") if row.get("raw_body") is not None else row.get("body")
    text = "" if body is None else body if isinstance(body, str) else json.dumps(body)
    headers = dict(row.get("headers", {}))
    if row.get("content_type"):
        headers["content-type"] = row["content_type"]
    return row["method"], path, {"content": text.encode(), "headers": headers}
