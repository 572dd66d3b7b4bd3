"""Who calls the API: a bearer token of a person or a device, or the session of a page (with CSRF)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from core import clock
from stations.models import ApiToken, Device
from stations.selectors.actors import actor_for_device, device_by_token
from stations.selectors.bearer import token_holder
from stations.types import Actor

SessionAuthentication = authentication.SessionAuthentication


class BearerTokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer TOKEN`. A wrong, expired, revoked or locked one answers 401, never as the public."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """(user, token row), or (anonymous, device); None without a bearer header."""
        header = authentication.get_authorization_header(request).split()
        if not header or header[0].lower() != b"bearer":
            return None
        if len(header) != 2:
            raise exceptions.AuthenticationFailed("令牌格式不正确")
        try:
            text = header[1].decode("ascii")
        except UnicodeDecodeError as error:
            raise exceptions.AuthenticationFailed("令牌格式不正确") from error
        holder = token_holder(text)
        if holder is not None:
            return self._person(request, *holder)
        device = device_by_token(text)
        if device is None or device.locked_at is not None or not device.organisation.is_active:
            raise exceptions.AuthenticationFailed("令牌无效或已停用")
        return self._device(request, device)

    def authenticate_header(self, request: Request) -> str:
        """Makes unauthenticated answers 401, not 403."""
        return self.keyword

    def _person(self, request: Request, token: ApiToken, actor: Actor) -> tuple[Any, Any]:
        now = clock.now()
        expired = token.expires_at is not None and token.expires_at <= now
        if token.revoked_at is not None or expired or not token.user.is_active:
            raise exceptions.AuthenticationFailed("令牌无效或已停用")
        _remember(request, actor)
        return token.user, token

    def _device(self, request: Request, device: Device) -> tuple[Any, Any]:
        actor = actor_for_device(device)
        _remember(request, actor)
        return AnonymousUser(), device


def _remember(request: Request, actor: Actor) -> None:
    """The token decides, also where a session cookie came along."""
    plain: Any = request._request
    plain.luzhang_actor = plain.actor = actor
