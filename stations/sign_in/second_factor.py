"""Is a second factor asked of this session, and was it given?"""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

from stations.types import Actor

SET_UP_KEY = "luzhang_second_factor_set_up"


def second_factor_required() -> bool:
    """Is the deployment strict about second factors? Off only in demonstrations, which the sign-in page says."""
    return bool(getattr(settings, "LUZHANG_REQUIRE_MFA", True))


def lacks_second_factor(request: HttpRequest, user: Any, actor: Actor) -> bool:
    """True when a role of the actor asks for a second factor and this session has not shown one.

    Setting up the factor within the session counts: the code was checked then.
    """
    if not second_factor_required() or not actor.needs_second_factor:
        return False
    factor = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).first()
    if factor is None:
        return True
    records = get_authentication_records(request, user)
    if any(record.get("method") == "mfa" for record in records):
        return False
    return bool(request.session.get(SET_UP_KEY) != factor.pk)


def second_factor_was_set_up(request: HttpRequest, user: Any) -> None:
    """Remember in this session, and in no other of the same user, that the factor was set up here."""
    factor = Authenticator.objects.get(user_id=user.pk, type=Authenticator.Type.TOTP)
    request.session[SET_UP_KEY] = factor.pk
