"""Look-out notices: to whom they go, who has read them, what they refuse."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from core import clock
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.models import AuditRow, Event
from incidents import services
from incidents.models import Broadcast, HandoverSheet
from incidents.selectors import broadcast_details, broadcasts_for_crew
from incidents.services import BroadcastArea
from incidents.services.broadcasting import TEXT_CHARACTERS, broadcasts_carry
from incidents.services.desk_terms import broadcasts_past_term, handovers_past_term
from stations.types import Role
from tests.factories.incidents import World, place_of
from tests.factories.roads import lonlat
from tests.factories.stations import a_person, an_actor

TEXT = "银色面包车，尾号 001，往北"


def _make(world: World, **values: Any) -> Broadcast:
    fields: dict[str, Any] = {
        "actor": world.desk,
        "text": TEXT,
        "valid_until": clock.now() + timedelta(hours=2),
        "area": BroadcastArea(),
    }
    return services.broadcast_make(**{**fields, **values})


def _circle(east_m: float, north_m: float, radius_m: float) -> BroadcastArea:
    lon, lat = lonlat(east_m, north_m)
    return BroadcastArea(lon=lon, lat=lat, radius_m=radius_m, datum="wgs84")


def _texts(crew: Any) -> list[str]:
    return [row["text"] for row in broadcasts_for_crew(crew.actor)]


def test_a_circle_reaches_who_is_in_it_and_who_drives_in(world: World) -> None:
    near, far = world.crew(2000.0, 500.0), world.crew(2000.0, 4000.0)
    made = _make(world, area=_circle(2000.0, 600.0, 500.0))
    assert _texts(near) == [TEXT] and _texts(far) == []
    assert broadcasts_carry() == 0
    place_of(far.tour, 2000.0, 700.0)
    assert broadcasts_carry() == 1 and broadcasts_carry() == 0
    assert _texts(far) == [TEXT]
    told = Event.objects.filter(topic="incidents.broadcast_sent").order_by("id")
    assert [row.subject["tour_id"] for row in told] == [near.tour.pk, far.tour.pk]
    assert made.receipts.count() == 2


def test_a_polygon_and_a_stale_unit_at_its_post(world: World) -> None:
    inside, stale = world.crew(2000.0, 500.0), world.crew(2000.0, 500.0, age_s=3600.0)
    corners = [lonlat(east, north) for east, north in ((1800, 300), (2200, 300), (2200, 700), (1800, 700))]
    made = _make(world, area=BroadcastArea(polygon=corners, datum="wgs84"))
    reached = set(made.receipts.values_list("tour_id", flat=True))
    assert inside.tour.pk in reached
    # An hour old fix says nothing: a tour without a post is taken for where it was last, one with a post for its post.
    assert (stale.tour.pk in reached) == (stale.tour.post is None and stale.tour.post_station_id is None)


def test_a_district_alone(world: World) -> None:
    north, south = world.crew(), world.crew(organisation=world.south)
    _make(world, organisation_uid=str(world.south.uid))
    assert _texts(south) == [TEXT] and _texts(north) == []


def test_receipts_are_counted_once_and_shown(world: World, crew: Any) -> None:
    other = world.crew(2500.0, 500.0)
    made = _make(world)
    for _again in range(2):
        services.broadcast_seen(actor=crew.actor, broadcast_uid=str(made.uid))
    (shown,) = broadcast_details(world.desk, most=10)
    assert (shown["sent"], shown["seen"], shown["unseen_by"]) == (2, 1, [other.call_sign])
    assert [row["seen"] for row in broadcasts_for_crew(crew.actor)] == [True]
    last = Event.objects.filter(topic="incidents.broadcast_changed").latest("id")
    assert (last.payload["sent"], last.payload["seen"]) == (2, 1)
    with pytest.raises(NotFound):
        services.broadcast_seen(actor=an_actor(world.north, Role.OFFICER), broadcast_uid=str(made.uid))
    with pytest.raises(Forbidden):
        services.broadcast_seen(actor=world.desk, broadcast_uid=str(made.uid))


def test_withdrawn_and_over_are_gone_from_the_phone(world: World, crew: Any) -> None:
    made, short = _make(world), _make(world, text="短", valid_until=clock.now() + timedelta(minutes=5))
    assert _texts(crew) == ["短", TEXT]
    with pytest.raises(InvalidInput):
        services.broadcast_withdraw(actor=world.desk, broadcast_uid=str(made.uid), reason=" ")
    services.broadcast_withdraw(actor=world.desk, broadcast_uid=str(made.uid), reason="已找到")
    assert _texts(crew) == ["短"]
    ended = Event.objects.get(topic="incidents.broadcast_ended")
    assert ended.subject["tour_id"] == crew.tour.pk
    Broadcast.objects.filter(pk=short.pk).update(
        made_at=clock.now() - timedelta(hours=1), valid_until=clock.now() - timedelta(seconds=1)
    )
    assert _texts(crew) == []
    with pytest.raises(Conflict) as refused:
        services.broadcast_withdraw(actor=world.desk, broadcast_uid=str(short.uid), reason="已找到")
    assert refused.value.code == "broadcast_over"
    actions = AuditRow.objects.filter(object_id=str(made.uid)).order_by("id").values_list("action", flat=True)
    assert list(actions) == ["incidents.broadcast_make", "incidents.broadcast_withdraw"]


def test_nobody_there_is_said_and_nothing_kept(world: World, crew: Any) -> None:
    with pytest.raises(Conflict) as refused:
        _make(world, area=_circle(9000.0, 9000.0, 200.0))
    assert refused.value.code == "nobody_there" and refused.value.cure
    assert not Broadcast.objects.exists() and not Event.objects.filter(topic__startswith="incidents.broadcast").exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"text": "  "}, "text"),
        ({"text": "长" * (TEXT_CHARACTERS + 1)}, "text"),
        ({"hours": 0}, "valid_until"),
        ({"hours": 73}, "valid_until"),
        ({"area": {"lon": 110.4, "lat": 19.2, "radius_m": 500.0}}, "datum"),
        ({"area": {"lon": 110.4, "lat": 19.2, "radius_m": 5.0, "datum": "wgs84"}}, "radius_m"),
        ({"area": {"lon": 110.4, "lat": 19.2, "datum": "wgs84"}}, "radius_m"),
        ({"area": {"lon": 110.4, "radius_m": 500.0, "datum": "wgs84"}}, "lat"),
        ({"area": {"polygon": [[110.4, 19.2], [110.5, 19.3]], "datum": "wgs84"}}, "polygon"),
        (
            {"area": {"polygon": [[110.4, 19.2], [110.5, 19.3], [110.4, 19.3], [110.5, 19.2]], "datum": "wgs84"}},
            "polygon",
        ),
        ({"area": {"polygon": [[110.4, 19.2], [110.4, 19.2], [110.4, 19.2]], "datum": "wgs84"}}, "polygon"),
    ],
)
def test_what_is_refused(world: World, crew: Any, values: dict[str, Any], field: str) -> None:
    given = dict(values)
    if "hours" in given:
        given["valid_until"] = clock.now() + timedelta(hours=given.pop("hours"))
    if "area" in given:
        given["area"] = BroadcastArea(**given["area"])
    with pytest.raises(InvalidInput) as refused:
        _make(world, **given)
    assert refused.value.field == field and refused.value.cure


def test_who_may(world: World, crew: Any) -> None:
    with pytest.raises(Forbidden):
        _make(world, actor=crew.actor)
    south = an_actor(world.south, Role.DISPATCHER)
    with pytest.raises((Forbidden, NotFound)):
        _make(world, actor=south, organisation_uid=str(world.north.uid))
    made = _make(world)
    assert broadcast_details(south, most=10) == []
    assert broadcasts_for_crew(an_actor(world.north, Role.OFFICER)) == []
    with pytest.raises(Forbidden):
        services.broadcast_withdraw(actor=south, broadcast_uid=str(made.uid), reason="不是我的")


def test_the_text_is_kept_encrypted_and_no_event_carries_it(world: World, crew: Any) -> None:
    made = _make(world)
    with connection.cursor() as cursor:
        cursor.execute("SELECT b::text FROM incidents_broadcast b WHERE id = %s", [made.pk])
        assert TEXT not in cursor.fetchone()[0]
    for event in Event.objects.filter(topic__startswith="incidents.broadcast"):
        assert "面包车" not in str(event.payload) + str(event.subject)


def test_over_http(world: World, crew: Any) -> None:
    from rest_framework.test import APIClient

    desk, phone = APIClient(), APIClient()
    desk.force_authenticate(a_person(world.city, Role.DISPATCHER).user)
    phone.force_authenticate(crew.person.user)
    body = {"text": TEXT, "valid_until": (clock.now() + timedelta(hours=1)).isoformat()}
    made = desk.post("/api/v1/broadcasts/", body, format="json", headers={"Idempotency-Key": "k-1"})
    again = desk.post("/api/v1/broadcasts/", body, format="json", headers={"Idempotency-Key": "k-1"})
    assert (made.status_code, again.status_code) == (201, 200) and again.json()["uid"] == made.json()["uid"]
    assert made.json()["sent"] == 1 and made.json()["in_force"] is True
    (mine,) = phone.get("/api/v1/broadcasts/?mine=1").json()["broadcasts"]
    assert set(mine) == {"uid", "text", "made_at", "valid_until", "seen"} and mine["seen"] is False
    assert phone.post(f"/api/v1/broadcasts/{mine['uid']}/seen/").json() == {"uid": mine["uid"], "seen": True}
    assert phone.get("/api/v1/broadcasts/").json() == {"broadcasts": []}, "who has not read it is the desk's business"
    assert desk.get("/api/v1/broadcasts/").json()["broadcasts"][0]["seen"] == 1


def test_old_notices_and_sheets_go(world: World, crew: Any) -> None:
    made, sheet = _make(world), services.handover_make(actor=world.desk)
    soon = clock.now() + timedelta(minutes=1)
    assert not list(broadcasts_past_term(soon)), "still in force"
    for found in (broadcasts_past_term(soon + timedelta(hours=3)), handovers_past_term(soon)):
        (removal,) = found
        assert removal.object_id in {str(made.uid), str(sheet.uid)} and removal.remove() == 1
    assert not Broadcast.objects.exists() and not HandoverSheet.objects.exists()
