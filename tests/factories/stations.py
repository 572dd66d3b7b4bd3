"""Rows of the stations room for tests: a small tree, people with roles, places. Everything in it is invented."""

from __future__ import annotations

import itertools
from typing import Any

from django.contrib.auth import get_user_model

from stations.models import Organisation, Person
from stations.selectors import actor_for_user, system_actor
from stations.services import (
    organisation_create,
    person_create,
    place_point,
    role_grant,
    station_create,
)
from stations.types import Actor, Role

SYSTEM = system_actor("tests")
PASSWORD = "Invented-passphrase-7"

_numbers = itertools.count(1)


def an_organisation(
    name: str = "示例区", parent: Organisation | None = None, kind: str = "district", **fields: Any
) -> Organisation:
    """An organisation with a code of its own."""
    return organisation_create(
        actor=SYSTEM, parent=parent, kind=kind, code=f"ORG-{next(_numbers):05d}", name=name, generated=True, **fields
    )


def a_user(username: str | None = None, password: str | None = None) -> Any:
    """A login account; without a password it can't sign in by form (and costs no hashing)."""
    return get_user_model().objects.create_user(username or f"user{next(_numbers)}", password=password)


def a_person(
    organisation: Organisation, *roles: Role, kind: str = "officer", login: bool = True, **fields: Any
) -> Person:
    """Somebody of an organisation who holds these roles over it."""
    user = a_user(password=fields.pop("password", None)) if login else None
    name = fields.pop("name", f"测试人员{next(_numbers)}")
    person = person_create(
        actor=SYSTEM, organisation=organisation, kind=kind, name=name, user=user, generated=True, **fields
    )
    for role in roles:
        role_grant(actor=SYSTEM, person=person, role=role, organisation=organisation)
    return person


def an_actor(organisation: Organisation, *roles: Role, **fields: Any) -> Actor:
    """The actor of a new person with these roles."""
    return actor_for_user(a_person(organisation, *roles, **fields).user)


def a_station(organisation: Organisation, lon: float = 110.47, lat: float = 19.24, **fields: Any) -> Any:
    """A station at a WGS-84 point."""
    number = next(_numbers)
    values = {"kind": "post", "code": f"S{number:05d}", "name": f"测试站{number}", **fields}
    return station_create(actor=SYSTEM, organisation=organisation, point=place_point(lon, lat, "wgs84"), **values)
