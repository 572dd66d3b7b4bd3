"""The Django application of the recognition room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecognitionConfig(AppConfig):
    """识别."""

    name = "recognition"
    label = "recognition"
    verbose_name = _("车牌识别与布控")
    default_auto_field = "django.db.models.BigAutoField"
