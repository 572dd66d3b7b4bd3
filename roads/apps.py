"""The Django application of the roads room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoadsConfig(AppConfig):
    """道路与路长."""

    name = "roads"
    label = "roads"
    verbose_name = _("道路与路长")
    default_auto_field = "django.db.models.BigAutoField"
