"""Names of the choices of model fields: from Django-free modules, and as people write them in tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import translation
from django.utils.functional import lazy

from core.messages import spoken

_lazily = lazy(spoken, str)


def choices_spoken(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, Any]]:
    """(value, name) pairs whose names, marked by `core.messages.gettext_noop`, are put into the language of the moment
    when they are shown.
    """
    return [(value, _lazily(name)) for value, name in pairs]


def values_by_name(choices: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    """Each value by its Chinese name, which county tables hold whoever imports them, and by its name in the language of
    the moment.
    """
    pairs = list(choices)
    found = {str(name): str(value) for value, name in pairs}
    with translation.override(None):
        return {**found, **{str(name): str(value) for value, name in pairs}}
