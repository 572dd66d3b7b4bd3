"""Who sees what of the patrols room: every endpoint, two organisations, every role, and /admin/."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import GEOSGeometry
from django.test import Client
from django.urls import reverse

from core import clock
from incidents.services.catalogue import policy_publish
from incidents.services.gathering import gathering_forget
from patrols.api.urls import urlpatterns
from patrols.models import DutyTask, Requirement, Shift, Unit
from patrols.services import shift_create, task_create, unit_create
from stations.models import Organisation
from stations.selectors import actor_for_user
from stations.services import token_create
from stations.types import DataClass, Role, Verb
from tests.factories.incidents import place_of
from tests.factories.patrols import a_tour, a_unit
from tests.factories.stations import SYSTEM, a_person, a_station, an_organisation

pytestmark = pytest.mark.django_db

LISTS = {
    "units/": DataClass.POSITION,
    "coverage-holes/": DataClass.POSITION,
    "call-signs/": DataClass.UNIT,
    "duty/": DataClass.TOUR,
    "tours/": DataClass.TOUR,
    "tasks/": DataClass.TASK,
    "shifts/": DataClass.REQUIREMENT,
    "requirements/": DataClass.REQUIREMENT,
    "gaps/": DataClass.REQUIREMENT,
}
GRANTABLE = [role for role in Role if role not in (Role.DEVICE, Role.PUBLIC)]


class Api:
    """A person's calls."""

    def __init__(self, person: Any) -> None:
        _row, token = token_create(actor=SYSTEM, user=person.user)
        self.client = Client(headers={"authorization": f"Bearer {token}"})

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1/patrols/{path}")

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self.client.post(f"/api/v1/patrols/{path}", data=body or {}, content_type="application/json")


class Side:
    """An organisation with one open tour, a task, a shift and a requirement, all named after it."""

    def __init__(self, name: str) -> None:
        self.organisation = an_organisation(name)
        self.person = a_person(self.organisation, name=f"{name}民警")
        self.unit = unit_create(
            actor=SYSTEM, organisation=self.organisation, call_sign=f"{name}01", kind="car", agency="traffic"
        )
        self.tour = a_tour(self.organisation, self.person, unit=self.unit, opened=True)
        self.task = task_create(actor=SYSTEM, tour=self.tour, title=f"{name}任务")
        times = {"starts_at": "08:00", "ends_at": "20:00"}
        shift_create(actor=SYSTEM, organisation=self.organisation, name=f"{name}白班", **times)  # type: ignore[arg-type]
        today = clock.now().date()
        Requirement.objects.create(
            organisation=self.organisation,
            name=f"{name}需求",
            count=9,
            weekdays=[1, 2, 3, 4, 5, 6, 7],
            dates=(today - timedelta(days=2), today + timedelta(days=2)),
            **times,
        )


@pytest.fixture
def sides() -> tuple[Side, Side]:
    return Side("甲区"), Side("乙区")


@pytest.mark.parametrize("role", GRANTABLE)
def test_role_by_endpoint(role: Role) -> None:
    person = a_person(an_organisation("甲区"), role)
    api, actor = Api(person), actor_for_user(person.user)
    for address, data_class in LISTS.items():
        may_see = any(actor.may(verb, data_class) for verb in (Verb.VIEW, Verb.VIEW_OWN))
        assert api.get(address).status_code == (200 if may_see else 403), (role, address)
    for address in ("tours/", "tasks/", "shifts/", "requirements/"):
        may_make = actor.may(Verb.CREATE, LISTS[address])
        assert api.post(address).status_code == (400 if may_make else 403), (role, address)


def test_nothing_is_open_to_the_public(sides: tuple[Side, Side]) -> None:
    uid = sides[0].tour.uid
    for pattern in urlpatterns:
        address = f"/api/v1/{pattern.pattern}".replace("<uuid:uid>", str(uid))
        assert Client().get(address).status_code == 401, address
        assert Client().post(address).status_code == 401, address


@pytest.mark.parametrize("role", [Role.COMMANDER, Role.DISPATCHER, Role.OFFICER, Role.AUXILIARY, Role.ANALYST])
def test_the_other_organisation_is_not_there(role: Role, sides: tuple[Side, Side]) -> None:
    ours, theirs = sides
    api = Api(a_person(ours.organisation, role))
    for address in LISTS:
        answer = api.get(address)
        assert "乙区" not in answer.content.decode(), (role, address)
    uid = theirs.tour.uid
    assert api.get(f"tours/{uid}/").status_code == 404
    assert api.get(f"tours/{uid}/track/?reason=x").status_code in (403, 404)
    for step in ("open", "close", "cancel", "break-start", "break-end", "members/join", "members/leave"):
        answer = api.post(f"tours/{uid}/{step}/", {"reason": "x", "person": str(ours.person.uid)})
        assert answer.status_code == 404, (role, step)
    assert api.post(f"tasks/{theirs.task.uid}/done/").status_code in (403, 404)
    assert DutyTask.objects.get(pk=theirs.task.pk).done_at is None


def test_what_belongs_to_others_cannot_be_used(sides: tuple[Side, Side]) -> None:
    ours, theirs = sides
    api = Api(a_person(ours.organisation, Role.COMMANDER))
    now = clock.now()
    plan = {
        "unit": str(ours.unit.uid), "members": [str(ours.person.uid)], "starts_at": now.isoformat(),
        "ends_at": (now + timedelta(hours=1)).isoformat(),
    }  # fmt: skip
    their_shift = Shift.objects.get(organisation=theirs.organisation)
    for changed in (
        {"unit": str(theirs.unit.uid)},
        {"members": [str(theirs.person.uid)]},
        {"shift": their_shift.pk},
    ):
        assert api.post("tours/", plan | changed).status_code == 400, changed
    join = api.post(f"tours/{ours.tour.uid}/members/join/", {"person": str(theirs.person.uid)})
    assert join.status_code == 400
    assert api.post("tasks/", {"tour": str(theirs.tour.uid), "title": "越权"}).status_code == 404
    shift = {"organisation": str(theirs.organisation.uid), "name": "夜班", "starts_at": "20:00", "ends_at": "08:00"}
    assert api.post("shifts/", shift).status_code == 403
    dated = {"from_date": "2026-01-01", "until_date": "2026-02-01", "weekdays": [1]}
    assert api.post("requirements/", shift | dated).status_code == 403
    assert api.post("tours/", plan).status_code == 201


def test_an_auxiliary_sees_its_own_outing_only(sides: tuple[Side, Side]) -> None:
    ours, _theirs = sides
    helper = a_person(ours.organisation, Role.AUXILIARY, kind="auxiliary")
    api = Api(helper)
    assert api.get("units/").json()["features"] == []
    assert api.get("tours/").json()["tours"] == []
    assert api.get("call-signs/").json()["units"] == []
    tour = a_tour(ours.organisation, helper, ours_mate := a_person(ours.organisation), opened=True)
    (feature,) = api.get("units/").json()["features"]
    assert feature["id"] == str(tour.uid)
    assert [row["uid"] for row in api.get("tours/").json()["tours"]] == [str(tour.uid)]
    assert [row["uid"] for row in api.get("call-signs/").json()["units"]] == [str(tour.unit.uid)]
    assert api.get(f"tours/{tour.uid}/track/").status_code == 200
    assert api.get(f"tours/{ours.tour.uid}/").status_code == 404
    assert api.post(f"tours/{tour.uid}/break-start/").status_code == 200
    assert api.get("requirements/").status_code == 403
    assert api.post("tours/").status_code == 403
    # Whom it cannot see it cannot bring on board; whom it goes out with it may sign off.
    newcomer = a_person(ours.organisation)
    assert api.post(f"tours/{tour.uid}/members/join/", {"person": str(newcomer.uid)}).status_code == 400
    assert api.post(f"tours/{tour.uid}/members/leave/", {"person": str(ours_mate.uid)}).status_code == 200


def test_shifts_and_requirements_are_made(sides: tuple[Side, Side]) -> None:
    ours = sides[0].organisation
    api = Api(a_person(ours, Role.DISPATCHER))
    shift = {"organisation": str(ours.uid), "name": "夜班", "starts_at": "20:00", "ends_at": "08:00"}
    assert api.post("shifts/", shift).status_code == 201
    body = shift | {
        "name": "夜间卡点", "from_date": "2026-06-01", "until_date": "2026-07-01", "weekdays": [3], "count": 2,
        "kinds": ["car"], "powers": ["stop_vehicle"], "place": {"lon": 110.47, "lat": 19.24, "datum": "wgs84"},
    }  # fmt: skip
    made = api.post("requirements/", body)
    assert (made.status_code, made.json()["place"]) == (201, [110.47, 19.24])
    (gap,) = [row for row in api.get("gaps/?date=2026-06-10").json()["gaps"] if row["name"] == "夜间卡点"]
    assert (gap["required"], gap["planned"], gap["missing"]) == (2, 0, 2)
    for changed, field in (
        ({"until_date": "2026-06-01"}, "until_date"),
        ({"weekdays": [8]}, "weekdays"),
        ({"count": 0}, "count"),
        ({"segment": str(sides[0].tour.uid)}, "segment"),
    ):
        answer = api.post("requirements/", body | changed)
        assert answer.status_code == 400 and field in answer.content.decode(), changed
    assert api.get("gaps/?date=heute").json()["error"]["field"] == "date"


@pytest.fixture
def admin_client(settings: Any) -> Any:
    """Signs in without the second factor, which the tests of the door cover."""
    settings.LUZHANG_REQUIRE_MFA = False

    def made(organisation: Organisation, *roles: Role) -> Client:
        person = a_person(organisation, *roles)
        client = Client()
        client.force_login(person.user)
        return client

    return made


def test_units_are_set_up_under_admin(sides: tuple[Side, Side], admin_client: Any) -> None:
    ours, theirs = sides
    client = admin_client(ours.organisation, Role.ADMINISTRATOR)
    listed = client.get(reverse("admin:patrols_unit_changelist")).content.decode()
    assert "甲区01" in listed and "乙区01" not in listed
    body = {
        "organisation": ours.organisation.pk, "call_sign": "甲区77", "kind": "foot", "agency": "traffic", "radio": "",
        "post": "", "home_station": "",
    }  # fmt: skip
    assert client.post(reverse("admin:patrols_unit_add"), body).status_code == 302
    unit = Unit.objects.get(call_sign="甲区77")
    changed = {"call_sign": "甲区78", "radio": "6", "post": "", "home_station": "", "is_active": "on"}
    assert client.post(reverse("admin:patrols_unit_change", args=[unit.pk]), changed).status_code == 302
    unit.refresh_from_db()
    assert (unit.call_sign, unit.radio, unit.kind) == ("甲区78", "6", "foot")
    assert client.get(reverse("admin:patrols_unit_change", args=[theirs.unit.pk])).status_code == 302
    assert client.get(reverse("admin:patrols_tour_changelist")).status_code == 403
    foreign = body | {"organisation": theirs.organisation.pk, "call_sign": "越权"}
    assert client.post(reverse("admin:patrols_unit_add"), foreign).status_code == 200
    assert not Unit.objects.filter(call_sign="越权").exists()


def test_requirements_shifts_and_tours_under_admin(sides: tuple[Side, Side], admin_client: Any) -> None:
    ours = sides[0]
    client = admin_client(ours.organisation, Role.ADMINISTRATOR, Role.COMMANDER)
    row = Requirement.objects.get(organisation=ours.organisation)
    page = client.get(reverse("admin:patrols_requirement_change", args=[row.pk]))
    assert page.status_code == 200
    body = {
        "name": "早高峰", "count": 3, "weekdays": "1,2", "starts_at": "07:00", "ends_at": "09:00", "kinds": "",
        "powers": "", "dates_0": "2026-06-01", "dates_1": "2026-07-01", "station": "", "segment": "", "place": "",
    }  # fmt: skip
    assert client.post(reverse("admin:patrols_requirement_change", args=[row.pk]), body).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.count, row.weekdays) == ("早高峰", 3, [1, 2])
    new = body | {"organisation": ours.organisation.pk, "name": "晚高峰"}
    assert client.post(reverse("admin:patrols_requirement_add"), new).status_code == 302
    assert Requirement.objects.filter(name="晚高峰", organisation=ours.organisation).exists()
    shift = Shift.objects.get(organisation=ours.organisation)
    times = {"starts_at": "07:30", "ends_at": "19:30"}
    assert client.post(reverse("admin:patrols_shift_change", args=[shift.pk]), times).status_code == 302
    shift.refresh_from_db()
    assert shift.starts_at.isoformat() == "07:30:00"
    tour = client.get(reverse("admin:patrols_tour_change", args=[ours.tour.pk]))
    assert tour.status_code == 200 and ours.person.name in tour.content.decode()
    assert client.post(reverse("admin:patrols_tour_change", args=[ours.tour.pk]), {"note": "x"}).status_code == 403


def test_coverage_holes_are_told_within_scope(sides: tuple[Side, Side]) -> None:
    ours = sides[0]
    square = {"type": "MultiPolygon", "coordinates": [[[[110, 19], [110.1, 19], [110.1, 19.1], [110, 19]]]]}
    for side in sides:
        station = a_station(side.organisation, 110.05, 19.02)
        station.service_area = GEOSGeometry(json.dumps(square), srid=4326)
        station.save(update_fields=["service_area"])
    answer = Api(a_person(ours.organisation, Role.COMMANDER)).get("coverage-holes/").json()
    assert answer["count"] == len(answer["holes"]) == 1
    assert answer["holes"][0]["kind"] == "station"


def test_freshness_limits_are_those_of_the_policy(sides: tuple[Side, Side]) -> None:
    ours = sides[0]
    api = Api(a_person(ours.organisation, Role.COMMANDER))
    place_of(ours.tour, 0.0, 0.0, age_s=90)
    gathering_forget()

    def shown() -> tuple[dict[str, float], str]:
        body = api.get("units/").json()
        return body["limits"], body["features"][0]["properties"]["freshness"]

    assert shown() == ({"fresh_s": 60.0, "aged_s": 300.0}, "aged")
    for limits, worth in (({"fresh_s": 120}, "fresh"), ({"fresh_s": 30, "aged_s": 80}, "stale")):
        policy_publish(actor=SYSTEM, content=limits)
        gathering_forget()
        assert shown()[1] == worth
    gathering_forget()


def test_the_schema_names_every_action(client: Client) -> None:
    text = client.get("/api/schema/").content.decode()
    for pattern in urlpatterns:
        assert f"/api/v1/{pattern.pattern}".replace("<uuid:uid>", "{uid}") in text, pattern
    a_unit(an_organisation())
