"""Every page of /admin/ × every role, against a table written by hand: deny by default. Personal data is on none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import Client

from stations.services import role_grant
from stations.types import Role
from tests.api.doors import LETTERS
from tests.factories.incidents import World, a_world, quiet_caches
from tests.factories.stations import SYSTEM, a_person, a_user, an_organisation

__all__ = ["quiet_caches"]

pytestmark = pytest.mark.django_db

# Page, who sees its list, who gets its form for a new row. M administrator, K security administrator (roads, segments
# and closures are public); nobody else enters /admin/ at all.
TABLE = """
stations/organisation            MK  M
stations/station                 M   M
stations/stationservice          M   M
stations/calendarday             M   M
stations/checkpoint              M   M
stations/camera                  M   M
stations/device                  MK  M
stations/person                  MK  M
stations/vehicle                 M   M
stations/rolegrant               K   K
stations/sendgrant               MK  M
roads/networkbuild               MK  -
roads/roadaxis                   MK  -
roads/segment                    MK  M
roads/chieflevel                 M   M
roads/chiefassignment            M   M
roads/chiefdeputy                M   M
roads/chiefleave                 M   M
roads/closure                    MK  -
roads/reviewitem                 M   -
roads/gazetteerplace             MK  -
patrols/unit                     M   M
patrols/shift                    M   M
patrols/requirement              M   M
patrols/tour                     -   -
incidents/incidentkind           M   M
incidents/dispatchpolicyversion  M   M
incidents/incidenttaskkind       M   M
incidents/transfersystem         M   M
incidents/transferkind           M   M
core/decisiontable               M   M
incidents/incident               -   -
incidents/assignment             -   -
incidents/decision               -   -
"""
ENTERS = "MK"


@dataclass(frozen=True, slots=True)
class Page:
    """A line of the table."""

    name: str
    viewers: str
    makers: str


PAGES = [Page(*line.split()) for line in TABLE.strip().splitlines()]


@pytest.fixture(autouse=True)
def _plain_doors(settings: Any) -> None:
    settings.LUZHANG_REQUIRE_MFA = False


def _client(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def test_the_table_names_every_page() -> None:
    pages = {f"{model._meta.app_label}/{model._meta.model_name}" for model in admin.site._registry}
    assert pages == {page.name for page in PAGES}


@pytest.mark.parametrize("letter", [letter for letter, role in LETTERS.items() if isinstance(role, Role)])
def test_who_opens_which_page(letter: str) -> None:
    client = _client(a_person(an_organisation("示例市", kind="city"), LETTERS[letter]).user)
    assert client.get("/admin/").status_code == (200 if letter in ENTERS else 403)
    faults = []
    for page in PAGES:
        for address, allowed in ((f"/admin/{page.name}/", page.viewers), (f"/admin/{page.name}/add/", page.makers)):
            status, wanted = client.get(address).status_code, 200 if letter in allowed else 403
            if status != wanted:
                faults.append(f"{letter} {address}: {status}, should be {wanted}")
    assert not faults, "\n".join(faults)


def test_nobody_and_no_superuser_without_a_role_gets_in() -> None:
    asked = Client().get("/admin/stations/person/")
    assert (asked.status_code, asked["Location"]) == (302, "/admin/login/?next=/admin/stations/person/")
    user = a_user()
    get_user_model().objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    user.refresh_from_db()
    assert {_client(user).get(f"/admin/{page.name}/").status_code for page in PAGES} == {403}


def test_passwords_and_sign_out_have_one_page_each() -> None:
    client = _client(a_person(an_organisation("示例市", kind="city"), Role.ADMINISTRATOR).user)
    assert client.get("/admin/password_change/")["Location"] == "/account/password/"
    assert client.post("/admin/logout/")["Location"] == "/logout/"


SECRETS = ("13800008888", "赵无名", "琼C12345")


@pytest.fixture
def world(quiet_caches: None) -> World:
    made = a_world()
    made.crew()
    made.report(reporter_phone=SECRETS[0], reporter_name=SECRETS[1], plate=SECRETS[2])
    return made


def test_no_page_shows_personal_data(world: World) -> None:
    """To somebody who may see all that any role sees: lists and forms."""
    person = a_person(world.city, Role.ADMINISTRATOR, personal_phone=SECRETS[0])
    for role in (Role.COMMANDER, Role.ANALYST):
        role_grant(actor=SYSTEM, person=person, role=role, organisation=world.city)
    client = _client(person.user)
    shown = 0
    for model in admin.site._registry:
        name = f"{model._meta.app_label}/{model._meta.model_name}"
        addresses = [f"/admin/{name}/"]
        addresses += [f"/admin/{name}/{row.pk}/change/" for row in model._default_manager.order_by("-pk")[:3]]
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code in {200, 302, 403}, address
            shown += answer.status_code == 200
            assert not [secret for secret in SECRETS if secret in answer.content.decode()], address
    assert shown > 30
    assert client.get("/admin/incidents/incident/").status_code == 200
