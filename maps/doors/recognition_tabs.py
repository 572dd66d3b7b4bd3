"""The pages about plates, each for who may open it: tabs on these pages, and one entry among the doors."""

from __future__ import annotations

from django.utils.translation import gettext as _

from stations.types import Actor, DataClass, Verb


def recognition_tabs(actor: Actor) -> list[dict[str, str]]:
    """Pages about plates that this actor may open."""
    tabs = (
        ("watchlist", "/watchlist/", _("布控"), Verb.VIEW, DataClass.WATCHLIST),
        ("vehicles", "/vehicles/", _("车辆查询"), Verb.LOOKUP, DataClass.PASSAGE),
        ("cameras", "/cameras/", _("摄像机"), Verb.VIEW, DataClass.CAMERA),
        ("figures", "/interceptions/", _("拦截统计"), Verb.VIEW, DataClass.ALARM),
    )
    return [
        {"name": name, "href": href, "text": text} for name, href, text, verb, data in tabs if actor.may(verb, data)
    ]
