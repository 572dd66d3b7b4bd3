"""What the maps of /admin/ forms are told: where the network lies, which tiles to draw."""

from __future__ import annotations

from django import template
from django.conf import settings

from core.jsontext import dumps
from maps.doors.context import map_bounds
from roads.selectors import current_build

register = template.Library()


@register.simple_tag
def admin_map_page() -> str:
    """JSON for the base map of a form: `bounds` in WGS-84 degrees, `network`, `raster` map of the deployment."""
    build = current_build()
    return dumps(
        {
            "bounds": map_bounds(),
            "network": build.version if build is not None else "",
            "raster": settings.LUZHANG_BASEMAP,
        }
    )
