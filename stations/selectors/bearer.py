"""The user behind a bearer token, for doors that are not DRF views (the live stream)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from core import clock
from stations.models import ApiToken
from stations.selectors.actors import token_digest


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
