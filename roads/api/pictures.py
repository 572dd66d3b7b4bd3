"""A kept picture as an answer: whole, or smaller where a worker has made the copy."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.request import Request

from core.attachments.scaling import PictureSize
from core.attachments.shown import attachment_shown
from core.errors import InvalidInput
from core.models import Attachment


def picture_answer(request: Request, attachment: Attachment) -> HttpResponse:
    """The JPEG, for the browser of who asked alone. Raises InvalidInput for an unknown `?size=`."""
    shown = attachment_shown(attachment, _size(request))
    response = HttpResponse(shown.jpeg, content_type="image/jpeg")
    response["Content-Disposition"] = f'inline; filename="{attachment.uid}.jpg"'
    response["Cache-Control"] = "private, max-age=3600, immutable" if shown.is_final else "private, max-age=10"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _size(request: Request) -> PictureSize | None:
    text = request.query_params.get("size")
    if text is None:
        return None
    try:
        return PictureSize(text)
    except ValueError as problem:
        known = "、".join(size.value for size in PictureSize)
        raise InvalidInput(_("未知的取值"), field="size", value=text[:40], cure=known) from problem
