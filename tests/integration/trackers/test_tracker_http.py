"""The intake over HTTP: what phones are answered."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import psycopg2
import pytest

from patrols.intake import metrics
from patrols.intake.asgi import TrackerIntake
from patrols.intake.report import Outcome, StoreUnavailable
from patrols.intake.store import Store, token_hash
from tests.factories.trackers import AT, NOW, ROOT, Connect, County, a_report


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
        store.flush([a_report(1)])
    away = False
    assert store.flush([a_report(1)]) == [Outcome.STORED]
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
    flagged = county.run("select sum(rejected_count), bool_or(last_rejected_code = '') from stations_device"
                         " where rejected_count > 0")  # fmt: skip
    assert flagged[0][0] >= 1 and flagged[0][1] is False, "known devices that sent nonsense say so"


def _as_sent(row: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    path = row["path"]
    path = f"/trackers/osmand{path[1:]}" if path[1:2] in ("", "?") else f"/trackers{path}"
    body = row.get("raw_body") if row.get("raw_body") is not None else row.get("body")
    text = "" if body is None else body if isinstance(body, str) else json.dumps(body)
    headers = dict(row.get("headers", {}))
    if row.get("content_type"):
        headers["content-type"] = row["content_type"]
    return row["method"], path, {"content": text.encode(), "headers": headers}
