"""Every address of the site: each room brings its own."""

from __future__ import annotations

import logging
from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

logger = logging.getLogger(__name__)

handler400 = "core.api.errors.bad_request"
handler403 = "core.api.errors.permission_denied"
handler404 = "core.api.errors.page_not_found"
handler500 = "core.api.errors.server_error"

_ROOMS = ("core", "stations", "roads", "patrols", "recognition", "incidents", "maps")


def _room_urls() -> list[URLPattern | URLResolver]:
    """`<room>.api.urls` under /api/v1/, `<room>.urls` at the root."""
    found: list[URLPattern | URLResolver] = []
    for room in _ROOMS:
        for prefix, package, module in (("api/v1/", f"{room}.api", f"{room}.api.urls"), ("", room, f"{room}.urls")):
            if find_spec(package) is None or find_spec(module) is None:
                continue
            try:
                found.append(path(prefix, include(module)))
            except ModuleNotFoundError as missing:
                logger.warning("%s is left out: %s", module, missing)
    return found


urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    *_room_urls(),
]
