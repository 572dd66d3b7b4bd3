"""Every address of this room × every role, against a table written by hand: what is not in it is denied.

And two organisations: what the one has does not exist for the other.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import AuditRow
from incidents.api.urls import urlpatterns
from incidents.models import Assignment, Incident
from maps.tiles import tile_bounds
from stations.types import Role
from tests.factories.incidents import World, urgent
from tests.factories.roads import lonlat
from tests.factories.stations import a_person

pytestmark = pytest.mark.django_db

COMMAND = {Role.COMMANDER, Role.DISPATCHER}
REVIEW = {Role.COMMANDER, Role.REVIEWER}
SEES_ALL = COMMAND | {Role.OFFICER, Role.WARDEN, Role.REVIEWER, Role.ANALYST}
# These see only what is theirs: the door opens, the room is empty.
SEES_OWN = {Role.AUXILIARY, Role.CHIEF, Role.PERSUADER, Role.STATION_STAFF}
CREWS = {Role.OFFICER, Role.WARDEN}
PERSUADES = SEES_OWN - {Role.CHIEF}
REPORTS = COMMAND | SEES_OWN | {Role.OFFICER, Role.WARDEN, Role.DEVICE}
SIGNS = COMMAND | SEES_OWN | {Role.OFFICER, Role.WARDEN, Role.REVIEWER, Role.ANALYST}

# name of the address → method → who gets past the door
DOOR: dict[str, dict[str, set[Role]]] = {
    "incident-list": {"GET": SEES_ALL | SEES_OWN, "POST": REPORTS},
    "incident-duplicates": {"GET": SEES_ALL | SEES_OWN},
    "incident-detail": {"GET": SEES_ALL | SEES_OWN},
    "incident-attachments": {"GET": COMMAND | SEES_OWN | CREWS | {Role.REVIEWER}, "POST": COMMAND | SEES_OWN | CREWS},
    "incident-attachment": {"GET": COMMAND | SEES_OWN | CREWS | {Role.REVIEWER}},
    "incident-proposal": {"GET": COMMAND | {Role.ANALYST}},
    "incident-interception": {"GET": COMMAND},
    "incident-reporter": {"POST": COMMAND | {Role.PAYEE_DESK}},
    "incident-dispatch": {"POST": COMMAND},
    "incident-own": {"POST": SEES_OWN},
    "incident-false": {"POST": COMMAND},
    "incident-wait": {"POST": COMMAND},
    "incident-resume": {"POST": COMMAND},
    "incident-transfer": {"POST": COMMAND},
    "incident-take-back": {"POST": COMMAND},
    "incident-merge": {"POST": COMMAND},
    "incident-unmerge": {"POST": COMMAND},
    "incident-grade": {"POST": COMMAND},
    "incident-attach": {"POST": COMMAND},
    "incident-detach": {"POST": COMMAND},
    "incident-conclude": {"POST": COMMAND},
    "incident-parents": {"GET": COMMAND},
    "incident-similar": {"POST": COMMAND | {Role.PAYEE_DESK}},
    "incident-tasks": {"GET": COMMAND | SEES_OWN | CREWS, "POST": COMMAND | {Role.CHIEF}},
    "incident-task-step": {"POST": COMMAND | SEES_OWN | CREWS},
    "incident-reports": {"POST": REPORTS},
    "incident-recordings": {"POST": COMMAND},
    "incident-recording": {"POST": REVIEW | {Role.DISPATCHER}},
    "mark-list": {"GET": COMMAND | CREWS | {Role.AUXILIARY, Role.REVIEWER}, "POST": COMMAND},
    "mark-end": {"POST": COMMAND},
    "transfer-list": {"POST": COMMAND | {Role.ADMINISTRATOR}},
    "status-return-again": {"POST": COMMAND},
    "status-return-dismiss": {"POST": COMMAND},
    "incident-return": {"POST": REVIEW},
    "incident-review": {"POST": REVIEW},
    "incident-close": {"POST": REVIEW},
    "incident-reopen": {"POST": REVIEW},
    "incident-supervise": {"POST": REVIEW},
    "assignment-list": {"GET": SIGNS},
    "assignment-detail": {"GET": SIGNS},
    "assignment-step": {"POST": SIGNS},
    "assignment-seen": {"POST": SIGNS},
    "assignment-safe": {"POST": SIGNS},
    "broadcast-list": {"GET": COMMAND | CREWS | PERSUADES, "POST": COMMAND},
    "broadcast-seen": {"POST": COMMAND | CREWS | PERSUADES},
    "broadcast-withdraw": {"POST": COMMAND},
    "handover-list": {"GET": COMMAND, "POST": COMMAND},
    "handover-detail": {"GET": COMMAND},
    "handover-sign": {"POST": COMMAND},
    "handover-accept": {"POST": COMMAND},
    "handover-cancel": {"POST": COMMAND},
    "assignment-backup": {"POST": SIGNS},
    "backup-take": {"POST": COMMAND},
    "backup-answer": {"POST": COMMAND},
    "assignment-way": {"GET": SIGNS},
    "supervision-list": {"GET": SEES_ALL | SEES_OWN},
    "supervision-settle": {"POST": SEES_ALL | SEES_OWN},
    "supervision-defer": {"POST": SEES_ALL | SEES_OWN},
    "supervision-hand-down": {"POST": SEES_ALL | SEES_OWN},
    # Own figures of own segments: who sees own statistics, and who sees those of an organisation.
    "statistics-segments": {
        "GET": COMMAND | CREWS | {Role.REVIEWER, Role.ANALYST, Role.PAYEE_DESK} | SEES_OWN - {Role.PERSUADER}
    },
    "month-sign": {"POST": CREWS | {Role.PAYEE_DESK} | SEES_OWN - {Role.PERSUADER}},
    "statistics-incidents": {"GET": COMMAND | {Role.REVIEWER, Role.ANALYST}},
    "statistics-timeliness": {"GET": COMMAND | {Role.REVIEWER, Role.ANALYST}},
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
UNKNOWN = "00000000-0000-0000-0000-000000000000"


def _address(name: str, uid: Any = UNKNOWN) -> str:
    route = next(str(pattern.pattern) for pattern in urlpatterns if pattern.name == name)
    return "/api/v1/" + route.replace("<uuid:uid>", str(uid)).replace("<uuid:attachment>", UNKNOWN).replace(
        "<int:supervision_id>", "0"
    ).replace("<uuid:task>", UNKNOWN).replace("<uuid:recording>", UNKNOWN)


def client_of(person: Any) -> APIClient:
    """Signed in as this person."""
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(person.user)
    return client


def browser_of(person: Any) -> APIClient:
    """Signed in with a session, for addresses outside the REST API."""
    client = APIClient()
    client.force_login(person.user)
    return client


def test_the_table_names_every_address() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(DOOR)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DEVICE, Role.PUBLIC}))
def test_every_address_by_role(world: World, role: Role) -> None:
    client = client_of(a_person(world.city, role))
    wrong = []
    for name, doors in DOOR.items():
        for method in METHODS:
            answer = client.generic(method, _address(name), b"{}", "application/json")
            if method not in doors:
                expected = {405, 403}
            elif role in doors[method]:
                expected = {200, 201, 400, 404}
            else:
                expected = {403}
            if answer.status_code not in expected:
                wrong.append(f"{role} {method} {name}: {answer.status_code}, not {expected}")
    assert not wrong, "\n".join(wrong)


def test_nobody_without_signing_in(world: World) -> None:
    client = APIClient()
    for name, doors in DOOR.items():
        for method in doors:
            answer = client.generic(method, _address(name), b"{}", "application/json")
            assert answer.status_code == 401, f"{method} {name}"


def _busy(world: World) -> tuple[Incident, Assignment, dict[str, Any]]:
    """Something of the north, with everything that can hang on it; and the bodies with which it would be acted on."""
    world.crew(2000.0, 900.0)
    incident, assignment = world.sent(
        reporter_name="张某", reporter_phone="13800001234", plate="琼A00001", text="绝密内容"
    )
    other = world.report(north_m=1500.0)
    bodies: dict[str, Any] = {
        "incident-transfer": {"to": "邻县", "reason": "原因"},
        "incident-merge": {"into": str(other.uid), "reason": "原因"},
        "incident-grade": {"grade": "red", "reason": "原因"},
        "assignment-step": {"to_state": "acknowledged", "by_radio": True},
        "incident-attach": {"parent": str(other.uid), "reason": "原因"},
        "incident-tasks": {"kind": "mediation"},
        "incident-task-step": {"to_state": "taken"},
        "incident-recordings": {"system": "110", "reference": "a/1", "sha256": "0" * 64},
        "incident-similar": {"reporter_phone": "13800001234"},
        "mark-list": {"target": "caller", "label": "x", "reason": "x", "incident": str(incident.uid)},
    }
    return incident, assignment, bodies


SECRETS = ("13800001234", "1234", "琼A00001", "绝密内容", "张某")


@pytest.mark.parametrize("role", sorted(SEES_ALL | SEES_OWN | REVIEW | {Role.ADMINISTRATOR, Role.AUDITOR}))
def test_the_south_sees_and_touches_nothing_of_the_north(world: World, role: Role) -> None:
    incident, assignment, bodies = _busy(world)
    before = json.dumps(list(Incident.objects.order_by("id").values_list("state", "version", "grade")))
    client = client_of(a_person(world.south, role))
    for name, doors in DOOR.items():
        uid = assignment.uid if name.startswith("assignment") else incident.uid
        for method in doors:
            if (name, method) == ("incident-list", "POST"):
                continue
            if name == "supervision-settle":
                continue
            body = json.dumps(bodies.get(name, {"reason": "原因", "text": "原因"}))
            address = _address(name, uid)
            if name == "incident-duplicates":
                address += f"?lon={incident.geom.x}&lat={incident.geom.y}&datum=wgs84&kind=crash"
            answer = client.generic(method, address, body, "application/json")
            text = answer.content.decode()
            assert incident.number not in text, f"{method} {name}"
            assert not any(secret in text for secret in SECRETS[:1] + SECRETS[2:]), f"{method} {name}"
            if "<uuid:uid>" in str(next(p.pattern for p in urlpatterns if p.name == name)):
                assert answer.status_code in {403, 404}, f"{method} {name}: {answer.status_code}"
    after = json.dumps(list(Incident.objects.order_by("id").values_list("state", "version", "grade")))
    assert before == after
    assert not AuditRow.objects.filter(action="incidents.reporter_lookup").exists()


def test_tiles_show_the_own_organisation_only(world: World) -> None:
    incident, _assignment, _bodies = _busy(world)
    tile = _tile(incident.geom.x, incident.geom.y)
    north = browser_of(a_person(world.north, Role.DISPATCHER)).get(tile)
    assert north.status_code == 200 and incident.number.encode() in north.content
    assert browser_of(a_person(world.south, Role.DISPATCHER)).get(tile).status_code == 204
    assert browser_of(a_person(world.north, Role.AUXILIARY)).get(tile).status_code == 403
    assert APIClient().get(tile).status_code == 401


def _tile(lon: float, lat: float) -> str:
    z = 14
    for x in range(int((lon + 180) / 360 * 2**z), 2**z):
        for y in range(7000, 7700):
            west, south, east, north = tile_bounds(z, x, y)
            if west <= lon < east and south <= lat < north:
                return f"/tiles/incidents/{z}/{x}/{y}.mvt"
        break
    raise AssertionError("no tile")


class TestOwnWorkOnly:
    """An auxiliary sees the work it was given, and nothing of who reported it."""

    def test_before_and_after_it_is_sent(self, world: World) -> None:
        crew = world.crew(2000.0, 900.0, person_kind="auxiliary", role=Role.AUXILIARY)
        client = client_of(crew.person)
        incident = world.report(kind="congestion", reporter_name="张某", reporter_phone="13800001234", automatic=False)
        urgent()
        assert incident.assignments.get().state == "proposed"
        assert client.get(_address("incident-detail", incident.uid)).status_code == 404, "a proposal shows nothing"
        assert client.get(_address("assignment-list")).json() == {"assignments": []}
        sent = client_of(a_person(world.city, Role.DISPATCHER)).post(_address("incident-dispatch", incident.uid), {})
        assert sent.status_code == 200
        answer = client.get(_address("incident-detail", incident.uid))
        assert answer.status_code == 200
        assert not any(secret in answer.content.decode() for secret in ("张某", "13800001234", "1234", "138****"))
        mine = client.get(_address("assignment-list") + "?mine=1").json()["assignments"]
        assert [row["uid"] for row in mine] == [sent.json()["uid"]]
        detail = client.get(_address("assignment-detail", mine[0]["uid"]))
        assert detail.status_code == 200 and detail.json()["route"]
        assert client.post(_address("incident-reporter", incident.uid), {"reason": "好奇"}).status_code == 403
        assert client.get(_address("incident-proposal", incident.uid)).status_code == 403

    def test_what_it_reported_itself(self, world: World) -> None:
        person = a_person(world.north, Role.AUXILIARY, kind="auxiliary")
        client = client_of(person)
        lon, lat = lonlat(2000.0, 1000.0)
        body = {"kind": "obstacle", "source": "self_found", "lon": lon, "lat": lat, "datum": "wgs84"}
        made = client.post(_address("incident-list"), body, headers={"Idempotency-Key": "a"}, format="json")
        assert made.status_code == 201
        listed = client.get(_address("incident-list")).json()["features"]
        assert [row["id"] for row in listed] == [made.json()["uid"]]
        other = client_of(a_person(world.north, Role.AUXILIARY, kind="auxiliary"))
        assert other.get(_address("incident-detail", made.json()["uid"])).status_code == 404


def test_a_dispatcher_sees_a_masked_number_and_looks_up_the_whole_one(world: World) -> None:
    incident, _assignment, _bodies = _busy(world)
    client = client_of(a_person(world.north, Role.DISPATCHER))
    text = client.get(_address("incident-detail", incident.uid)).json()
    assert text["reporter_phone"] == "138****1234" and "张某" not in json.dumps(text, ensure_ascii=False)
    assert client.post(_address("incident-reporter", incident.uid), {}).status_code == 400
    answer = client.post(_address("incident-reporter", incident.uid), {"reason": "回访"})
    assert answer.json() == {"name": "张某", "phone": "13800001234"}
    assert AuditRow.objects.filter(action="incidents.reporter_lookup", reason="回访").count() == 1
