"""Django application of the kernel."""

from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """Label `core`; other rooms' migrations depend on its first one (extensions, clock, append-only guard)."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "core"
    label = "core"
    verbose_name = _("内核")

    def ready(self) -> None:
        """Give the key ring to the Django-free crypto module, and load every room's `handlers.py`.

        Every process that publishes has to know who listens: duties are written with the event.
        """
        from django.utils.module_loading import autodiscover_modules
        from django.utils.translation import gettext

        from core import keys, messages

        text = getattr(settings, "LUZHANG_KEYS", "")
        if text:
            keys.configure(keys.parse(text))
        messages.translate_by(gettext)
        autodiscover_modules("handlers")
