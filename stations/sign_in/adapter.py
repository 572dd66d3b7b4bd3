"""How allauth behaves here: nobody signs up, secrets are stored encrypted, everybody lands at their own door."""

from __future__ import annotations

import base64
import io
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from core import crypto
from stations.selectors import actor_for_user
from stations.types import Actor, Role

_ASSOCIATED = b"mfa_authenticator:secret"

# The first role held decides the door.
_DOORS: tuple[tuple[frozenset[Role], str], ...] = (
    (frozenset({Role.COMMANDER, Role.DISPATCHER, Role.ANALYST, Role.REVIEWER}), "/command/"),
    (frozenset({Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR}), "/admin/"),
    (frozenset({Role.OFFICER, Role.AUXILIARY, Role.WARDEN, Role.PERSUADER, Role.STATION_STAFF}), "/duty/"),
    (frozenset({Role.CHIEF}), "/chief/"),
)


def door_of(actor: Actor) -> str:
    """The address where this actor's work is."""
    return next((door for roles, door in _DOORS if roles & actor.roles), "/account/")


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by the security administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The door of the user's role."""
        return door_of(actor_for_user(request.user))

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Accounts have no mail addresses; changes of credentials are in the audit."""

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Pages say themselves what happened."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets encrypted with the field keys; the code picture drawn without outside help."""

    def encrypt(self, text: str) -> str:
        """AES-GCM, base64."""
        return base64.b64encode(crypto.encrypt(text, associated=_ASSOCIATED)).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """The reverse. Raises crypto.SealBroken for a changed secret."""
        return crypto.decrypt(base64.b64decode(encrypted_text), associated=_ASSOCIATED)

    def build_totp_svg(self, url: str) -> str:
        """The QR code of an otpauth address as SVG text."""
        out = io.BytesIO()
        segno.make(url, error="m").save(out, kind="svg", scale=5, border=2)
        return out.getvalue().decode("utf-8")
