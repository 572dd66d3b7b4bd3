"""Tours through the API: plan, check in, break, crew, check out; what a phone and a map get."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from core import clock
from core.models import AuditRow
from patrols.models import Fix, Tour
from patrols.services import task_create
from stations.models import Organisation
from stations.services import token_create
from stations.types import Role
from tests.factories.patrols import a_tour, a_unit, a_vehicle
from tests.factories.stations import SYSTEM, a_person, an_organisation

pytestmark = pytest.mark.django_db


class Api:
    """A person's calls."""

    def __init__(self, organisation: Organisation, role: Role, **fields: Any) -> None:
        self.person = a_person(organisation, role, **fields)
        _row, token = token_create(actor=SYSTEM, user=self.person.user)
        self.client = Client(headers={"authorization": f"Bearer {token}"})

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1/patrols/{path}")

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self.client.post(f"/api/v1/patrols/{path}", data=body or {}, content_type="application/json")


@pytest.fixture
def district() -> Organisation:
    return an_organisation("甲区")


@pytest.fixture
def desk(district: Organisation) -> Api:
    return Api(district, Role.DISPATCHER)


@pytest.fixture
def officer(district: Organisation) -> Api:
    return Api(district, Role.OFFICER)


def _plan(unit: Any, *people: Any, **changed: Any) -> dict[str, Any]:
    start = clock.now()
    return {
        "unit": str(unit.uid),
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=8)).isoformat(),
        "members": [str(person.uid) for person in people],
        "post": {"lon": 110.47, "lat": 19.24, "datum": "wgs84"},
    } | changed


def _place(tour: Tour, age_s: float, **changed: Any) -> None:
    at = clock.now() - timedelta(seconds=age_s)
    values = {"lon": 110.5, "lat": 19.3, "mock": False} | changed
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO patrols_tourposition (tour_id, device_id, fixed_at, received_at, geom, is_mock, source,"
            " changed_seq) VALUES (%s, 1, %s, %s, st_setsrid(st_makepoint(%s, %s), 4326), %s, 'osmand', 1)",
            [tour.pk, at, at, values["lon"], values["lat"], values["mock"]],
        )


def test_an_outing_from_plan_to_check_out(district: Organisation, desk: Api, officer: Api) -> None:
    mate = Api(district, Role.OFFICER)
    car = a_vehicle(district)
    body = _plan(a_unit(district), officer.person, mate.person, vehicle=str(car.uid), lead=str(mate.person.uid))
    made = desk.post("tours/", body)
    assert made.status_code == 201, made.json()
    assert made.json()["vehicle"]["plate"] == car.plate
    assert made.json()["post"] == [110.47, 19.24]
    assert {row["name"]: row["role"] for row in made.json()["members"]} == {
        officer.person.name: "member",
        mate.person.name: "lead",
    }
    address = f"tours/{made.json()['uid']}/"
    assert officer.get("duty/").json()["tour"]["state"] == "planned"
    opened = officer.post(f"{address}open/")
    assert (opened.status_code, opened.json()["state"]) == (200, "open")
    assert all(row["is_present"] for row in opened.json()["members"])
    assert officer.post(f"{address}open/").status_code == 409
    assert officer.post(f"{address}break-start/").json()["on_break_since"]
    assert officer.get("units/").json()["features"][0]["properties"]["state"] == "break"
    assert officer.post(f"{address}break-end/").json()["on_break_since"] is None
    assert officer.get("units/").json()["features"][0]["properties"]["state"] == "free"
    left = mate.post(f"{address}members/leave/").json()["members"]
    assert {row["name"]: row["is_present"] for row in left} == {officer.person.name: True, mate.person.name: False}
    assert officer.post(f"{address}members/join/", {"person": str(mate.person.uid)}).status_code == 200
    closed = officer.post(f"{address}close/", {"note": "一切正常"})
    assert (closed.json()["state"], closed.json()["note"]) == ("closed", "一切正常")
    assert officer.get("duty/").json()["tour"] is None
    assert officer.get("units/").json()["features"] == []


def test_a_joint_tour_is_shown_to_all_its_organisations(desk: Api, district: Organisation) -> None:
    county = an_organisation("示例县", kind="district")
    traffic, police = (an_organisation(name, parent=county) for name in ("县交警", "县派出所"))
    planner, own, other = (Api(place, Role.DISPATCHER) for place in (county, traffic, police))
    mates = Api(traffic, Role.OFFICER), Api(police, Role.OFFICER)
    body = _plan(a_unit(traffic), *(mate.person for mate in mates), agencies=["police_station"])
    refused = planner.post("tours/", body | {"agencies": ["navy"]})
    assert (refused.status_code, refused.json()["error"]["field"]) == (400, "agencies.0")
    made = planner.post("tours/", body).json()
    assert (made["agencies"], made["agency_names"]) == (["traffic", "police_station"], ["交警", "派出所"])
    assert made["partners"] == [{"uid": str(police.uid), "name": "县派出所"}]
    address = f"tours/{made['uid']}/"
    assert mates[1].post(f"{address}open/").status_code == 200
    _place(Tour.objects.get(uid=made["uid"]), 5)
    for api in (own, other):
        assert api.get(address).json()["agencies"] == made["agencies"]
        assert [row["uid"] for row in api.get("tours/").json()["tours"]] == [made["uid"]]
        (shown,) = api.get("units/").json()["features"]
        assert shown["properties"]["agencies"] == made["agencies"]
        assert shown["geometry"]["coordinates"] == [110.5, 19.3]
    assert mates[1].get("duty/").json()["tour"]["agency_names"] == made["agency_names"]
    assert desk.get(address).status_code == 404
    assert desk.get("units/").json()["features"] == []
    assert other.post(f"{address}close/").status_code == 403, "the desk of the unit's own organisation decides"


def test_bad_plans_are_refused_by_field(district: Organisation, desk: Api, officer: Api) -> None:
    unit = a_unit(district)
    stranger = a_person(an_organisation("乙区"))
    nobody = "00000000-0000-4000-8000-000000000000"
    cases: list[tuple[dict[str, Any], str]] = [
        ({"members": []}, "members"),
        ({"members": [str(stranger.uid)]}, "members"),
        ({"members": [str(officer.person.uid)] * 2}, "members"),
        ({"unit": nobody}, "unit"),
        ({"vehicle": nobody}, "vehicle"),
        ({"post_station": nobody}, "post_station"),
        ({"segments": [nobody]}, "segments"),
        ({"shift": 10**9}, "shift"),
        ({"lead": str(stranger.uid)}, "lead"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "ends_at"),
        ({"post": {"lon": 19.24, "lat": 110.47, "datum": "wgs84"}}, "lon,lat"),
        ({"post": {"lon": 110.47, "lat": 19.24}}, "post.datum"),
    ]
    for changed, field in cases:
        answer = desk.post("tours/", _plan(unit, officer.person) | changed)
        assert answer.status_code == 400, (changed, answer.json())
        error = answer.json()["error"]
        assert field in {error.get("field"), *(each.get("field") for each in error.get("details", []))}, error
        if field == "segments":
            assert error["value"] == [nobody] and error["cure"]
    assert not Tour.objects.exists()


def test_one_person_two_tours(district: Organisation, officer: Api) -> None:
    first = a_tour(district, officer.person, opened=True)
    second = a_tour(district, officer.person)
    answer = officer.post(f"tours/{second.uid}/open/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "tour_member_one_open_tour")
    second.refresh_from_db()
    assert (second.state, second.opened_at) == ("planned", None)
    assert officer.post(f"tours/{first.uid}/close/").status_code == 200
    assert officer.post(f"tours/{second.uid}/open/").status_code == 200


def test_a_check_in_of_nobody_is_refused(district: Organisation, officer: Api) -> None:
    tour = a_tour(district, officer.person)
    assert officer.post(f"tours/{tour.uid}/open/", {"members": []}).status_code == 400
    stranger = a_person(district)
    assert officer.post(f"tours/{tour.uid}/open/", {"members": [str(stranger.uid)]}).status_code == 400
    tour.refresh_from_db()
    assert tour.state == "planned"


def test_cancelling_is_the_desk_s_and_needs_a_reason(district: Organisation, desk: Api, officer: Api) -> None:
    tour = a_tour(district, officer.person)
    assert officer.post(f"tours/{tour.uid}/cancel/", {"reason": "雨"}).status_code == 403
    assert desk.post(f"tours/{tour.uid}/cancel/").status_code == 400
    assert desk.post(f"tours/{tour.uid}/cancel/", {"reason": "暴雨"}).json()["state"] == "cancelled"
    assert desk.post(f"tours/{tour.uid}/open/").status_code == 409


@pytest.mark.parametrize(
    ("age_s", "mock", "freshness", "placed_by"),
    [
        (59, False, "fresh", "fix"),
        (62, False, "aged", "fix"),
        (299, False, "aged", "fix"),
        (302, False, "stale", "post"),
        (5, True, "fresh", "post"),
    ],
)
def test_what_is_stale_says_so(
    district: Organisation, desk: Api, age_s: float, mock: bool, freshness: str, placed_by: str
) -> None:
    _place(a_tour(district, opened=True, post=(110.47, 19.24)), age_s, mock=mock)
    (feature,) = desk.get("units/").json()["features"]
    shown = feature["properties"]
    assert (shown["freshness"], shown["placed_by"], shown["is_mock"]) == (freshness, placed_by, mock)
    assert abs(shown["age_s"] - age_s) <= 2
    assert feature["geometry"]["coordinates"] == ([110.5, 19.3] if placed_by == "fix" else [110.47, 19.24])


def test_a_unit_without_fix_and_post_is_listed_nowhere_on_the_map(district: Organisation, desk: Api) -> None:
    a_tour(district, opened=True)
    (feature,) = desk.get("units/").json()["features"]
    assert (feature["geometry"], feature["properties"]["freshness"]) == (None, "none")
    assert desk.get("units/?bbox=110,19,111,20").json()["features"] == []
    assert desk.get("units/?bbox=here").status_code == 400


def test_tasks_of_the_day(district: Organisation, desk: Api, officer: Api) -> None:
    tour = a_tour(district, officer.person, opened=True)
    made = desk.post("tasks/", {"tour": str(tour.uid), "title": "巡查隐患路段", "text": "重点看临水段"})
    assert made.status_code == 201, made.json()
    (task,) = officer.get("duty/").json()["tasks"]
    assert (task["title"], task["done_at"]) == ("巡查隐患路段", None)
    for text in ("已看，正常", "第二次"):
        done = officer.post(f"tasks/{task['uid']}/done/", {"text": text})
        assert (done.status_code, done.json()["done_text"]) == (200, "已看，正常")
    assert officer.get("tasks/?open=1").json()["tasks"] == []
    other = task_create(actor=SYSTEM, tour=a_tour(district), title="别人的")
    assert officer.post(f"tasks/{other.uid}/done/").status_code == 404


def _fixes(tour: Tour, count: int) -> None:
    start = tour.opened_at
    assert start is not None
    Fix.objects.bulk_create(
        Fix(
            device_id=7, fixed_at=start + timedelta(seconds=10 * n), received_at=start, tour_id=tour.pk,
            lon=110.4 + n / 1000, lat=19.2, is_mock=n == 1, source="osmand",
        )
        for n in range(count)
    )  # fmt: skip


def test_one_s_own_track_is_free_and_another_s_is_written_down(district: Organisation, desk: Api, officer: Api) -> None:
    tour = a_tour(district, officer.person, opened=True)
    _fixes(tour, 3)
    own = officer.get(f"tours/{tour.uid}/track/").json()
    assert own["geometry"]["coordinates"] == [[110.4, 19.2], [110.401, 19.2], [110.402, 19.2]]
    assert own["properties"]["is_mock"] == [False, True, False]
    assert not AuditRow.objects.filter(action="patrols.track_read").exists()
    assert desk.get(f"tours/{tour.uid}/track/").json()["error"]["field"] == "reason"
    until = (tour.opened_at + timedelta(seconds=10)).isoformat()  # type: ignore[operator]
    read = desk.get(f"tours/{tour.uid}/track/?reason=核查投诉&to={until}")
    assert read.json()["geometry"] == {"type": "Point", "coordinates": [110.4, 19.2]}
    row = AuditRow.objects.get(action="patrols.track_read")
    assert (row.actor_id, row.object_id, row.reason) == (desk.person.user_id, str(tour.uid), "核查投诉")
    assert desk.get(f"tours/{tour.uid}/track/?reason=x&from=yesterday").status_code == 400
    assert Api(district, Role.CHIEF).get(f"tours/{tour.uid}/track/?reason=x").status_code == 403


def test_lists_are_filtered_and_paged(district: Organisation, desk: Api) -> None:
    tours = [a_tour(district, opened=n == 0, starts_at=clock.now() + timedelta(days=n)) for n in range(3)]
    assert len(desk.get("tours/").json()["tours"]) == 3
    assert [row["uid"] for row in desk.get("tours/?state=open").json()["tours"]] == [str(tours[0].uid)]
    page = desk.get("tours/?limit=2").json()
    assert (len(page["tours"]), page["next_offset"]) == (2, 2)
    assert [row["uid"] for row in desk.get(f"tours/?unit={tours[2].unit.uid}").json()["tours"]] == [str(tours[2].uid)]
    assert desk.get("tours/?mine=1").json()["tours"] == []
    for query in ("limit=x", "date=2026-02-31", "unit=x"):
        assert desk.get(f"tours/?{query}").status_code == 400, query
