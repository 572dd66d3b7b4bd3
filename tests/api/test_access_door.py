"""The door of the API: who may enter which view, for every role; closed where a view declares nothing."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from core.errors import Forbidden
from stations.api.authentication import BearerTokenAuthentication
from stations.api.permission import PolicyPermission
from stations.api.urls import urlpatterns
from stations.services import device_create, device_lock, token_create, token_revoke
from stations.types import DataClass, Role, Verb, system_actor
from tests.factories.stations import SYSTEM, a_person, a_station, an_organisation

pytestmark = pytest.mark.django_db

LISTS = {
    "/api/v1/organisations/": DataClass.ORGANISATION,
    "/api/v1/stations/": DataClass.STATION,
    "/api/v1/checkpoints/": DataClass.CHECKPOINT,
    "/api/v1/cameras/": DataClass.CAMERA,
    "/api/v1/devices/": DataClass.DEVICE,
    "/api/v1/people/": DataClass.PERSON,
    "/api/v1/role-grants/": DataClass.ROLE_GRANT,
}
PUBLIC_LISTS = {"/api/v1/organisations/", "/api/v1/stations/"}
GRANTABLE = [role for role in Role if role not in (Role.DEVICE, Role.PUBLIC)]


def _client(person: Any) -> Client:
    _row, token = token_create(actor=SYSTEM, user=person.user)
    return Client(headers={"authorization": f"Bearer {token}"})


@pytest.mark.parametrize("role", GRANTABLE)
def test_role_by_endpoint(role: Role) -> None:
    from stations.selectors import actor_for_user

    city = an_organisation("示例市", kind="city")
    person = a_person(city, role)
    client, actor = _client(person), actor_for_user(person.user)
    for address, data_class in LISTS.items():
        may_see = any(actor.may(verb, data_class) for verb in (Verb.VIEW, Verb.VIEW_OWN, Verb.VIEW_PUBLIC))
        assert client.get(address).status_code == (200 if may_see else 403), (role, address)
        answer = client.post(address, data={}, content_type="application/json")
        assert answer.status_code == (400 if actor.may(Verb.CREATE, data_class) else 403), (role, address)
        assert answer.json()["error"]["code"]


def test_public_enters_only_public_collections() -> None:
    for address in LISTS:
        answer = Client().get(address)
        assert answer.status_code == (200 if address in PUBLIC_LISTS else 401), address
        assert Client().post(address, data={}, content_type="application/json").status_code == 401


def test_public_station_shows_published_fields_only() -> None:
    city = an_organisation("示例市", kind="city")
    a_station(city, is_public=False)
    published = a_station(city, duty_phone="0898-1110000")
    features = Client().get("/api/v1/stations/").json()["features"]
    assert [feature["id"] for feature in features] == [str(published.uid)]
    assert set(features[0]["properties"]) == {
        "kind",
        "kind_name",
        "code",
        "name",
        "address",
        "duty_phone",
        "opening_hours",
        "services",
        "generated",
    }
    assert features[0]["geometry"]["coordinates"] == [110.47, 19.24]


def _views(patterns: list[Any]) -> list[Any]:
    found: list[Any] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found += _views(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            found.append(getattr(pattern.callback, "cls", None))
    return [view for view in found if view is not None and issubclass(view, APIView)]


def test_every_view_of_this_room_declares_its_rights() -> None:
    views = _views(list(urlpatterns))
    assert len(views) >= 19
    for view in views:
        assert isinstance(view.data_class, DataClass), view
        methods = {name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)}
        assert methods == set(view.verbs), view


def test_undeclared_view_is_closed() -> None:
    class Forgotten(APIView):
        def get(self, request: Any) -> None: ...

    request = APIRequestFactory().get("/")
    request.luzhang_actor = system_actor("tests")
    with pytest.raises(Forbidden) as refused:
        PolicyPermission().has_permission(Forgotten().initialize_request(request), Forgotten())
    assert refused.value.code == "undeclared"


def test_undeclared_method_is_closed() -> None:
    class Half(APIView):
        data_class = DataClass.STATION
        verbs = {"GET": Verb.VIEW}

        def delete(self, request: Any) -> None: ...

    request = APIRequestFactory().delete("/")
    request.luzhang_actor = system_actor("tests")
    with pytest.raises(Forbidden):
        PolicyPermission().has_permission(Half().initialize_request(request), Half())


def test_rows_of_others_do_not_exist() -> None:
    here, there = an_organisation("甲市", kind="city"), an_organisation("乙市", kind="city")
    device, _token = device_create(actor=SYSTEM, organisation=there, identifier="phone-1", protocol="osmand")
    stranger = a_person(there, Role.OFFICER)
    hidden = a_station(there, is_public=False)
    client = _client(a_person(here, Role.ADMINISTRATOR))
    for address in (
        f"/api/v1/devices/{device.uid}/",
        f"/api/v1/people/{stranger.uid}/",
        f"/api/v1/stations/{hidden.uid}/",
        f"/api/v1/devices/{uuid.uuid4()}/",
    ):
        assert client.get(address).status_code == 404, address
    for address in (f"/api/v1/devices/{device.uid}/lock/", f"/api/v1/devices/{device.uid}/token/"):
        body = {"reason": "恶意"}
        assert client.post(address, data=body, content_type="application/json").status_code == 404


def test_token_lifecycle() -> None:
    city = an_organisation("示例市", kind="city")
    person = a_person(city, Role.OFFICER)
    row, token = token_create(actor=SYSTEM, user=person.user)

    def status(header: str) -> int:
        return Client(headers={"authorization": header}).get("/api/v1/people/").status_code

    assert status(f"Bearer {token}") == 200
    assert status(f"bearer {token}") == 200
    for wrong in (f"Bearer {token}x", "Bearer", f"Bearer {token} {token}", "Bearer \xff"):
        assert status(wrong) == 401, wrong
    token_revoke(actor=SYSTEM, token_id=row.pk)
    assert status(f"Bearer {token}") == 401
    # A dead token is refused even where the public may enter: it must not look as if it worked.
    assert Client(headers={"authorization": f"Bearer {token}"}).get("/api/v1/stations/").status_code == 401


def test_token_of_a_disabled_account_or_gone_person() -> None:
    city = an_organisation("示例市", kind="city")
    person = a_person(city, Role.OFFICER)
    client = _client(person)
    person.user.is_active = False
    person.user.save()
    assert client.get("/api/v1/people/").status_code == 401


def test_expired_token() -> None:
    from datetime import UTC, datetime, timedelta

    from core import clock

    city = an_organisation("示例市", kind="city")
    noon = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)
    with clock.fixed(noon):
        person = a_person(city, Role.OFFICER)
        _row, token = token_create(actor=SYSTEM, user=person.user, days=1)
        client = Client(headers={"authorization": f"Bearer {token}"})
        assert client.get("/api/v1/people/").status_code == 200
    with clock.fixed(noon + timedelta(days=1)):
        assert client.get("/api/v1/people/").status_code == 401


def test_device_token_is_the_device_and_locks() -> None:
    city = an_organisation("示例市", kind="city")
    device, token = device_create(actor=SYSTEM, organisation=city, identifier="phone-1", protocol="osmand")
    client = Client(headers={"authorization": f"Bearer {token}"})
    assert client.get("/api/v1/stations/").status_code == 200
    assert client.get("/api/v1/people/").status_code == 403
    device_lock(actor=SYSTEM, device_id=device.pk, reason="遗失")
    assert client.get("/api/v1/stations/").status_code == 401


def test_session_writes_need_csrf() -> None:
    city = an_organisation("示例市", kind="city")
    person = a_person(city, Role.ADMINISTRATOR)
    client = Client(enforce_csrf_checks=True)
    client.force_login(person.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post("/api/v1/devices/", data={}, content_type="application/json").status_code == 403


def test_bearer_is_the_first_class() -> None:
    """So that an anonymous call is answered 401 with `WWW-Authenticate: Bearer`."""
    assert BearerTokenAuthentication().authenticate_header(APIRequestFactory().get("/")) == "Bearer"
    assert get_resolver() is not None
