"""What the pages of /admin/ are told: who looks, where the network lies, which tiles to draw."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.utils.translation import get_language

from core.jsontext import dumps
from maps.doors.context import map_bounds
from roads.selectors import current_build

register = template.Library()


@register.simple_tag
def admin_map_page() -> str:
    """JSON for the base map of a form: `bounds` in WGS-84 degrees, `network`, `raster` map of the deployment."""
    return dumps(_map_told())


@register.simple_tag
def admin_page(user: Any) -> dict[str, Any]:
    """What scripts of /admin/ are told: as every page who looks in which language, and what a form's map is told."""
    return {**_map_told(), "user": user.pk, "language": get_language()}


def _map_told() -> dict[str, Any]:
    build = current_build()
    return {
        "bounds": map_bounds(),
        "network": build.version if build is not None else "",
        "raster": settings.LUZHANG_BASEMAP,
    }
