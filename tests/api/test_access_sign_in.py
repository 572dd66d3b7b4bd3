"""Sign-in: lock-out in rows, second factor for the roles that need one, pages that send to /login/."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from axes.models import AccessAttempt
from django.test import Client

from stations.types import Role
from tests.factories.stations import PASSWORD, an_organisation
from tests.factories.stations import a_person as any_person

pytestmark = pytest.mark.django_db


def a_person(organisation: Any, *roles: Role) -> Any:
    """Somebody who can sign in by form."""
    return any_person(organisation, *roles, password=PASSWORD)


def _sign_in(client: Client, person: Any, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post("/login/", {"login": person.user.get_username(), "password": password}, **extra)


@pytest.fixture
def city() -> Any:
    return an_organisation("示例市", kind="city")


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.LUZHANG_REQUIRE_MFA = False


@pytest.mark.parametrize(
    ("role", "door"),
    [
        (Role.DISPATCHER, "/command/"),
        (Role.OFFICER, "/duty/"),
        (Role.AUXILIARY, "/duty/"),
        (Role.CHIEF, "/chief/"),
        (Role.ADMINISTRATOR, "/admin/"),
        (Role.AUDITOR, "/account/"),
    ],
)
def test_everybody_lands_at_their_own_door(city: Any, role: Role, door: str) -> None:
    answer = _sign_in(Client(), a_person(city, role))
    assert (answer.status_code, answer["Location"]) == (302, door)


def test_page_of_sign_in_says_that_the_demo_is_lax(city: Any, settings: Any) -> None:
    assert "演示环境" in Client().get("/login/").content.decode()
    settings.LUZHANG_REQUIRE_MFA = True
    assert "演示环境" not in Client().get("/login/").content.decode()


def test_five_failures_lock_for_a_quarter_of_an_hour(city: Any) -> None:
    person, other = a_person(city, Role.OFFICER), a_person(city, Role.OFFICER)
    client = Client()
    answers = [_sign_in(client, person, "wrong-password-1").status_code for _each in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    locked = _sign_in(client, person)
    assert locked.status_code == 429
    assert "十五分钟" in locked.content.decode()
    assert AccessAttempt.objects.get().username == person.user.get_username()
    assert _sign_in(Client(), other).status_code == 302, "another account from the same address is not locked"
    away = _sign_in(Client(), person, REMOTE_ADDR="192.0.2.7")
    assert away.status_code == 302, "the owner elsewhere is not locked out by a stranger"


def test_lock_ends(city: Any) -> None:
    person = a_person(city, Role.OFFICER)
    for _each in range(5):
        _sign_in(Client(), person, "wrong-password-1")
    attempt = AccessAttempt.objects.get()
    attempt.attempt_time -= timedelta(minutes=15, seconds=1)
    attempt.save()
    assert _sign_in(Client(), person).status_code == 302


def test_no_sign_up_and_no_open_redirect(city: Any) -> None:
    assert Client().get("/account/signup/").status_code == 404
    person = a_person(city, Role.OFFICER)
    answer = Client().post(
        "/login/", {"login": person.user.get_username(), "password": PASSWORD, "next": "https://example.org/"}
    )
    assert answer["Location"] == "/duty/"


def test_admin_has_no_sign_in_of_its_own(city: Any) -> None:
    answer = Client().get("/admin/login/?next=/admin/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/admin/")


def _code(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


@pytest.mark.parametrize("role", [Role.COMMANDER, Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR])
def test_strict_roles_reach_nothing_without_second_factor(city: Any, settings: Any, role: Role) -> None:
    settings.LUZHANG_REQUIRE_MFA = True
    client = Client()
    _sign_in(client, a_person(city, role))
    page = client.get("/admin/")
    assert (page.status_code, page["Location"]) == (302, "/account/factor/activate/")
    api = client.get("/api/v1/organisations/")
    assert (api.status_code, api.json()["error"]["code"]) == (403, "second_factor_required")
    asked = client.get("/account/factor/activate/")
    assert asked["Location"].startswith("/account/confirm/"), "credentials change only after the password again"


def test_an_account_without_a_password_is_told_so(city: Any) -> None:
    client = Client()
    client.force_login(any_person(city, Role.OFFICER).user)
    for method in (client.get, client.post):
        page = method("/account/password/")
        assert page.status_code == 409
        assert "没有密码" in page.content.decode()
    for address in ("confirm/", "factor/activate/", "factor/confirm/", "factor/recovery/new/"):
        assert client.get(f"/account/{address}").status_code < 500, address


def test_setting_up_the_second_factor_opens_the_door(city: Any, settings: Any) -> None:
    settings.LUZHANG_REQUIRE_MFA = True
    client, person = Client(), a_person(city, Role.ADMINISTRATOR)
    _sign_in(client, person)
    elsewhere = Client()
    _sign_in(elsewhere, person)
    client.post("/account/confirm/", {"password": PASSWORD})
    page = client.get("/account/factor/activate/")
    secret = page.context["form"].secret
    assert "data:image/svg+xml" in page.content.decode()
    answer = client.post("/account/factor/activate/", {"code": _code(secret)})
    assert answer.status_code == 302
    stored = Authenticator.objects.get(user=person.user, type="totp").data["secret"]
    assert secret not in stored
    assert client.get("/api/v1/devices/").status_code == 200
    assert client.get("/account/factor/recovery/").status_code == 200
    assert elsewhere.get("/api/v1/devices/").status_code == 403, "a session from before has shown no code"


def test_second_step_of_sign_in(city: Any, settings: Any) -> None:
    settings.LUZHANG_REQUIRE_MFA = True
    client, person = Client(), a_person(city, Role.ADMINISTRATOR)
    secret = generate_totp_secret()
    TOTP.activate(person.user, secret)
    answer = _sign_in(client, person)
    assert answer["Location"].startswith("/login/code/")
    assert client.get("/api/v1/devices/").status_code == 401, "a password alone is no session"
    assert client.post("/login/code/", {"code": "000000"}).status_code == 200
    assert client.post("/login/code/", {"code": _code(secret)})["Location"] == "/admin/"
    assert client.get("/api/v1/devices/").status_code == 200


def test_lesser_roles_need_none(city: Any, settings: Any) -> None:
    settings.LUZHANG_REQUIRE_MFA = True
    client = Client()
    _sign_in(client, a_person(city, Role.OFFICER))
    page = client.get("/account/")
    assert page.status_code == 200
    assert f"<small>{city.name}</small>" in page.content.decode(), "an organisation is told by its name"
    assert client.get("/api/v1/people/").status_code == 200


def test_admin_pages_follow_the_policy(city: Any) -> None:
    neighbour = an_organisation("邻市", kind="city")
    client = Client()
    _sign_in(client, a_person(city, Role.ADMINISTRATOR))
    body = client.get("/admin/stations/organisation/").content.decode()
    assert "示例市" in body
    assert "邻市" not in body
    assert client.get(f"/admin/stations/organisation/{neighbour.pk}/change/").status_code == 302
    assert client.get("/admin/stations/station/add/").status_code == 200
    assert client.get("/admin/stations/rolegrant/").status_code == 403
    officer = Client()
    _sign_in(officer, a_person(city, Role.OFFICER))
    assert officer.get("/admin/stations/organisation/").status_code == 403


def test_admin_writes_through_services(city: Any) -> None:
    from core.models import AuditRow
    from stations.models import Device, Station

    client = Client()
    _sign_in(client, a_person(city, Role.ADMINISTRATOR))
    answer = client.post(
        "/admin/stations/station/add/",
        {
            "organisation": city.pk,
            "kind": "post",
            "code": "S1",
            "name": "岗亭",
            "opening_hours": "{}",
            "geom": '{"type": "Point", "coordinates": [110.4, 19.2]}',
            "is_public": "on",
            "is_active": "on",
        },
    )
    assert answer.status_code == 302, answer.context["errors"] if answer.context else answer
    station = Station.objects.get()
    assert AuditRow.objects.filter(action="stations.station_created", object_id=str(station.uid)).exists()
    body = {"organisation": city.pk, "identifier": "phone-1", "protocol": "osmand", "datum": "wgs84"}
    made = client.post("/admin/stations/device/add/", body, follow=True)
    assert "只显示一次" in made.content.decode()
    client.post("/admin/stations/device/", {"action": "lock_devices", "_selected_action": Device.objects.get().pk})
    assert Device.objects.get().locked_at is not None
