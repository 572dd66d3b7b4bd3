"""Puts the actor on every request and holds sessions without their second factor back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from core.errors import Forbidden
from stations.selectors import actor_for_request
from stations.sign_in.second_factor import lacks_second_factor, second_factor_required

# What a session may reach before it has shown its second factor.
_OPEN_PREFIXES = ("/login/", "/logout/", "/account/", "/static/", "/healthz", "/readyz")
_MACHINE_PREFIXES = ("/api/", "/live/", "/tiles/", "/ogc/")


class ActorMiddleware:
    """`request.actor`: looked up on first use. Async views await `sync_to_async(actor_for_request)(request)` first."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        request.actor = SimpleLazyObject(lambda: actor_for_request(request))  # type: ignore[attr-defined]
        if iscoroutinefunction(self):
            return self._answer(request)
        return _held_back(request) or self.get_response(request)

    async def _answer(self, request: HttpRequest) -> HttpResponseBase:
        if _may_need_factor(request):
            held = await sync_to_async(_held_back)(request)
            if held is not None:
                return held
        response: HttpResponseBase = await self.get_response(request)
        return response


def _may_need_factor(request: HttpRequest) -> bool:
    """Cheap answers first: strict deployment, a session, an address that is not open."""
    if not second_factor_required() or request.path.startswith(_OPEN_PREFIXES):
        return False
    return "_auth_user_id" in request.session


def _held_back(request: HttpRequest) -> HttpResponseBase | None:
    if not _may_need_factor(request) or not request.user.is_authenticated:
        return None
    if not lacks_second_factor(request, request.user, actor_for_request(request)):
        return None
    if request.path.startswith(_MACHINE_PREFIXES):
        error = Forbidden(_("请先启用动态口令"), code="second_factor_required", cure="/account/factor/activate/")
        return JsonResponse(error.as_dict(), status=error.status)
    return redirect("mfa_activate_totp")
