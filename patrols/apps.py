"""The Django application of the patrols room."""

from __future__ import annotations

from django.apps import AppConfig


class PatrolsConfig(AppConfig):
    """勤务."""

    name = "patrols"
    label = "patrols"
    verbose_name = "勤务"
    default_auto_field = "django.db.models.BigAutoField"
