"""Who is asking: actors from users, requests and devices. Only grants in force now count."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser

from core import clock
from stations.models import Device, Person, RoleGrant
from stations.types import PUBLIC_ACTOR, Actor, ActorKind, Role, system_actor


def token_digest(token: str) -> bytes:
    """SHA-256 of a bearer or device token; tokens are 256 random bits, so a plain digest cannot be guessed back."""
    return hashlib.sha256(token.encode()).digest()


def actor_for_user(user: Any) -> Actor:
    """The actor of a signed-in user: person and the grants in force at `core.clock.now()`.

    A user without a person, or whose person has left, holds no role. Anonymous and disabled users are the public.
    """
    if user is None or isinstance(user, AnonymousUser) or not user.is_active:
        return PUBLIC_ACTOR
    person = Person.objects.filter(user_id=user.pk).only("id", "name", "is_active").first()
    if person is None or not person.is_active:
        return Actor(user_id=user.pk, name=user.get_username(), kind=ActorKind.PERSON)
    grants = RoleGrant.objects.filter(
        person=person, valid__contains=clock.now(), organisation__is_active=True
    ).values_list("role", "organisation__path")
    return actor_of_person(user.pk, person.pk, person.name, grants)


def actor_of_job(user_id: int | None) -> Actor:
    """Whoever asked for a piece of slow work, with the grants in force when it is done; the system for None.

    Somebody who was locked meanwhile is the public: may do nothing any more.
    """
    if user_id is None:
        return system_actor("job")
    return actor_for_user(get_user_model().objects.filter(pk=user_id).first())


def actor_of_person(user_id: int, person_id: int, name: str, grants: Iterable[tuple[str, str | None]]) -> Actor:
    """The actor of a person at work; `grants` are (role, path) pairs in force now, of active organisations."""
    return Actor(
        user_id=user_id,
        person_id=person_id,
        name=name,
        grants=tuple(sorted((Role(role), path) for role, path in grants if path)),
        kind=ActorKind.PERSON,
    )


def actor_for_device(device: Device) -> Actor:
    """The actor of a device: the device role over its own organisation, nothing once it is locked."""
    grants = () if device.locked_at is not None else ((Role.DEVICE, device.organisation.path or "?"),)
    return Actor(name=device.identifier, grants=grants, kind=ActorKind.DEVICE, device_id=device.pk)


def actor_for_request(request: Any) -> Actor:
    """The actor of a Django or DRF request, looked up once a request: bearer token, device token, session or public."""
    plain = getattr(request, "_request", request)
    known = getattr(plain, "luzhang_actor", None)
    if isinstance(known, Actor):
        return known
    actor = actor_for_user(getattr(request, "user", None))
    plain.luzhang_actor = actor
    return actor


def device_by_token(token: str) -> Device | None:
    """The device that holds this token, locked ones included (the caller refuses those), or None."""
    return Device.objects.select_related("organisation").filter(token_hash=token_digest(token)).first()
