"""The Django application of the patrols room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PatrolsConfig(AppConfig):
    """勤务."""

    name = "patrols"
    label = "patrols"
    verbose_name = _("勤务")
    default_auto_field = "django.db.models.BigAutoField"
