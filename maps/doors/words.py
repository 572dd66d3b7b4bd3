"""The words of the pages' scripts: `/words/<language>.json`, the djangojs catalogue of one language."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import override
from django.utils.translation.trans_real import DjangoTranslation
from django.views.decorators.http import require_safe

from maps.doors.snapshot import json_answer


def catalogue(language: str) -> dict[str, str]:
    """Chinese text → text of the language, for all texts of scripts; empty for Chinese."""
    with override(language):
        translation: Any = DjangoTranslation(language, domain="djangojs", localedirs=[])
    entries = translation._catalog or {}
    return {key: value for key, value in entries.items() if isinstance(key, str) and key and isinstance(value, str)}


@require_safe
def words(request: HttpRequest, language: str) -> HttpResponse:
    """The catalogue, cacheable: it changes with a release only."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    response = json_answer({} if language == "zh-hans" else catalogue(language))
    response["Cache-Control"] = "public, max-age=300"
    return response
