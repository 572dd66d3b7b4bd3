"""The Django application of the maps room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MapsConfig(AppConfig):
    """地图与页面."""

    name = "maps"
    label = "maps"
    verbose_name = _("地图与页面")
    default_auto_field = "django.db.models.BigAutoField"
