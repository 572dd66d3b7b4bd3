"""Writing through the API: who may, what is refused and how, and nothing of another organisation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core import clock
from roads.models import ChiefAssignment, Closure, Segment
from roads.services import review_add
from stations.types import Role
from tests.factories.roads import LONG_AGO, a_segment, levels, the_axis
from tests.factories.stations import SYSTEM, a_person, an_organisation


def _post(client: Client, address: str, **body: Any) -> Any:
    return client.post(address, body, content_type="application/json")


def test_from_segment_to_chief_deputy_and_leave(city: Any, network: Any, client_of: Any) -> None:
    levels(city)
    axis = the_axis("X201")
    keeper = client_of(a_person(city, Role.ADMINISTRATOR))
    made = _post(
        keeper, "/api/v1/segments/", organisation=str(city.uid), code="S-1", name="一段", axis=str(axis.uid),
        from_m=0, to_m=1000,
    )  # fmt: skip
    assert made.status_code == 201, made.json()
    segment = made.json()["id"]
    chief, deputy = a_person(city, login=False, name="章"), a_person(city, login=False, name="副")
    body = {"segment": segment, "level": 3, "person": str(chief.uid), "starts_at": LONG_AGO.isoformat()}
    answer = _post(keeper, "/api/v1/chiefs/", **body, duty_phone="0898-1")
    assert answer.status_code == 201
    uid = answer.json()["uid"]
    again = _post(keeper, "/api/v1/chiefs/", **{**body, "person": str(deputy.uid)})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "chief_overlap")
    assert "章" in again.json()["error"]["message"]
    assert _post(keeper, f"/api/v1/chiefs/{uid}/deputies/", person=str(deputy.uid)).status_code == 201
    now, hour = clock.now(), timedelta(hours=1)
    leave = {"person": str(chief.uid), "starts_at": now.isoformat(), "ends_at": (now + hour).isoformat()}
    assert _post(keeper, "/api/v1/chiefs/leave/", **leave).status_code == 201
    shown = Client().get(f"/api/v1/segments/{segment}/").json()["properties"]["chain"][0]
    assert (shown["name"], shown["acting_name"]) == ("章", "副")
    assert _post(keeper, f"/api/v1/chiefs/{uid}/end/").status_code == 200
    assert keeper.get("/api/v1/segments/without-chief/").json()["count"] == 1


def test_a_chief_sets_their_own_leave_and_nobody_elses(city: Any, network: Any, client_of: Any) -> None:
    chief, other = a_person(city, Role.CHIEF), a_person(city, Role.CHIEF)
    now, hour = clock.now(), timedelta(hours=1)
    body = {"starts_at": now.isoformat(), "ends_at": (now + hour).isoformat()}
    client = client_of(chief)
    assert _post(client, "/api/v1/chiefs/leave/", person=str(chief.uid), **body).status_code == 201
    assert _post(client, "/api/v1/chiefs/leave/", person=str(other.uid), **body).status_code == 403
    again = _post(client, "/api/v1/chiefs/leave/", person=str(chief.uid), **body)
    assert again.status_code == 409


def test_closures_by_chainage(city: Any, network: Any, client_of: Any) -> None:
    dispatcher = client_of(a_person(city, Role.DISPATCHER))
    made = _post(
        dispatcher, "/api/v1/closures/", organisation=str(city.uid), kind="block", reason="塌方",
        from_chainage="X201 K0+500", to_chainage="X201 K0+900",
    )  # fmt: skip
    assert made.status_code == 201, made.json()
    shown = Client().get("/api/v1/closures/").json()["features"]
    assert [(round(f["properties"]["from_m"]), round(f["properties"]["to_m"])) for f in shown] == [(500, 900)]
    assert _post(dispatcher, f"/api/v1/closures/{made.json()['id']}/end/").status_code == 200
    assert Client().get("/api/v1/closures/").json()["count"] == 0
    bad = [
        ({"kind": "party", "from_m": 0, "to_m": 5}, "kind"),
        ({"kind": "block", "from_m": 5, "to_m": 5}, "from_m"),
        ({"kind": "block", "from_m": 0, "to_m": 1e6}, "from_m"),
        ({"kind": "block", "from_chainage": "X201 K0+1", "to_chainage": "G98 K1+000"}, "to_chainage"),
    ]
    for extra, field in bad:
        values = {"axis": str(the_axis("X201").uid), "organisation": str(city.uid), "reason": "x", **extra}
        answer = _post(dispatcher, "/api/v1/closures/", **values)
        assert (answer.status_code, answer.json()["error"]["field"]) == (400, field), extra
    assert Closure.objects.count() == 1


@pytest.mark.parametrize("action", ["cut", "retire"])
def test_unknown_segments_are_404_with_their_field(city: Any, network: Any, client_of: Any, action: str) -> None:
    keeper = client_of(a_person(city, Role.ADMINISTRATOR))
    unknown = "00000000-0000-4000-8000-000000000000"
    answer = _post(keeper, f"/api/v1/segments/{unknown}/{action}/", at_metres=[5], names=["a", "b"])
    assert (answer.status_code, answer.json()["error"]["field"]) == (404, "segment")
    assert Client().get(f"/api/v1/segments/{unknown}/").status_code == 404


def test_two_organisations_see_and_touch_their_own(city: Any, network: Any, client_of: Any) -> None:
    levels(city)
    north, south = an_organisation("北区", city), an_organisation("南区", city)
    segment = a_segment(north, the_axis("X201"), 0, 1000)
    item = review_add(actor=SYSTEM, organisation=north, kind="no_chief", text="北区的事")
    mine, theirs = client_of(a_person(north, Role.ADMINISTRATOR)), client_of(a_person(south, Role.ADMINISTRATOR))
    chief = a_person(north, login=False)
    body = {"segment": str(segment.uid), "level": 3, "person": str(chief.uid)}
    refused = _post(theirs, "/api/v1/chiefs/", **body)
    assert (refused.status_code, refused.json()["error"]["field"]) == (400, "person"), "may not even know the person"
    uid = _post(mine, "/api/v1/chiefs/", **body).json()["uid"]
    for address, own in (("chiefs/", 1), ("review-items/", 1), ("segments/without-chief/", 0)):
        assert mine.get(f"/api/v1/{address}").json()["count"] == own, address
        assert theirs.get(f"/api/v1/{address}").json()["count"] == 0, address
    assert _post(theirs, f"/api/v1/chiefs/{uid}/end/").status_code == 404
    assert theirs.get(f"/api/v1/chiefs/{uid}/deputies/").status_code == 404
    assert _post(theirs, f"/api/v1/review-items/{item.pk}/settle/").status_code == 403
    cut = _post(theirs, f"/api/v1/segments/{segment.uid}/cut/", at_metres=[5], names=["a", "b"])
    assert cut.status_code == 403
    assert Segment.objects.count() == 1 and ChiefAssignment.objects.get().valid.upper is None


def test_what_needs_sign_in(network: Any) -> None:
    for address in ("chiefs/", "chiefs/levels/", "review-items/", "segments/without-chief/"):
        assert Client().get(f"/api/v1/{address}").status_code == 401, address
    for address in ("segments/", "segments/join/", "closures/", "chiefs/", "chiefs/leave/"):
        assert _post(Client(), f"/api/v1/{address}").status_code == 401, address


@pytest.mark.parametrize("page", ["roadaxis", "segment", "closure", "chiefassignment", "reviewitem", "networkbuild"])
def test_admin_pages_open(city: Any, network: Any, page: str, settings: Any) -> None:
    settings.LUZHANG_REQUIRE_MFA = False
    keeper = a_person(city, Role.ADMINISTRATOR)
    a_segment(city, the_axis("X201"), 0, 1000)
    client = Client()
    client.force_login(keeper.user)
    assert client.get(f"/admin/roads/{page}/").status_code == 200
    if page in ("segment", "chiefassignment"):
        assert client.get(f"/admin/roads/{page}/add/").status_code == 200
    if page in ("roadaxis", "networkbuild"):
        row = the_axis("X201").pk if page == "roadaxis" else network.pk
        shown = client.get(f"/admin/roads/{page}/{row}/change/")
        assert shown.status_code == 200 and b"leaflet" in shown.content.lower()
