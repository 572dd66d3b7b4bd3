"""Jobs carried by a real Celery worker over a real Redis: progress, kill -9, a flushed queue, doubled messages."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.jobs import jobs_recover
from core.jobs.tasks import job_run
from core.models import AuditRow, Job
from roads.models import NetworkBuild, RoadAxis
from stations.models import Organisation, Station
from stations.types import Role
from tests.factories.stations import a_person, an_organisation
from tests.factories.workers import Workers, until
from tests.integration.jobs.conftest import over

# One process of tests starts workers, and keeps them.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

OSM = (
    '<?xml version="1.0"?><osm version="0.6" generator="hand">'
    + "".join(f'<node id="{n}" lon="{110.4 + n / 1000}" lat="19.2" version="1"/>' for n in range(1, 4))
    + '<way id="9" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/>'
    + '<tag k="name" v="任务路"/></way></osm>'
)


@pytest.fixture
def city(settings: Any) -> Organisation:
    settings.LUZHANG_REQUIRE_MFA = False
    return an_organisation("示例市", kind="city")


@pytest.fixture
def desk(workers: Workers, city: Organisation) -> Client:
    """An administrator of the city, signed in."""
    client = Client()
    client.force_login(a_person(city, Role.ADMINISTRATOR).user)
    return client


def thousand() -> bytes:
    """1,000 stations, 3 of them wrong: lines 101, 501 and 901."""
    lines = ["编号,名称,类别,经度,纬度,坐标系"]
    for number in range(1000):
        lon, lat, kind = f"{110.4 + number / 10000:.5f}", "19.25", "警务岗亭"
        if number == 99:
            lon, lat = lat, lon
        if number == 499:
            kind = "飞船"
        if number == 899:
            lat = "北"
        lines.append(f"P{number:04d},岗亭{number},{kind},{lon},{lat},wgs84")
    return "\n".join(lines).encode()


def ask(client: Client, kind: str, file_name: str, content: bytes, **options: Any) -> Job:
    """Ask for a job through the API."""
    body = {"kind": kind, "file": SimpleUploadedFile(file_name, content), **options}
    answer = client.post("/api/v1/jobs/", body)
    assert answer.status_code == 201, answer.content.decode()
    return Job.objects.get(uid=answer.json()["uid"])


def entered() -> int:
    """How many stations were made, as the audit trail tells: a station made twice would be two."""
    return AuditRow.objects.filter(action="stations.station_created").count()


def test_997_of_1000_in_and_progress_rises(desk: Client, workers: Workers, city: Organisation) -> None:
    workers.one()
    job = ask(desk, "stations.import_stations", "stations.csv", thousand())
    seen: list[int] = []

    def ended() -> dict[str, Any] | None:
        row = desk.get(f"/api/v1/jobs/{job.uid}/").json()
        if not seen or row["done"] != seen[-1]:
            seen.append(row["done"])
        return row if row["finished_at"] else None

    row = until(ended, "the end")
    assert (row["state"], row["accepted"], row["rejected"], row["total"]) == ("done", 997, 3, 1000)
    assert [error["line"] for error in row["errors"]] == [101, 501, 901]
    assert all(error["message"] and error["cure"] and error["field"] for error in row["errors"])
    assert seen == sorted(seen) and len({n for n in seen if 0 < n < 1000}) >= 2, seen
    assert Station.objects.filter(organisation=city).count() == entered() == 997


def test_a_worker_killed_in_the_middle_is_followed_by_another(
    desk: Client, workers: Workers, city: Organisation
) -> None:
    workers.one()
    job = ask(desk, "stations.import_stations", "stations.csv", thousand())
    until(lambda: Job.objects.get(pk=job.pk).done >= 200, "the first chunk")
    workers.kill()
    left = Job.objects.get(pk=job.pk)
    assert left.state == "running" and 199 <= entered() < 997
    assert jobs_recover(dead_after_s=3600) == 0, "nobody is given up at once"
    workers.redis.flushdb()
    workers.start()
    assert jobs_recover(dead_after_s=0) == 1
    row = over(job)
    assert (row.state, row.attempt) == ("done", 2)
    assert (row.import_run.accepted, row.import_run.rejected) == (997, 3)
    assert row.import_run.errors.count() == 3
    assert Station.objects.count() == entered() == 997, "nothing is entered twice"


def test_a_flushed_queue_loses_nothing_and_two_messages_run_it_once(
    desk: Client, workers: Workers, city: Organisation
) -> None:
    workers.stop()
    job = ask(desk, "stations.import_stations", "stations.csv", b"code,name,lon,lat,datum\nS1,A,110.47,19.24,wgs84\n")
    assert workers.redis.llen("celery") == 1, "sent after commit"
    workers.redis.flushdb()
    workers.start()
    assert Job.objects.get(pk=job.pk).state == "queued"
    assert jobs_recover(resend_after_s=3600) == 0
    assert jobs_recover(resend_after_s=0) == 1
    job_run.delay(str(job.uid))
    job_run.delay(str(job.uid))
    row = over(job)
    until(lambda: workers.redis.llen("celery") == 0, "the empty queue")
    assert (row.state, row.attempt, entered()) == ("done", 1, 1)
    assert AuditRow.objects.filter(action="core.job_done", object_id=str(job.uid)).count() == 1
    assert not row.file_path, "the file of work that is done goes"


def test_a_cancelled_job_stops_and_the_next_one_begins(desk: Client, workers: Workers, city: Organisation) -> None:
    workers.one()
    job = ask(desk, "stations.import_stations", "stations.csv", thousand())
    small = b"code,name,kind,organisation,lon,lat,datum\nZ1,A,post,,110.47,19.24,wgs84\n"
    follower = ask(desk, "stations.import_stations", "next.csv", small)
    until(lambda: Job.objects.get(pk=job.pk).done >= 200, "the first chunk")
    assert Job.objects.get(pk=follower.pk).state == "queued", "one at a time"
    answer = desk.post(f"/api/v1/jobs/{job.uid}/cancel/")
    assert answer.json()["state"] == "cancelled"
    assert over(follower).state == "done"
    # A worker that is told to stop lets go of nothing that runs: what the cancelled job still did is done when it went.
    workers.stop()
    saved = Job.objects.get(pk=job.pk).import_run.accepted
    assert Station.objects.count() == saved + 1 < 900, "what was saved stays, nothing follows"
    again = desk.post(f"/api/v1/jobs/{job.uid}/cancel/")
    assert again.status_code == 409 and again.json()["error"]["field"] == "state"


def test_a_dry_run_then_for_real(desk: Client, workers: Workers, city: Organisation) -> None:
    workers.one()
    job = over(ask(desk, "stations.import_stations", "stations.csv", thousand(), dry_run=True))
    assert (job.state, job.import_run.accepted, job.import_run.rejected) == ("done", 997, 3)
    assert Station.objects.count() == 0 and job.file_path
    assert len(job.result["preview"]) == 500 and job.result["preview_left_out"] == 497
    assert {"line", "name", "point"} == set(job.result["preview"][0])
    answer = desk.post(f"/api/v1/jobs/{job.uid}/repeat/", {"dry_run": False}, content_type="application/json")
    assert answer.status_code == 201
    real = over(Job.objects.get(uid=answer.json()["uid"]))
    assert (real.state, real.dry_run, Station.objects.count()) == ("done", False, 997)
    assert "preview" not in real.result


def test_a_network_by_job_is_in_force(desk: Client, workers: Workers) -> None:
    workers.one()
    bad = over(ask(desk, "roads.import_roads", "cut.osm", OSM[:200].encode()))
    assert bad.state == "failed" and bad.error["message"] and bad.error["cure"]
    dry = over(ask(desk, "roads.import_roads", "town.osm", OSM.encode(), dry_run=True))
    assert dry.state == "done" and dry.result["edges"] > 0 and not NetworkBuild.objects.exists()
    job = over(ask(desk, "roads.import_roads", "town.osm", OSM.encode()))
    assert job.state == "done", job.error
    build = NetworkBuild.objects.get(is_current=True)
    assert (build.version, build.name, build.source) == (job.result["version"], "town", "town.osm")
    assert RoadAxis.objects.filter(name="任务路").exists() and job.result["log"]
    checked = desk.post("/api/v1/jobs/", {"kind": "roads.build_network"})
    assert over(Job.objects.get(uid=checked.json()["uid"])).result["version"] == build.version
