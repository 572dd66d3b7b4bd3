"""Two organisations with the same things in both: what is the other's is not listed, not shown and not changed.

Asserted on the raw bytes of every answer: no id, name, call sign, number or phone of the other side may be in it.
Stations and organisations that are published, roads, segments and chiefs are for everybody and not asked here.
"""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.test import Client

from maps.layers import LAYERS
from maps.tiles import tile_bounds
from stations.models import RoleGrant
from stations.types import Role
from tests.factories.incidents import a_world, quiet_caches
from tests.factories.sides import Side, a_photo, a_side
from tests.factories.stations import a_person

__all__ = ["quiet_caches"]

pytestmark = pytest.mark.django_db

ZOOM = 14


@pytest.fixture
def sides(db: None, quiet_caches: None, settings: Any, tmp_path: Any) -> tuple[Side, Side]:
    """(ours, theirs): the south and the north of one city."""
    settings.LUZHANG_REQUIRE_MFA = False
    settings.MEDIA_ROOT = tmp_path
    world = a_world()
    return a_side(world, world.south, world.roads.first, "南区", -1000.0), a_side(
        world, world.north, world.roads.second, "北区", 1000.0
    )


def _client(person: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person.user)
    return client


def _seen(words: list[str], body: bytes) -> list[str]:
    """Words found in an answer, also when JSON has escaped them."""
    return [word for word in words if word.encode() in body or json.dumps(word)[1:-1].encode() in body]


def _tile(layer: str, point: Any) -> str:
    count = 2**ZOOM
    x = int((point.x + 180) / 360 * count)
    y = next(y for y in range(count // 4, count // 2) if tile_bounds(ZOOM, x, y)[1] <= point.y)
    return f"/tiles/{layer}/{ZOOM}/{x}/{y}.mvt"


LISTS = (
    "/api/v1/incidents/?limit=1000",
    "/api/v1/assignments/",
    "/api/v1/supervisions/",
    "/api/v1/patrols/units/",
    "/api/v1/patrols/call-signs/",
    "/api/v1/patrols/tours/",
    "/api/v1/patrols/tasks/",
    "/api/v1/patrols/shifts/",
    "/api/v1/patrols/requirements/",
    "/api/v1/patrols/gaps/",
    "/api/v1/patrols/coverage-holes/",
    "/api/v1/patrols/duty/",
    "/api/v1/stations/?page_size=1000",
    "/api/v1/checkpoints/?page_size=1000",
    "/api/v1/cameras/?page_size=1000",
    "/api/v1/devices/?page_size=1000",
    "/api/v1/people/?page_size=1000",
    "/api/v1/role-grants/?page_size=1000",
    "/api/v1/broadcasts/",
    "/api/v1/handovers/",
    "/command/snapshot/",
    "/command/resources/",
    "/command/shift/",
    "/command/presses/",
    "/command/board/",
    "/command/handovers/",
    "/command/around/?lon=110.42&lat=19.2",
    "/command/districts/",
    "/command/",
    "/chief/",
    "/duty/",
    *(f"/ogc/collections/{name}/items?limit=10000" for name in sorted(LAYERS)),
)
# Each of these must be seen by somebody of the own side, or the test below shows nothing.
SHOWN_TO = {
    Role.COMMANDER: ("incident", "assignment", "station", "checkpoint", "camera", "device", "task"),
    Role.SECURITY_ADMINISTRATOR: ("device",),
    Role.ADMINISTRATOR: ("station", "checkpoint", "camera", "device"),
}
ROLES = sorted(set(Role) - {Role.DEVICE, Role.PUBLIC})


@pytest.mark.parametrize("role", ROLES)
def test_nothing_of_the_other_is_listed(role: Role, sides: tuple[Side, Side]) -> None:
    ours, theirs = sides
    client = _client(a_person(ours.organisation, role))
    searched = (
        "/api/v1/roads/search/?q=北区",
        "/?q=北区",
        f"/?q={theirs.incident.number}",
        "/api/v1/roads/search/?q=CP-",
    )
    faults, bodies = [], b""
    for address in (*LISTS, *searched):
        answer = client.get(address)
        # What was looked for is said again by the page; that is no leak.
        words = [word for word in theirs.words if word not in address]
        faults += [f"{address}: {word}" for word in _seen(words, answer.content)]
        bodies += answer.content
    assert not faults, "\n".join(faults)
    for name in SHOWN_TO.get(role, ()):
        assert str(getattr(ours, name).uid).encode() in bodies, f"{role} does not even see its own {name}"


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_no_layer_shows_the_other_by_tile_list_or_item(layer: str, sides: tuple[Side, Side]) -> None:
    ours, theirs = sides
    client = _client(a_person(ours.organisation, Role.COMMANDER))
    theirs_seen = _client(a_person(theirs.organisation, Role.COMMANDER))
    items = f"/ogc/collections/{layer}/items"
    tile = _tile(layer, theirs.incident.geom)
    for address in (tile, f"{tile}?datum=gcj02", f"{items}?limit=10000"):
        assert not _seen(theirs.words, client.get(address).content), address
    if LAYERS[layer].public:
        return
    uid = theirs.layer_ids[layer]
    assert client.get(f"{items}/{uid}").status_code == 404
    assert client.get(f"{items}/{ours.layer_ids[layer]}").status_code == 200
    # The address is right: whoever may, sees it there.
    assert str(uid).encode() in theirs_seen.get(tile).content
    assert theirs_seen.get(f"{items}/{uid}").status_code == 200


def _shows(side: Side) -> list[str]:
    """Addresses of single things."""
    incident, tour = f"/api/v1/incidents/{side.incident.uid}", f"/api/v1/patrols/tours/{side.crew.tour.uid}"
    return [
        f"{incident}/",
        f"{incident}/proposal/",
        f"{incident}/attachments/",
        f"{incident}/attachments/{side.picture.attachment.uid}/",
        f"/api/v1/assignments/{side.assignment.uid}/",
        f"{tour}/",
        f"{tour}/track/?reason=x",
        f"/api/v1/stations/{side.station.uid}/",
        f"/api/v1/checkpoints/{side.checkpoint.uid}/",
        f"/api/v1/cameras/{side.camera.uid}/",
        f"/api/v1/devices/{side.device.uid}/",
        f"/api/v1/people/{side.people[0].uid}/",
        f"/command/briefing/{side.incident.uid}/",
    ]


def test_the_same_addresses_show_what_is_ones_own(sides: tuple[Side, Side]) -> None:
    client = _client(a_person(sides[0].organisation, Role.COMMANDER))
    assert [client.get(address).status_code for address in _shows(sides[0])] == [200] * len(_shows(sides[0]))


def _changes(side: Side, other: Side) -> list[tuple[str, str, dict[str, Any]]]:
    """(method, address, a body that would do) for everything that can be done to a thing of `side`."""
    incident, tour = f"incidents/{side.incident.uid}", f"patrols/tours/{side.crew.tour.uid}"
    why = {"reason": "原因", "text": "原因", "note": "原因"}
    bodies: dict[str, dict[str, Any]] = {
        f"assignments/{side.assignment.uid}/seen/": {},
        f"{incident}/dispatch/": {"tours": [str(other.crew.tour.uid)]},
        f"{incident}/transfer/": {"to": "邻县"},
        f"{incident}/merge/": {"into": str(other.incident.uid)},
        f"{incident}/grade/": {"grade": "red"},
        f"segments/{side.segment.uid}/cut/": {"at_metres": [side.segment.from_m + 500.0], "names": ["甲", "乙"]},
        f"chiefs/{side.appointment.uid}/deputies/": {"person": str(other.people[0].uid)},
        "segments/join/": {"segments": [str(side.segment.uid), str(other.segment.uid)], "code": "J1", "name": "合"},
        f"assignments/{side.assignment.uid}/steps/": {"to_state": "acknowledged", "by_radio": True, "fence": 1},
        f"devices/{side.device.uid}/bind/": {"person": str(other.people[0].uid)},
        f"{tour}/members/join/": {"person": str(other.people[1].uid)},
        f"{tour}/members/leave/": {"person": str(side.people[0].uid)},
    }
    desk = (
        "reporter",
        "false",
        "wait",
        "resume",
        "take-back",
        "return",
        "review",
        "close",
        "reopen",
        "unmerge",
        "supervise",
    )
    steps = ("open", "close", "cancel", "break-start", "break-end")
    plain = (
        *(f"{incident}/{action}/" for action in desk),
        *(f"{tour}/{step}/" for step in steps),
        f"patrols/tasks/{side.task.uid}/done/",
        f"segments/{side.segment.uid}/retire/",
        f"chiefs/{side.appointment.uid}/end/",
        f"closures/{side.closure.uid}/end/",
        *(f"devices/{side.device.uid}/{action}/" for action in ("lock", "unlock", "token")),
    )
    grants = RoleGrant.objects.filter(person=side.people[0]).values_list("pk", flat=True)
    return [
        *(("POST", f"/api/v1/{address}", {**why, **body}) for address, body in bodies.items()),
        *(("POST", f"/api/v1/{address}", why) for address in plain),
        *(("POST", f"/api/v1/role-grants/{grant}/revoke/", why) for grant in grants),
        ("PATCH", f"/api/v1/stations/{side.station.uid}/", {"name": "改"}),
        ("PATCH", f"/api/v1/checkpoints/{side.checkpoint.uid}/", {"name": "改"}),
        ("PATCH", f"/api/v1/cameras/{side.camera.uid}/", {"name": "改"}),
        ("PATCH", f"/api/v1/people/{side.people[0].uid}/", {"name": "改"}),
    ]


def _rows(side: Side) -> str:
    """Everything of a side as it stands in the database."""
    rows = (
        side.incident, side.assignment, side.crew.tour, side.station, side.checkpoint, side.camera, side.device,
        side.task, side.segment, side.appointment, side.closure, *side.people,
    )  # fmt: skip
    people = [person.pk for person in side.people]
    found = [
        *(type(row).objects.filter(pk=row.pk).values().get() for row in rows),
        *RoleGrant.objects.filter(person__in=people).order_by("pk").values(),
        *side.crew.tour.members.order_by("pk").values(),
    ]
    return json.dumps(found, default=lambda value: value.hex() if isinstance(value, memoryview) else str(value))


@pytest.mark.parametrize("role", ROLES)
def test_nothing_of_the_other_is_shown_or_changed(role: Role, sides: tuple[Side, Side]) -> None:
    ours, theirs = sides
    client = _client(a_person(ours.organisation, role))
    for address in _shows(theirs):
        answer = client.get(address)
        assert answer.status_code in {403, 404}, f"{address}: {answer.status_code}"
        assert not _seen([word for word in theirs.words if word not in address], answer.content), address
    before = _rows(theirs)
    for method, address, body in _changes(theirs, ours):
        answer = client.generic(method, address, json.dumps(body), "application/json")
        assert answer.status_code in {403, 404}, f"{method} {address}: {answer.status_code} {answer.content[:200]!r}"
        hidden = [word for word in theirs.words if word not in address and word not in json.dumps(body)]
        assert not _seen(hidden, answer.content), address
    upload = io.BytesIO(a_photo())
    upload.name = "a.jpg"
    added = client.post(f"/api/v1/incidents/{theirs.incident.uid}/attachments/", {"file": upload})
    assert added.status_code in {403, 404}
    assert theirs.incident.pictures.count() == 1
    assert _rows(theirs) == before


def test_the_same_bodies_are_taken_for_what_is_ones_own(sides: tuple[Side, Side]) -> None:
    ours, _theirs = sides
    roles = (Role.COMMANDER, Role.REVIEWER, Role.ANALYST, Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR)
    clients = [_client(ours.crew.person), *(_client(a_person(ours.organisation, role)) for role in roles)]
    for method, address, body in _changes(ours, ours):
        codes = [
            client.generic(method, address, json.dumps(body), "application/json").status_code for client in clients
        ]
        assert not set(codes) <= {403, 404}, f"{method} {address}: {codes}"
