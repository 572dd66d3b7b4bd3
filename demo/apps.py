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
        """Offer the generated county as a source of roads; the generator itself is loaded when it is asked for."""
        from roads.services import generator_register

        generator_register("county", "demo.sources.county_source")
