"""An import taken back: what it created goes, what it changed has its former values, or nothing happens and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from core import broker, clock, retention
from core.errors import Conflict, InvalidInput
from core.imports.undo import UNDO_DAYS
from core.jobs import job_kind, job_run
from core.models import AuditRow, Event, ImportChange, ImportRun, Job
from roads.models import CalibrationPost, ChiefAssignment, NetworkBuild, ReviewItem, RoadAxis, RoadEdge, Segment
from roads.selectors import current_network
from roads.services import segment_create
from stations.models import Camera, Checkpoint, Person, Station, StationService
from stations.services import checkpoint_change, station_change
from stations.services.jobs import job_request, job_take_back
from stations.types import Role
from tests.factories.roads import levels, lonlat, the_axis
from tests.factories.stations import SYSTEM, an_actor
from tests.integration.roads.test_imports_again import _file

pytestmark = pytest.mark.django_db

# Signs of life come from another database session, which sees nothing of a test's transaction.
QUIET_S = 3600.0

PLACES = """编号,名称,类别,经度,纬度,坐标系,值班电话,车道
S1,一号岗亭,警务岗亭,110.47,19.24,wgs84,0898-1,
K1,东口卡口,卡口,110.48,19.25,wgs84,,1-2
"""
CHANGED = """编号,名称,类别,经度,纬度,坐标系,值班电话,服务事项,车道,卡口编号
S1,一号新岗亭,警务岗亭,110.4701,19.2401,wgs84,0898-2,X1,,
C1,东口摄像机,摄像机,110.48,19.25,wgs84,,,1,K1
"""
PEOPLE = "姓名,类别,警号,手机\n甲,民警,P1,13900000001\n乙,民警,P2,13900000002\n"


@pytest.fixture
def actor(city: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(broker, "send", lambda *_a, **_k: False)
    StationService.objects.create(code="X1", name="事项", service_class="户政")
    # Whoever asked before may have left another language behind.
    with translation.override("zh-hans"):
        yield an_actor(city, Role.ADMINISTRATOR)


def imported(actor: Any, kind: str, content: str | Path, *, dry_run: bool = False) -> Job:
    """A table or file, carried by a worker."""
    is_file = isinstance(content, Path)
    job = job_request(
        actor=actor, kind=job_kind(kind), blocks=[content.read_bytes() if is_file else str(content).encode()],
        file_name=content.name if is_file else "表.csv", dry_run=dry_run,
        options={} if is_file or kind != "stations.import_stations" else {"datum": "wgs84"},
    )  # fmt: skip
    assert job_run(str(job.uid), beat_every_s=QUIET_S) == "done", Job.objects.get(pk=job.pk).error
    return Job.objects.get(pk=job.pk)


def taken_back(actor: Any, job: Job) -> Job:
    """What became of the wish to take it back."""
    undo = job_take_back(actor=actor, job=Job.objects.get(pk=job.pk), kind=job_kind(job.kind))
    job_run(str(undo.uid), beat_every_s=QUIET_S)
    return Job.objects.get(pk=undo.pk)


def said(job: Job) -> str:
    """Why it was refused."""
    assert job.state == "failed", job.result
    return str(job.error["message"])


def test_places_and_people_are_as_before(actor: Any) -> None:
    imported(actor, "stations.import_stations", PLACES)
    before = Station.objects.values().get()
    second = imported(actor, "stations.import_stations", CHANGED)
    assert Station.objects.get().services.count() == 1 and Camera.objects.count() == 1
    # Devices switch checkpoints on and off all day: that is no use of it.
    checkpoint_change(actor=SYSTEM, checkpoint_id=Checkpoint.objects.get().pk, state="offline")
    undo = taken_back(actor, second)
    assert (undo.state, undo.undoes_id) == ("done", second.pk)
    assert (undo.result["removed"], undo.result["restored"]) == (1, 1)
    after = Station.objects.values().get()
    assert after.pop("geom").equals_exact(before.pop("geom")) and after == before
    assert not Station.objects.get().services.exists() and not Camera.objects.exists()
    assert AuditRow.objects.filter(action="import.undone", actor_id=actor.user_id).count() == 1
    assert Event.objects.filter(topic="stations.camera_removed").count() == 1
    assert not ImportChange.objects.filter(run=second.import_run_id).exists()

    imported(actor, "stations.import_people", PEOPLE)
    again = imported(actor, "stations.import_people", PEOPLE.replace("13900000002", "13900000009"))
    assert ImportChange.objects.filter(run=again.import_run_id).count() == 1, "the same row again is no change"
    kept = bytes(_column("core_importchange", "former", run_id=again.import_run_id))
    assert b"1390000" not in kept and "乙".encode() not in kept, "personal numbers lie encrypted"
    assert taken_back(actor, again).result["restored"] == 1
    assert Person.objects.get(personal_phone_index="13900000002").staff_number == "P2"


def test_a_second_tab_and_a_second_time_are_told(actor: Any) -> None:
    first = imported(actor, "stations.import_stations", PLACES)
    kind = job_kind(first.kind)
    undo = job_take_back(actor=actor, job=first, kind=kind)
    with pytest.raises(Conflict, match="已有人在撤销"):
        job_take_back(actor=actor, job=Job.objects.get(pk=first.pk), kind=kind)
    assert job_run(str(undo.uid), beat_every_s=QUIET_S) == "done" and not Station.objects.exists()
    for job in (first, undo, imported(actor, first.kind, PLACES, dry_run=True)):
        with pytest.raises(Conflict, match="没有可撤销"):
            job_take_back(actor=actor, job=Job.objects.get(pk=job.pk), kind=kind)
    with pytest.raises(InvalidInput, match="不能撤销"):
        check = job_request(actor=actor, kind=job_kind("roads.build_network"))
        job_take_back(actor=actor, job=check, kind=job_kind("roads.build_network"))


def test_it_is_all_or_nothing_and_says_why_not(actor: Any) -> None:
    first = imported(actor, "stations.import_stations", PLACES)
    second = imported(actor, "stations.import_stations", CHANGED)
    assert "之后的导入" in said(taken_back(actor, first))
    station = Station.objects.get()
    station_change(actor=SYSTEM, station_id=station.pk, duty_phone="0898-3")
    refused = taken_back(actor, second)
    assert "一号新岗亭" in said(refused) and "第 2 行" in said(refused) and refused.error["cure"]
    assert Camera.objects.count() == 1 and ImportRun.objects.filter(undone_at=None).count() == 2
    station_change(actor=SYSTEM, station_id=station.pk, duty_phone="0898-2", address="旁边改的")
    assert taken_back(actor, second).state == "done"
    assert Station.objects.get().address == "旁边改的", "what the import did not touch is left"
    # What something stands on stays: a camera that came by another way hangs on the checkpoint.
    Camera.objects.create(
        organisation=station.organisation, code="C9", name="另一台", geom=station.geom,
        checkpoint=Checkpoint.objects.get(),
    )  # fmt: skip
    station_change(actor=SYSTEM, station_id=station.pk, address="")
    assert "东口卡口" in said(taken_back(actor, first)) and Station.objects.exists()
    assert ImportChange.objects.exists()
    ImportRun.objects.update(finished_at=clock.now() - dt.timedelta(days=UNDO_DAYS + 1))
    with pytest.raises(Conflict, match="没有可撤销"):
        job_take_back(actor=actor, job=Job.objects.get(pk=first.pk), kind=job_kind(first.kind))
    retention.run()
    assert not ImportChange.objects.exists()


def test_segments_chiefs_and_posts(actor: Any, network: Any) -> None:
    scheme = levels(the_axis("X201").organisation)
    rank = max(scheme)
    table = f"道路,起点,止点,路段编号,路长,级别,手机\nX201,K0+000,K1+000,LD1,新路长,{rank},13900000003\n"
    table += f"X201,无名村,K2+000,,,{rank},\n"
    first = imported(actor, "roads.import_segments", table)
    assert (Segment.objects.count(), Person.objects.filter(name="新路长").count()) == (1, 1)
    assert ReviewItem.objects.count() == 1
    chief = f"路段编号,级别,姓名,值班电话,值守时间\nLD1,{rank},新路长,0898-8,每天 8:00-20:00\n"
    second = imported(actor, "roads.import_chiefs", chief)
    assert "之后的导入" in said(taken_back(actor, first))
    assert taken_back(actor, second).result["restored"] == 1
    assert ChiefAssignment.objects.get().duty_hours == ""
    undone = taken_back(actor, first)
    assert undone.state == "done", undone.error
    assert not Segment.objects.exists() and not ReviewItem.objects.exists()
    assert not Person.objects.filter(name="新路长").exists() and not ChiefAssignment.objects.exists()

    posts = list(CalibrationPost.objects.filter(axis=the_axis("G98")).values_list("distance_m", "chainage_m"))
    rows = "".join("G98,K{},,{:.7f},{:.7f},wgs84\n".format(20 + n, *lonlat(1000 + 900 * n, 0)) for n in range(4))
    third = imported(actor, "roads.import_posts", "道路,桩号,方向,经度,纬度,坐标系\n" + rows)
    assert list(CalibrationPost.objects.filter(axis=the_axis("G98")).values_list("distance_m", "chainage_m")) != posts
    assert taken_back(actor, third).result["restored"] == 1
    assert list(CalibrationPost.objects.filter(axis=the_axis("G98")).values_list("distance_m", "chainage_m")) == posts


def test_the_network_before_is_in_force_again(actor: Any, network: Any, tmp_path: Path) -> None:
    def roads() -> list[Any]:
        return list(
            RoadEdge.objects.order_by("edge_no").values_list("build__version", "edge_no", "axis_id", "axis_from_m")
        )

    before, axes = roads(), set(RoadAxis.objects.values_list("pk", flat=True))
    check = imported(actor, "roads.import_roads", _file(tmp_path, last=4), dry_run=True)
    drawn = {shape["name"]: shape["lines"] for shape in check.result["preview"]}
    assert set(drawn) == {"再入路", "横过路"} and drawn["再入路"][0][0] == pytest.approx(lonlat(900, 50), abs=1e-4)
    assert not check.result["preview_left_out"] and roads() == before
    job = imported(actor, "roads.import_roads", _file(tmp_path, last=4))
    assert current_network().version != network.version
    segment = segment_create(
        actor=SYSTEM, organisation=the_axis("再入路").organisation, code="N1", name="新路段", axis=the_axis("再入路"),
        from_m=0, to_m=500,
    )  # fmt: skip
    assert "再入路" in said(taken_back(actor, job)) and current_network().version != network.version
    segment.delete()
    undone = taken_back(actor, job)
    assert undone.state == "done", undone.error
    assert current_network().version == network.version and roads() == before
    assert set(RoadAxis.objects.values_list("pk", flat=True)) == axes
    assert NetworkBuild.objects.count() == 1 and not ReviewItem.objects.filter(settled_at=None).exists()
    with pytest.raises(Conflict, match="没有可撤销"):
        job_take_back(actor=actor, job=Job.objects.get(pk=job.pk), kind=job_kind(job.kind))


def _column(table: str, column: str, *, run_id: int) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE run_id = %s", [run_id])
        return cursor.fetchone()[0]
