"""The Django application of the roads room."""

from __future__ import annotations

from django.apps import AppConfig


class RoadsConfig(AppConfig):
    """道路与路长."""

    name = "roads"
    label = "roads"
    verbose_name = "道路与路长"
    default_auto_field = "django.db.models.BigAutoField"
