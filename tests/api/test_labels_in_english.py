"""Names of models, fields and choices are English for an English reader: in /admin/, over the API, on pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.utils import translation

from core.db.choices import values_by_name
from roads.services import closure_create
from stations.models import Person
from stations.types import Power, Role
from tests.factories.roads import a_network, the_axis
from tests.factories.stations import SYSTEM, a_person, an_organisation

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ROOMS = ("core", "stations", "roads", "patrols", "recognition", "incidents")
ENGLISH = {"Accept-Language": "en"}


def _names() -> Iterator[tuple[str, str]]:
    for model in apps.get_models():
        if model._meta.app_label not in ROOMS:
            continue
        yield model._meta.label, str(model._meta.verbose_name)
        yield model._meta.label, str(model._meta.verbose_name_plural)
        for field in model._meta.get_fields():
            where = f"{model._meta.label}.{field.name}"
            yield where, str(getattr(field, "verbose_name", ""))
            yield where, str(getattr(field, "help_text", ""))
            for value, label in getattr(field, "choices", None) or ():
                yield f"{where}={value}", str(label)


def test_every_label_has_its_english() -> None:
    with translation.override("en"):
        assert [f"{where}: {name}" for where, name in _names() if CHINESE.search(name)] == []
    with translation.override("zh-hans"):
        assert any(CHINESE.search(name) for _where, name in _names())


def test_labels_of_lifecycles_and_roles_stay_plain_text() -> None:
    """What is written into histories does not depend on who reads the page."""
    with translation.override("en"):
        assert all(CHINESE.search(role.label) for role in Role)
        assert all(CHINESE.search(power.label) for power in Power)


def test_tables_say_kinds_in_chinese_or_in_the_readers_language() -> None:
    with translation.override("en"):
        named = values_by_name(Person.Kind.choices)
    assert named["民警"] == named["Officer"] == "officer"


@pytest.mark.django_db
def test_admin_api_and_pages_are_english(settings: Any) -> None:
    settings.LUZHANG_REQUIRE_MFA = False
    city = an_organisation("Example City", kind="city")
    a_network(city)
    closure_create(actor=SYSTEM, organisation=city, kind="works", reason="x", axis=the_axis("X201"), from_m=0, to_m=9)
    client = Client(headers=ENGLISH)
    client.force_login(a_person(city, Role.ADMINISTRATOR, name="Somebody").user)
    index = client.get("/admin/").content.decode()
    assert "Decision tables" in index or "Decision table" in index
    listed = client.get("/admin/stations/organisation/").content.decode()
    assert "Organisation code" in listed and "机构" not in listed
    (closure,) = client.get("/api/v1/closures/").json()["features"]
    assert closure["properties"]["kind_name"] == "Works"
    assert "Administrator" in client.get("/account/").content.decode()
