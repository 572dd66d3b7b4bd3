"""The Django application of the stations room."""

from __future__ import annotations

from django.apps import AppConfig


class StationsConfig(AppConfig):
    """Where people, places and devices belong."""

    name = "stations"
    label = "stations"
    verbose_name = "机构与站点"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the OpenAPI description of bearer tokens."""
        from stations.api import schema  # noqa: F401
