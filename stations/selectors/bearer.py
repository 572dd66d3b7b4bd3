"""Who is behind a bearer token: for the API, and for doors that are not DRF views (the live stream)."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, models
from django.db.models import Q

from core import clock
from core.db.prepared import prepared
from stations.models import ApiToken
from stations.selectors.actors import actor_of_person, token_digest
from stations.types import PUBLIC_ACTOR, Actor, ActorKind

# Token, user, person and grants at once: every call of the API by token begins with this.
_HOLDER_SQL = """
    SELECT {columns}, p.id, p.name, p.is_active, held.roles, held.paths
      FROM {tokens} t
      JOIN {users} u ON u.id = t.user_id
      LEFT JOIN stations_person p ON p.user_id = u.id
      LEFT JOIN LATERAL (
            SELECT array_agg(g.role) AS roles, array_agg(o.path) AS paths
              FROM stations_rolegrant g JOIN stations_organisation o ON o.id = g.organisation_id
             WHERE g.person_id = p.id AND g.valid @> %s::timestamptz AND o.is_active
           ) held ON true
     WHERE t.token_hash = %s
"""


def token_holder(token: str) -> tuple[ApiToken, Actor] | None:
    """The row of a person's token, its user loaded, and the actor with the grants in force now; None when unknown.

    Expired, revoked and disabled ones are found as well: the caller refuses them.
    """
    sql, token_names, user_names = _holder_statement()
    with connection.cursor() as cursor:
        prepared(cursor, sql, [clock.now(), token_digest(token)])
        row = cursor.fetchone()
    if row is None:
        return None
    values, (person_id, name, at_work, roles, paths) = row[:-5], row[-5:]
    found = ApiToken.from_db(connection.alias, token_names, values[: len(token_names)])
    user = get_user_model().from_db(connection.alias, user_names, values[len(token_names) :])
    found.user = user
    if not user.is_active:
        return found, PUBLIC_ACTOR
    if person_id is None or not at_work:
        return found, Actor(user_id=user.pk, name=user.get_username(), kind=ActorKind.PERSON)
    grants = zip(roles or (), paths or (), strict=True)
    return found, actor_of_person(user.pk, person_id, name, grants)


@cache
def _holder_statement() -> tuple[str, list[str], list[str]]:
    """The statement, and the fields of token and user in the order of its columns."""
    tokens, users = ApiToken._meta, get_user_model()._meta
    columns = [_column("t", field) for field in tokens.concrete_fields]
    columns += [_column("u", field) for field in users.concrete_fields]
    quoted = connection.ops.quote_name
    sql = _HOLDER_SQL.format(columns=", ".join(columns), tokens=quoted(tokens.db_table), users=quoted(users.db_table))
    return sql, [field.attname for field in tokens.concrete_fields], [field.attname for field in users.concrete_fields]


def _column(table: str, field: models.Field[Any, Any]) -> str:
    return f"{table}.{connection.ops.quote_name(str(field.column))}"


def user_for_bearer(token: str) -> Any:
    """The active user of a token that is neither expired nor revoked, else None."""
    now = clock.now()
    row = (
        ApiToken.objects.select_related("user")
        .filter(token_hash=token_digest(token), revoked_at=None, user__is_active=True)
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .first()
    )
    return row.user if row is not None else None
