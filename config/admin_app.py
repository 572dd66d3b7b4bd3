"""Django's admin application with our own site: see stations.access.admin_site."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class PolicyAdminConfig(AdminConfig):
    """Same name, same label; `admin.site` is ours."""

    default_site = "stations.access.admin_site.PolicyAdminSite"
