"""The policy table at the door of every API view. A view that declares nothing is closed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core.errors import Forbidden, NotSignedIn
from stations.selectors import actor_for_request
from stations.types import Actor, DataClass, Verb

# Reading may be allowed in part: own rows or published rows only. The selector behind the view draws that line.
_WEAKER: dict[Verb, tuple[Verb, ...]] = {Verb.VIEW: (Verb.VIEW, Verb.VIEW_OWN, Verb.VIEW_PUBLIC)}


def may_enter(actor: Actor, verb: Verb, data_class: DataClass, *, published: bool = True) -> bool:
    """May this actor use a view of `verb` and `data_class` at all, for some row? Rows are the selector's business.
    `published` False: nothing of what the view shows is, so that the right to see what is opens nothing.
    """
    verbs = [each for each in _WEAKER.get(verb, (verb,)) if published or each is not Verb.VIEW_PUBLIC]
    return any(actor.may(each, data_class) for each in verbs)


class PolicyPermission(BasePermission):
    """Asks for `data_class: DataClass`, `verbs: {"GET": Verb.VIEW, …}` and, for views without sign-in, `public = True`.
    A view with `published = False` shows nothing to who may see published rows only.

    OPTIONS needs what GET needs; HEAD too. A method without a verb is refused. Views of DRF and of the schema library
    that cannot declare are listed in `settings.LUZHANG_OPEN_VIEWS` by dotted name.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """True, or raises NotSignedIn (401) or Forbidden (403)."""
        name = f"{type(view).__module__}.{type(view).__qualname__}"
        if name in getattr(settings, "LUZHANG_OPEN_VIEWS", ()):
            return True
        actor = actor_for_request(request)
        verbs: dict[str, Verb] = getattr(view, "verbs", None) or {}
        data_class: DataClass | None = getattr(view, "data_class", None)
        method = "GET" if request.method in ("HEAD", "OPTIONS") and request.method not in verbs else request.method
        if not actor.is_signed_in and not getattr(view, "public", False):
            raise NotSignedIn(_("请先登录"), cure="Authorization: Bearer …")
        if data_class is None:
            raise Forbidden(_("此接口未声明权限"), code="undeclared", value=name)
        verb = verbs.get(str(method))
        if verb is None:
            # DRF itself answers 405 for methods that the view lacks; one that it has but did not declare is closed.
            if hasattr(view, str(method).lower()):
                raise Forbidden(_("此接口未声明权限"), code="undeclared", value=f"{name} {method}")
            return True
        if not may_enter(actor, verb, data_class, published=getattr(view, "published", True)):
            if not actor.is_signed_in:
                raise NotSignedIn(_("请先登录"), cure="Authorization: Bearer …")
            raise Forbidden(_("您的角色不允许此操作"), field=data_class.value, value=verb.value)
        return True
