"""Who asks a machine address of this room (tiles, OGC, metrics): a session, or a bearer token, as GIS clients do."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.errors import NotSignedIn
from core.geo.layer import Layer
from stations.selectors import actor_for_request, actor_for_user
from stations.selectors.bearer import user_for_bearer
from stations.services import require
from stations.types import PUBLIC_ACTOR, Actor, DataClass, Verb


def machine_actor(request: HttpRequest) -> Actor:
    """The actor of a session or of `Authorization: Bearer …`. A token that is unknown or over raises NotSignedIn."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return actor_for_request(request)
    user = user_for_bearer(token.strip())
    if user is None:
        raise NotSignedIn(_("访问令牌无效或已过期"), cure="create_token")
    return actor_for_user(user)


def layer_actor(request: HttpRequest, layer: Layer) -> Actor:
    """Who reads a layer. Public layers are the same for everybody; others need VIEW on their data class."""
    if layer.public:
        return PUBLIC_ACTOR
    actor = machine_actor(request)
    if not actor.is_signed_in:
        raise NotSignedIn(_("请先登录"), field="layer", value=layer.name)
    require(actor, Verb.VIEW, DataClass(str(layer.data_class)))
    return actor


def layer_shown(actor: Actor, layer: Layer) -> bool:
    """May this actor open the layer at all?"""
    return layer.public or (actor.is_signed_in and actor.may(Verb.VIEW, DataClass(str(layer.data_class))))
