"""What anybody may ask: whose road is this, where is this kilometre, the directory; and what nobody may learn there."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core import clock
from roads.services import (
    chief_assign,
    closure_create,
    deputy_appoint,
    gazetteer_replace,
    leave_set,
    segment_cut,
    segment_join,
)
from tests.factories.roads import LONG_AGO, a_segment, levels, lonlat, the_axis
from tests.factories.stations import SYSTEM, a_person

PERSONAL = "13912345678"


def _chief(city: Any, segment: Any, level: Any, name: str, duty_phone: str = "0898-2220000") -> Any:
    person = a_person(city, kind="leader", login=False, name=name, personal_phone=PERSONAL, staff_number=f"N{name}")
    return chief_assign(
        actor=SYSTEM, segment=segment, level=level, person=person, starts_at=LONG_AGO, duty_phone=duty_phone
    )


def _where(east_m: float, north_m: float, **more: Any) -> Any:
    lon, lat = lonlat(east_m, north_m)
    return Client().get("/api/v1/roads/where/", {"lon": lon, "lat": lat, "datum": "wgs84", **more})


def test_whose_road_is_this(city: Any, network: Any) -> None:
    scheme, axis = levels(city), the_axis("X201")
    segment = a_segment(city, axis, 0, axis.length_m, name="那环北路全段")
    _chief(city, segment, scheme[1], "总")
    _chief(city, segment, scheme[3], "二")
    answer = _where(2010, 2500)
    assert answer.status_code == 200
    body = answer.json()
    assert body["axis"] == {"code": "X201", "name": "那环北路"}
    assert body["chainage"].startswith("X201 K")
    (found,) = body["segments"]
    assert found["uid"] == str(segment.uid) and not found["is_border"]
    assert [member["name"] for member in found["chain"]] == ["总", "二"]
    assert {member["duty_phone"] for member in found["chain"]} == {"0898-2220000"}
    assert "no_chief" not in body["flags"]


def test_near_a_border_both_are_named(city: Any, network: Any) -> None:
    axis = the_axis("X201")
    cut = axis.length_m / 2
    first, second = a_segment(city, axis, 0, cut), a_segment(city, axis, cut, axis.length_m)
    places = Client().get("/api/v1/roads/chainage/", {"text": f"X201 K{int(cut // 1000)}+{cut % 1000 + 30:.0f}"})
    lon, lat = places.json()["features"][0]["geometry"]["coordinates"]
    body = Client().get("/api/v1/roads/where/", {"lon": lon, "lat": lat, "datum": "wgs84"}).json()
    assert [(each["uid"], each["is_border"]) for each in body["segments"]] == [
        (str(second.uid), False),
        (str(first.uid), True),
    ]


def test_who_was_it_then(city: Any, network: Any) -> None:
    scheme, axis = levels(city), the_axis("清湖路")
    segment = a_segment(city, axis, 0, axis.length_m)
    assignment = _chief(city, segment, scheme[2], "章")
    deputy = a_person(city, kind="leader", login=False, name="副", duty_phone="0898-3330000")
    deputy_appoint(actor=SYSTEM, assignment=assignment, person=deputy, starts_at=LONG_AGO)
    now = clock.now()
    hour = timedelta(hours=1)
    leave_set(actor=SYSTEM, person=assignment.person, starts_at=now - hour, ends_at=now + hour)
    member = _where(3000, 1500).json()["segments"][0]["chain"][0]
    assert (member["name"], member["on_leave"]) == ("章", True)
    assert (member["acting_name"], member["acting_phone"]) == ("副", "0898-3330000")
    before = _where(3000, 1500, at=(now - timedelta(days=2)).isoformat()).json()["segments"][0]["chain"][0]
    assert not before["on_leave"] and before["acting_name"] == ""


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"lon": 110.42, "lat": 19.2}, "datum"),
        ({"lon": 19.2, "lat": 110.42, "datum": "wgs84"}, "lon,lat"),
        ({"lon": "x", "lat": 19.2, "datum": "wgs84"}, "lon"),
        ({"lon": 0, "lat": 0, "datum": "wgs84"}, "lon,lat"),
        ({"lon": 110.42, "lat": 19.2, "datum": "wgs84", "at": "2026-01-01T00:00"}, "at"),
        ({"lon": 110.42, "lat": 19.2, "datum": "moon"}, "datum"),
    ],
)
def test_a_bad_place_is_refused_with_the_cure(network: Any, query: dict[str, Any], field: str) -> None:
    answer = Client().get("/api/v1/roads/where/", query)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["field"] == field and error["cure"]


def test_far_from_roads_is_answered_and_flagged(network: Any) -> None:
    body = _where(100_000, 0).json()
    assert {"far_from_road", "outside_area"} <= set(body["flags"])


def test_chainage_to_points_of_both_carriageways(network: Any) -> None:
    features = Client().get("/api/v1/roads/chainage/", {"text": "g98 k2+500"}).json()["features"]
    assert {each["properties"]["side"] for each in features} == {"down", "up"}
    one = Client().get("/api/v1/roads/chainage/", {"text": "G98 K2+500 上行"}).json()["features"]
    assert [each["properties"]["side"] for each in one] == ["up"]
    for text, status in (("G98", 400), ("G98 K999+000", 404), ("Q1 K1+000", 404), ("", 400)):
        answer = Client().get("/api/v1/roads/chainage/", {"text": text})
        assert answer.status_code == status, text
        assert answer.json()["error"]["field"] == "chainage"


def test_directory_by_name_code_pinyin_and_initials(city: Any, network: Any) -> None:
    axis = the_axis("X201")
    segment = a_segment(city, axis, 0, 800, name="那环北路博鳌段", code="BA-01")
    rows = [("清湖村", "village", *lonlat(3000, 1600)), ("博鳌中学", "school", *lonlat(100, 100))]
    assert gazetteer_replace(actor=SYSTEM, organisation=city, rows=rows, generated=True) == 2
    assert gazetteer_replace(actor=SYSTEM, organisation=city, rows=rows, generated=True) == 2

    def find(text: str) -> list[tuple[str, str]]:
        results = Client().get("/api/v1/roads/search/", {"q": text}).json()["results"]
        return [(each["kind"], each["name"]) for each in results]

    assert find("那环北路")[0] == ("axis", "那环北路")
    assert ("segment", segment.name) in find("那环北路")
    assert find("nhbl")[0] == ("axis", "那环北路")
    assert ("segment", segment.name) in find("nahuanbeilubo")
    assert find("x201")[0] == ("axis", "那环北路")
    assert find("BA-01") == [("segment", segment.name)]
    assert find("博鳌") == [("place", "博鳌中学"), ("segment", segment.name)]
    assert find("bazx") == [("place", "博鳌中学")]
    assert find("100%") == []
    for text in ("", " ", "路" * 100):
        assert Client().get("/api/v1/roads/search/", {"q": text}).status_code == 400


def test_segment_page_and_heirs_of_old_uids(city: Any, network: Any) -> None:
    scheme, axis = levels(city), the_axis("X201")
    segment = a_segment(city, axis, 0, 3000)
    _chief(city, segment, scheme[2], "章")
    closure_create(actor=SYSTEM, organisation=city, kind="works", reason="养护", axis=axis, from_m=100, to_m=200)
    found = Client().get(f"/api/v1/segments/{segment.uid}/").json()["properties"]
    assert (found["state"], found["supervision_phone"], found["station_phone"]) == (
        "in_force",
        "0898-7654321",
        "0898-1234567",
    )
    assert [each["properties"]["reason"] for each in found["closures"]] == ["养护"]
    pieces = segment_cut(actor=SYSTEM, segment_uid=str(segment.uid), at_metres=[1000, 2000], names=["甲", "乙", "丙"])
    joined = segment_join(actor=SYSTEM, segment_uids=[str(pieces[0].uid), str(pieces[1].uid)], code="J-1", name="甲乙")
    old = Client().get(f"/api/v1/segments/{segment.uid}/").json()["properties"]
    assert old["state"] == "ended" and old["chain"] == []
    assert [heir["uid"] for heir in old["heirs"]] == [str(joined.uid), str(pieces[2].uid)]
    heir = Client().get(f"/api/v1/segments/{joined.uid}/").json()["properties"]
    assert [member["name"] for member in heir["chain"]] == ["章"]


def test_lists_are_geojson_with_pages_and_filters(city: Any, network: Any) -> None:
    axis = the_axis("X201")
    for number in range(5):
        a_segment(city, axis, number * 500, number * 500 + 500, name=f"第{number}段")
    body = Client().get("/api/v1/segments/", {"limit": 2, "offset": 2}).json()
    assert (body["type"], body["count"], len(body["features"])) == ("FeatureCollection", 5, 2)
    assert Client().get("/api/v1/segments/", {"q": "第3"}).json()["count"] == 1
    assert Client().get("/api/v1/segments/", {"axis": str(axis.uid)}).json()["count"] == 5
    assert Client().get("/api/v1/segments/", {"bbox": "0,0,1,1"}).json()["count"] == 0
    assert Client().get("/api/v1/segments/", {"bbox": "1,0"}).status_code == 400
    assert Client().get("/api/v1/segments/", {"organisation": "nobody"}).status_code == 404
    axes = Client().get("/api/v1/axes/", {"code": "g98"}).json()["features"]
    whole = Client().get(f"/api/v1/axes/{axes[0]['id']}/").json()
    assert whole["properties"]["posts"] and whole["properties"]["geom_up"]["type"] == "LineString"
    current = Client().get("/api/v1/networks/current/").json()
    assert current["version"] == network.version and "report" not in current


def test_public_answers_hold_no_personal_number_and_no_ids_of_people(city: Any, network: Any) -> None:
    scheme, axis = levels(city), the_axis("清湖路")
    hidden = scheme[4]
    hidden.is_public = False
    hidden.save()
    segment = a_segment(city, axis, 0, axis.length_m)
    assignment = _chief(city, segment, scheme[2], "章")
    unpublished = _chief(city, segment, hidden, "不公布")
    closure_create(actor=SYSTEM, organisation=city, kind="block", reason="塌方", axis=axis, from_m=0, to_m=50)
    answers = [
        _where(3000, 1500),
        Client().get("/api/v1/segments/"),
        Client().get(f"/api/v1/segments/{segment.uid}/"),
        Client().get("/api/v1/roads/search/", {"q": "清湖"}),
        Client().get("/api/v1/closures/"),
        Client().get("/api/v1/networks/"),
    ]
    for answer in answers:
        assert answer.status_code == 200
        text = json.dumps(answer.json(), ensure_ascii=False)
        for secret in (PERSONAL, str(assignment.person.uid), assignment.person.staff_number, "person_id", "不公布"):
            assert secret not in text, (answer.request["PATH_INFO"], secret)
    assert unpublished.person.name == "不公布"
