"""The gate of every service: does the policy table let this actor do that, there?"""

from __future__ import annotations

from django.utils.translation import gettext as _

from core.errors import Forbidden, NotFound, NotSignedIn
from stations.types import Actor, DataClass, Verb


def require(actor: Actor, verb: Verb, data_class: DataClass, organisation_path: str | None = None) -> None:
    """Raise NotSignedIn (public) or Forbidden unless the actor may do `verb` with such data of that organisation.

    Without a path: unless it may anywhere.
    """
    if actor.may(verb, data_class, organisation_path):
        return
    if not actor.is_signed_in:
        raise NotSignedIn(_("请先登录"), cure=_("登录后再试"))
    raise Forbidden(
        _("您的角色不允许此操作"), field=data_class.value, value=verb.value, cure=_("请联系安全管理员核对角色和范围")
    )


def require_visible(actor: Actor, data_class: DataClass, organisation_path: str) -> None:
    """Raise NotFound for an object outside the actor's sight: what may not be seen does not exist (404, not 403)."""
    if not actor.may(Verb.VIEW, data_class, organisation_path):
        raise NotFound(_("没有找到"), field=data_class.value)
