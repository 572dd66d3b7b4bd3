"""The policy table at the door of pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from stations.selectors import actor_for_request
from stations.types import Actor, DataClass, Verb

_READS = (Verb.VIEW, Verb.VIEW_OWN)

View = Callable[..., Any]


def page_access(verb: Verb, data_class: DataClass) -> Callable[[View], View]:
    """Decorate a page view, sync or async. Not signed in: to `/login/?next=…`; without the right: 403.

    For `Verb.VIEW` seeing own rows is enough to enter; what is shown is the selector's business.
    """

    def refused(request: HttpRequest, actor: Actor) -> HttpResponseBase | None:
        if not actor.is_signed_in:
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        verbs = _READS if verb is Verb.VIEW else (verb,)
        if not any(actor.may(each, data_class) for each in verbs):
            raise PermissionDenied
        return None

    def decorate(view: View) -> View:
        if iscoroutinefunction(view):

            @wraps(view)
            async def async_page(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                actor = await sync_to_async(actor_for_request)(request)
                return refused(request, actor) or await view(request, *args, **kwargs)

            async_page.page_access = (verb, data_class)  # type: ignore[attr-defined]
            return async_page

        @wraps(view)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return refused(request, actor_for_request(request)) or view(request, *args, **kwargs)

        page.page_access = (verb, data_class)  # type: ignore[attr-defined]
        return page

    return decorate
