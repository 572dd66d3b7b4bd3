"""The Django application of the demonstration: it holds no models, only commands."""

from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """演示."""

    name = "demo"
    label = "demo"
    verbose_name = "演示"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer the generated county as a source of roads."""
        from demo.sources import county_source
        from roads.services.sources import generator_register

        generator_register("county", county_source)
