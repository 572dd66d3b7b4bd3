"""`/live/events`: who gets in, what reaches whom, coming back, and when a stream ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction

from core import clock, events
from core.services import clock_set
from maps.live import asgi, hub
from patrols.services import tour_close, tour_member_join
from stations.selectors import actor_for_user
from stations.services import role_grant, role_revoke, token_create, token_revoke
from stations.types import Actor, DataClass, Role
from tests.api.maps.streams import Live, Stream, numbered
from tests.factories.incidents import World, a_world, later, refresh, urgent
from tests.factories.stations import SYSTEM, a_person, an_actor, an_organisation

pytestmark = pytest.mark.django_db(transaction=True)
Cookie = Callable[[Any], str]


@pytest.fixture
def world(transactional_db: None, quiet_caches: None) -> World:
    """Committed: the feed reads over connections of its own."""
    return a_world()


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """The feed of one process, its rounds quick."""
    for name in ("BEAT_S", "POLL_S", "RECHECK_S"):
        monkeypatch.setattr(hub, name, 0.05)
    made = Live()
    monkeypatch.setattr(asgi, "hub", lambda: made.hub)
    monkeypatch.setattr(asgi, "_signing_in", made.sign_in)
    yield made
    made.end()


@pytest.fixture
def cookie(signed_in: Callable[[Any], Any]) -> Cookie:
    """A browser's cookie of an actor's account."""

    def header(actor: Actor) -> str:
        client = signed_in(actor)
        return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"

    return header


def test_strangers_are_asked_to_sign_in(world: World, live: Live) -> None:
    for credentials in ({}, {"cookie": "luzhang_session=nonsense"}, {"token": "nonsense"}):
        refused = live.open(**credentials)
        assert (refused.status, refused.ended) == (401, True)
        assert json.loads(refused.body)["error"]["code"] == "not_signed_in"
    refused = live.open(bbox="1,2,x")
    error = json.loads(refused.body)["error"]
    assert (refused.status, error["field"], error["value"]) == (400, "bbox", "1,2,x") and error["cure"]


def test_each_role_gets_in_or_not(world: World, live: Live, cookie: Cookie) -> None:
    seeing = {
        Role.DISPATCHER, Role.COMMANDER, Role.REVIEWER, Role.OFFICER, Role.AUXILIARY, Role.WARDEN, Role.CHIEF,
        Role.PERSUADER, Role.STATION_STAFF, Role.ANALYST,
    }  # fmt: skip
    nobody = {Role.DEVICE, Role.PUBLIC}
    streams = {role: live.open(cookie=cookie(an_actor(world.city, role))) for role in Role if role not in nobody}
    assert {role for role, stream in streams.items() if stream.status == 200} == seeing
    refused = [stream for stream in streams.values() if stream.status != 200]
    assert {(stream.status, json.loads(stream.body)["error"]["code"]) for stream in refused} == {
        (403, "nothing_to_see")
    }


def test_nobody_hears_of_another_organisation(world: World, live: Live, cookie: Cookie) -> None:
    world.crew(organisation=world.north)
    elsewhere = an_organisation("外市", kind="city")
    desks = {place.name: an_actor(place, Role.COMMANDER) for place in (world.city, world.north, world.south, elsewhere)}
    streams = {name: live.open(cookie=cookie(actor), positions=1) for name, actor in desks.items()}
    phone = live.open(cookie=cookie(an_actor(world.north, Role.AUXILIARY)), own=1)
    incident, _assignment = world.sent()
    assert incident.organisation_path == world.north.path
    last = numbered()
    told = {name: stream.seen(last) for name, stream in streams.items()}
    assert {change.topic for change in told["示例市"]} >= {
        "incidents.incident_received",
        "incidents.assignment_offered",
    }
    assert [change.id for change in told["城北区"]] == [change.id for change in told["示例市"]]
    assert told["城南区"] == told["外市"] == phone.seen(last) == []
    assert not any(one.name == "positions" for name in ("城南区", "外市") for one in streams[name].told)


def test_a_joint_tour_is_told_to_both_organisations(world: World, live: Live, cookie: Cookie) -> None:
    crew = world.crew(organisation=world.north)
    guest = a_person(world.south, login=False)
    desks = [
        an_actor(place, Role.DISPATCHER) for place in (world.north, world.south, an_organisation("外市", kind="city"))
    ]
    streams = [live.open(cookie=cookie(desk)) for desk in desks]
    tour_member_join(actor=SYSTEM, tour_id=crew.tour.pk, person_id=guest.pk)
    tour_close(actor=SYSTEM, tour_id=crew.tour.pk)
    last = numbered()
    north, south, elsewhere = ([change.topic for change in stream.seen(last)] for stream in streams)
    assert north == south == ["patrols.tour_member_joined", "patrols.tour_closed"]
    assert elsewhere == []


def test_a_crew_hears_of_its_own_tour_only(world: World, live: Live, cookie: Cookie) -> None:
    near, far = world.crew(), world.crew(east_m=-2500.0)
    streams = [live.open(cookie=cookie(crew.actor), own=1) for crew in (near, far)]
    _incident, assignment = world.sent()
    assert assignment.tour_id == near.tour.pk
    last = numbered()
    mine, others = (stream.seen(last) for stream in streams)
    assert {change.topic for change in mine} >= {"incidents.assignment_offered"}
    assert all(change.data["subject"].get("tour_id") == near.tour.pk for change in mine)
    assert others == []


def test_coming_back_brings_what_was_missed_once(world: World, live: Live, cookie: Cookie) -> None:
    header = cookie(world.desk)
    first = live.open(cookie=header)
    assert first.first("reset").id is not None
    world.report(title="断开之前")
    kept = numbered()
    before = first.seen(kept)
    first.close()
    world.report(title="断开期间一")
    world.report(title="断开期间二")
    last = numbered()
    again = live.open(cookie=header, last_event_id=kept)
    titles = [told.data["payload"]["incident"]["title"] for told in again.seen(last) if told.topic.endswith("received")]
    assert titles == ["断开期间一", "断开期间二"]
    assert not any(told.name == "reset" for told in again.told)
    assert {told.id for told in before}.isdisjoint({told.id for told in again.told if told.name == "change"})
    by_query = live.open(cookie=header, last_event_id_ignored=1, last_event_id=kept)
    assert len(by_query.seen(last)) == len(again.seen(last))


def test_a_quiet_stream_comes_back_from_its_last_beat(world: World, live: Live, cookie: Cookie) -> None:
    phone = live.open(cookie=cookie(world.crew().actor), own=1)
    for _ in range(3):
        world.report(automatic=False)
    last = numbered()
    assert phone.seen(last) == []
    assert phone.until(lambda stream: [told for told in stream.told if told.name == "beat" and told.id == last])


def test_too_old_or_unknown_begins_anew(world: World, live: Live, cookie: Cookie) -> None:
    world.report()
    last = numbered()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_feedhead SET oldest_seq = %s WHERE id = 1", [last])
    for number in (0, last + 1000):
        stream = live.open(cookie=cookie(world.desk), last_event_id=number)
        assert stream.first("reset").id == last
        assert [told for told in stream.told if told.name == "change"] == []


def test_a_change_of_roles_cuts_and_the_next_stream_shows_less(world: World, live: Live, cookie: Cookie) -> None:
    person = a_person(world.city, kind="officer")
    grant = role_grant(actor=SYSTEM, person=person, role=Role.DISPATCHER, organisation=world.city)
    staying = role_grant(actor=SYSTEM, person=person, role=Role.OFFICER, organisation=world.south)
    actor = actor_of(person)
    header = cookie(actor)
    stream = live.open(cookie=header)
    kept = stream.first("reset").id
    role_revoke(actor=SYSTEM, grant_id=grant.pk, reason="调岗")
    numbered()
    assert stream.first("cut").data == {"reason": "roles_changed"}
    stream.until(lambda each: each.ended)
    world.report()
    again = live.open(cookie=header, last_event_id=kept)
    assert staying.pk and again.seen(numbered()) == []


def test_a_grant_that_ends_by_its_date_cuts(world: World, live: Live, cookie: Cookie) -> None:
    person = a_person(world.city, kind="officer")
    role_grant(
        actor=SYSTEM,
        person=person,
        role=Role.DISPATCHER,
        organisation=world.city,
        valid_until=clock.now() + timedelta(hours=8),
    )
    stream = live.open(cookie=cookie(actor_of(person)))
    assert stream.status == 200
    clock_set(actor_id=None, offset=timedelta(hours=8, seconds=1))
    assert stream.first("cut").data == {"reason": "roles_changed"}


def test_a_revoked_and_an_expired_token_end_their_streams(
    world: World, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "RECHECK_S", 3600.0)
    user = get_user_model().objects.get(pk=world.desk.user_id)
    row, token = token_create(actor=world.desk, user=user)
    _row, short = token_create(actor=world.desk, user=user, days=1)
    revoked, expiring = live.open(token=token), live.open(token=short)
    token_revoke(actor=world.desk, token_id=row.pk)
    numbered()
    assert revoked.first("cut").data == {"reason": "signed_out"}
    assert live.open(token=token).status == 401
    clock_set(actor_id=None, offset=timedelta(days=1, seconds=1))
    live.wait(live.hub.recheck())
    assert expiring.first("cut").data == {"reason": "signed_out"}


def test_a_session_that_is_no_more_ends_its_streams(world: World, live: Live, signed_in: Callable[[Any], Any]) -> None:
    name = settings.SESSION_COOKIE_NAME

    def opened(actor: Actor) -> tuple[Any, Any, Stream]:
        client = signed_in(actor)
        user = get_user_model().objects.get(pk=actor.user_id)
        return client, user, live.open(cookie=f"{name}={client.cookies[name].value}")

    staying = opened(world.commander)[2]
    client, _user, signed_out = opened(world.desk)
    client.logout()
    _client, user, new_password = opened(an_actor(world.city, Role.OFFICER))
    user.set_password("Another-passphrase-9")
    user.save()
    _client, user, locked = opened(an_actor(world.city, Role.OFFICER))
    get_user_model().objects.filter(pk=user.pk).update(is_active=False)
    for stream in (signed_out, new_password, locked):
        assert stream.first("cut").data == {"reason": "signed_out"}
    beats = len(staying.told)
    staying.until(lambda each: len(each.told) > beats + 5)
    assert not staying.ended


def test_a_lost_database_session_ends_no_stream(world: World, live: Live, cookie: Cookie) -> None:
    stream = live.open(cookie=cookie(world.desk))
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()"""
        )
        assert cursor.fetchone()[0] >= 2, "the hub reads over one session and listens over another"
    world.report(title="重连之后")
    assert "incidents.incident_received" in {change.topic for change in stream.seen(numbered())}


def test_a_reader_that_lags_starts_anew(
    world: World, live: Live, cookie: Cookie, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maps.live.reader.MAX_QUEUED", 3)
    stream = live.open(cookie=cookie(world.desk))
    with transaction.atomic():
        for number in range(50):
            events.publish(
                "incidents.incident_changed",
                organisation_path=world.city.path,
                audience=DataClass.INCIDENT.value,
                subject={},
                payload={"number": number},
            )
    numbered()
    assert stream.first("cut").data == {"reason": "lagging"}


def test_a_pressed_chief_is_told_and_the_others_are_not(world: World, live: Live, cookie: Cookie) -> None:
    chiefs = {rank: world.roads.chiefs[world.roads.second.pk, rank] for rank in (3, 4)}
    streams = {rank: live.open(cookie=cookie(actor_of(person)), own=1) for rank, person in chiefs.items()}
    other = live.open(cookie=cookie(actor_of(world.roads.chiefs[world.roads.first.pk, 4])), own=1)
    incident = world.report(automatic=False)
    later((refresh(incident).arrive_by - clock.now()).total_seconds() + 1)
    last = numbered()
    told = {rank: [change.topic for change in stream.seen(last)] for rank, stream in streams.items()}
    assert "incidents.supervision_changed" in told[4] and "incidents.supervision_changed" not in told[3]
    assert "incidents.incident_received" in told[3], "each level of the chain hears of its own stretch"
    assert other.seen(last) == []


def test_the_neighbour_hears_of_a_case_at_the_border(world: World, live: Live, cookie: Cookie) -> None:
    neighbour = live.open(cookie=cookie(actor_of(world.roads.chiefs[world.roads.first.pk, 4])), own=1)
    incident = world.report(north_m=20.0, automatic=False)
    assert incident.segment_id == world.roads.second.pk and any("border" in chief for chief in incident.chain)
    urgent()
    topics = [change.topic for change in neighbour.seen(numbered())]
    assert topics[:1] == ["incidents.incident_received"]
    assert not any(topic.startswith("incidents.assignment") for topic in topics)


def actor_of(person: Any) -> Actor:
    """The actor of a person as it is now."""
    return actor_for_user(person.user)
