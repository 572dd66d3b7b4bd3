"""/api/v1/jobs/: who may ask for what and where, who sees which job, keys, bad requests."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core import broker
from core.jobs import job_run
from core.models import Job
from stations.models import Organisation, Person, Station
from stations.services.jobs import WAITING_AT_MOST
from stations.types import Role
from tests.factories.stations import a_person, an_organisation

pytestmark = pytest.mark.django_db

TABLE = b"code,name,lon,lat,datum\nS1,A,110.47,19.24,wgs84\n"


@pytest.fixture(autouse=True)
def quiet(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.LUZHANG_REQUIRE_MFA = False
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(broker, "send", lambda *_a, **_k: False)


@pytest.fixture
def city() -> Organisation:
    return an_organisation("示例市", kind="city")


@pytest.fixture
def south(city: Organisation) -> Organisation:
    return an_organisation("南区", parent=city)


@pytest.fixture
def north(city: Organisation) -> Organisation:
    return an_organisation("北区", parent=city)


def client_of(organisation: Organisation, *roles: Role) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(a_person(organisation, *roles).user)
    return client


def ask(client: Client, kind: str = "stations.import_stations", *, key: str = "", **body: Any) -> Any:
    words = {"file": SimpleUploadedFile("stations.csv", TABLE), **body}
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/api/v1/jobs/", {"kind": kind, **words}, headers=headers)


def test_only_who_may_enter_such_data_may_ask(south: Organisation) -> None:
    for role in Role:
        if role in (Role.DEVICE, Role.PUBLIC):
            continue
        client = client_of(south, role)
        assert ask(client).status_code == (201 if role is Role.ADMINISTRATOR else 403), role
    assert Client().post("/api/v1/jobs/", {"kind": "stations.import_stations"}).status_code == 401
    analyst = client_of(south, Role.ANALYST)
    assert {kind["kind"] for kind in analyst.get("/api/v1/jobs/kinds/").json()} == {
        "roads.import_segments",
        "roads.print_boards",
    }


def test_work_over_the_whole_deployment_needs_its_root(city: Organisation, south: Organisation) -> None:
    osm = {"file": SimpleUploadedFile("a.osm", b"<osm/>")}
    assert ask(client_of(south, Role.ADMINISTRATOR), "roads.import_roads", **osm).status_code == 403
    osm = {"file": SimpleUploadedFile("a.osm", b"<osm/>")}
    assert ask(client_of(city, Role.ADMINISTRATOR), "roads.import_roads", **osm).status_code == 201
    kinds = {kind["kind"] for kind in client_of(south, Role.ADMINISTRATOR).get("/api/v1/jobs/kinds/").json()}
    assert "stations.import_people" in kinds
    assert not kinds & {"roads.import_roads", "roads.build_network", "roads.import_posts"}


def test_neither_seen_nor_touched_by_another_organisation(
    city: Organisation, south: Organisation, north: Organisation
) -> None:
    ours, theirs, above = (client_of(each, Role.ADMINISTRATOR) for each in (south, north, city))
    uid = ask(ours).json()["uid"]
    for path in ("", "cancel/", "repeat/"):
        call = theirs.post if path else theirs.get
        assert call(f"/api/v1/jobs/{uid}/{path}").status_code == 404
    assert uid.encode() not in theirs.get("/api/v1/jobs/").content
    assert theirs.get("/api/v1/jobs/").json()["count"] == 0
    for client in (ours, above):
        assert client.get("/api/v1/jobs/").json()["results"][0]["uid"] == uid
    assert above.get("/api/v1/jobs/?mine=1").json()["count"] == 0
    names = {row["name"] for kind in theirs.get("/api/v1/jobs/kinds/").json() for row in kind["organisations"]}
    assert names == {"北区"}
    assert ask(theirs, organisation=str(south.uid)).status_code == 403
    assert above.post(f"/api/v1/jobs/{uid}/cancel/").json()["state"] == "cancelled", "the administration above may"


def test_a_check_has_no_dry_run_and_kinds_stand_in_order(city: Organisation) -> None:
    client = client_of(city, Role.ADMINISTRATOR)
    answer = client.post("/api/v1/jobs/", {"kind": "roads.build_network", "dry_run": "true"})
    assert answer.status_code == 400 and answer.json()["error"]["field"] == "dry_run"
    assert [kind["kind"].split(".")[1] for kind in client.get("/api/v1/jobs/kinds/").json()] == [
        "import_people", "import_stations", "import_roads", "import_posts", "import_segments", "import_chiefs",
        "build_network", "print_boards",
    ]  # fmt: skip


def test_analysts_see_no_rows_of_people(south: Organisation) -> None:
    people = {"file": SimpleUploadedFile("p.csv", b"name,kind\nx,y\n")}
    uid = ask(client_of(south, Role.ADMINISTRATOR), "stations.import_people", **people).json()["uid"]
    analyst = client_of(south, Role.ANALYST)
    assert analyst.get(f"/api/v1/jobs/{uid}/").status_code == 404
    assert analyst.get("/api/v1/jobs/").json()["count"] == 0


def test_a_key_makes_one_job(south: Organisation) -> None:
    client = client_of(south, Role.ADMINISTRATOR)
    first, again = ask(client, key="k1"), ask(client, key="k1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["uid"] == again.json()["uid"] and Job.objects.count() == 1
    other = ask(client, key="k1", file=SimpleUploadedFile("stations.csv", TABLE + b"S2,B,110.47,19.24,wgs84\n"))
    assert other.status_code == 409
    assert ask(client, key="k2").json()["uid"] != first.json()["uid"]


def test_nobody_fills_the_queue(south: Organisation) -> None:
    client = client_of(south, Role.ADMINISTRATOR)
    assert [ask(client).status_code for _ in range(WAITING_AT_MOST)] == [201] * WAITING_AT_MOST
    answer = ask(client)
    assert answer.status_code == 409 and answer.json()["error"]["cure"]
    assert ask(client_of(south, Role.ADMINISTRATOR)).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "stations.import_moons"}, "kind"),
        ({"file": SimpleUploadedFile("a.exe", b"1")}, "file"),
        ({"file": SimpleUploadedFile("a.osm", b"1")}, "file"),
        ({"name": "路网"}, "name"),
        ({"organisation": "00000000-0000-0000-0000-000000000000"}, "organisation"),
    ],
)
def test_a_bad_request_names_field_and_cure(south: Organisation, body: dict[str, Any], field: str) -> None:
    client = client_of(south, Role.ADMINISTRATOR)
    kind = body.pop("kind", "stations.import_stations")
    answer = ask(client, kind, **body)
    error = answer.json()["error"]
    assert answer.status_code == 400 and error["field"] == field and error["cure"], error
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_rows_of_others_are_refused_by_the_right_of_who_asked(
    south: Organisation, north: Organisation, settings: Any
) -> None:
    table = f"code,name,organisation,lon,lat,datum\nS1,A,,110.47,19.24,wgs84\nS2,B,{north.code},110.47,19.24,wgs84\n"
    client = client_of(south, Role.ADMINISTRATOR)
    uid = ask(client, file=SimpleUploadedFile("stations.csv", table.encode())).json()["uid"]
    job_run(uid)
    row = client.get(f"/api/v1/jobs/{uid}/").json()
    assert (row["state"], row["accepted"], [error["line"] for error in row["errors"]]) == ("done", 1, [3])
    table = client.get(f"/api/v1/jobs/{uid}/errors/")
    assert table["Content-Type"].startswith("text/csv") and uid in table["Content-Disposition"]
    head, *lines = table.content.decode("utf-8-sig").splitlines()
    assert head == "行,字段,值,问题,办法" and [line.split(",")[0] for line in lines] == ["3"]
    assert client_of(north, Role.ADMINISTRATOR).get(f"/api/v1/jobs/{uid}/errors/").status_code == 404
    assert Station.objects.get().organisation == south
    second = ask(client).json()["uid"]
    Person.objects.filter(user_id=Job.objects.get(uid=second).actor_id).update(is_active=False)
    job_run(second)
    assert Job.objects.get(uid=second).import_run.accepted == 0, "who was locked may nothing any more"
