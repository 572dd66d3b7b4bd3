"""Every address of the site: each room brings its own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

handler400 = "core.api.errors.bad_request"
handler403 = "core.api.errors.permission_denied"
handler404 = "core.api.errors.page_not_found"
handler500 = "core.api.errors.server_error"

API = "api/v1/"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path(API, include("stations.api.urls")),
    path(API, include("roads.api.urls")),
    path(API, include("patrols.api.urls")),
    path(API, include("recognition.api.urls")),
    path(API, include("incidents.api.urls")),
    path("", include("stations.urls")),
    path("", include("maps.urls")),
]
