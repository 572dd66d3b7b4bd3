"""The Django application of the stations room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StationsConfig(AppConfig):
    """Where people, places and devices belong."""

    name = "stations"
    label = "stations"
    verbose_name = _("机构与站点")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the OpenAPI description of bearer tokens."""
        from stations.api import schema  # noqa: F401
