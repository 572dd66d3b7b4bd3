"""The Django application of the incidents room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    """警情."""

    name = "incidents"
    label = "incidents"
    verbose_name = _("警情")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Subscribe to events, and give the monitoring its figures."""
        from core.metrics import REGISTRY
        from incidents import handlers  # noqa: F401
        from incidents.metrics import DecisionCollector

        REGISTRY.register(DecisionCollector())
