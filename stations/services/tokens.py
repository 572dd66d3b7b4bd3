"""Bearer tokens of people for the API."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.errors import Forbidden, InvalidInput, NotFound
from stations.models import ApiToken, Person
from stations.selectors.actors import token_digest
from stations.services.record import record
from stations.types import Actor, DataClass, Verb

LONGEST_DAYS = 366


def token_create(*, actor: Actor, user: Any, label: str = "", days: int = 90) -> tuple[ApiToken, str]:
    """Make a token for a user, valid for `days`. Returns the row and the token, which is shown this once.

    One makes tokens for oneself; for others only who manages credentials (the security administrator) does.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidInput(_("令牌有效期应为 1 至 366 天"), field="days", value=days, cure=_("请填写 1 至 366 的整数"))
    path = _path_of(user)
    _require(actor, user.pk, path)
    token = secrets.token_urlsafe(32)
    now = clock.now()
    with transaction.atomic():
        row = ApiToken.objects.create(
            user=user,
            token_hash=token_digest(token),
            label=label,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        record(
            actor,
            "token_created",
            audience=DataClass.CREDENTIAL,
            object_id=row.pk,
            organisation_path=path,
            subject={"user_id": user.pk},
            payload={"label": label, "days": days},
        )
    return row, token


def token_revoke(*, actor: Actor, token_id: int) -> ApiToken:
    """Make a token worthless from now on. Twice is harmless."""
    with transaction.atomic():
        row = ApiToken.objects.select_for_update(of=("self",)).select_related("user").filter(pk=token_id).first()
        if row is None:
            raise NotFound(_("没有这个令牌"), field="token", value=token_id)
        path = _path_of(row.user)
        _require(actor, row.user_id, path)
        if row.revoked_at is None:
            row.revoked_at = clock.now()
            row.save(update_fields=["revoked_at"])
            record(
                actor,
                "token_revoked",
                audience=DataClass.CREDENTIAL,
                object_id=row.pk,
                organisation_path=path,
                subject={"user_id": row.user_id},
            )
    return row


def _require(actor: Actor, user_id: int, path: str) -> None:
    if actor.user_id == user_id or actor.may(Verb.MANAGE, DataClass.CREDENTIAL, path):
        return
    raise Forbidden(_("只能管理自己的令牌"), field="user", cure=_("请联系安全管理员"))


def _path_of(user: Any) -> str:
    person = Person.objects.select_related("organisation").filter(user=user).first()
    return person.organisation.path or "" if person is not None else ""
