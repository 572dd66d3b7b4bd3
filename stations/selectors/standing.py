"""Who of those that hold something open still may: asked for all streams of a process at once, never one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.module_loading import import_string

from core import clock
from stations.models import ApiToken, Person, RoleGrant
from stations.selectors.actors import actor_of_person, token_digest
from stations.types import Actor, ActorKind


@dataclass(frozen=True, slots=True)
class Credential:
    """What somebody signed in with: a session (its key, and the hash that a new password changes) or a bearer token
    (its digest).
    """

    user_id: int
    session_key: str = ""
    session_hash: str = ""
    token_hash: bytes = b""


def session_credential(user: Any, session_key: str) -> Credential:
    """Of a session that has just been accepted for this user."""
    return Credential(user.pk, session_key=session_key, session_hash=user.get_session_auth_hash())


def bearer_credential(user: Any, token: str) -> Credential:
    """Of a bearer token that has just been accepted for this user."""
    return Credential(user.pk, token_hash=token_digest(token))


def actors_standing(held: Collection[Credential]) -> dict[Credential, Actor]:
    """The actors, with the grants in force now, of those credentials that are still good. Whose session ended or
    expired, whose token was revoked or ran out, whose password or account changed, is absent.
    """
    users = {
        user.pk: user for user in get_user_model().objects.filter(pk__in={one.user_id for one in held}, is_active=True)
    }
    sessions = _sessions({one.session_key for one in held if one.session_key})
    tokens = _tokens({one.token_hash for one in held if one.token_hash})
    actors = _actors(users)
    return {
        one: actors[one.user_id]
        for one in held
        if one.user_id in users
        and (
            one.token_hash in tokens
            if one.token_hash
            else one.session_key in sessions and users[one.user_id].get_session_auth_hash() == one.session_hash
        )
    }


def _sessions(keys: Collection[str]) -> set[str]:
    rows = import_string(f"{settings.SESSION_ENGINE}.SessionStore").get_model_class().objects
    return set(
        rows.filter(session_key__in=keys, expire_date__gt=clock.wall_now()).values_list("session_key", flat=True)
    )


def _tokens(digests: Collection[bytes]) -> set[bytes]:
    rows = ApiToken.objects.filter(token_hash__in=digests, revoked_at=None)
    rows = rows.filter(Q(expires_at=None) | Q(expires_at__gt=clock.now()))
    return {bytes(digest) for digest in rows.values_list("token_hash", flat=True)}


def _actors(users: dict[int, Any]) -> dict[int, Actor]:
    people = {
        user_id: (pk, name)
        for user_id, pk, name in Person.objects.filter(user_id__in=users, is_active=True).values_list(
            "user_id", "pk", "name"
        )
    }
    grants: dict[int, list[tuple[str, str | None]]] = defaultdict(list)
    held = RoleGrant.objects.filter(
        person_id__in=[pk for pk, _name in people.values()], valid__contains=clock.now(), organisation__is_active=True
    )
    for person_id, role, path in held.values_list("person_id", "role", "organisation__path"):
        grants[person_id].append((role, path))
    return {
        user_id: actor_of_person(user_id, *people[user_id], grants[people[user_id][0]])
        if user_id in people
        else Actor(user_id=user_id, name=user.get_username(), kind=ActorKind.PERSON)
        for user_id, user in users.items()
    }
