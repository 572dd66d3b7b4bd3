"""The wiring as an application, so that every Django process knows its Celery app."""

from __future__ import annotations

from django.apps import AppConfig


class WiringConfig(AppConfig):
    """Holds no models."""

    name = "config"
    label = "config"
    verbose_name = "接线"

    def ready(self) -> None:
        """Load the Celery app: `shared_task` binds to it, and tasks are sent through it."""
        from config import celery  # noqa: F401
