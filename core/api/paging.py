"""`?limit=&offset=` of every list."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework.request import Request

from core.errors import InvalidInput

PAGE_SIZE = 200
MAX_PAGE_SIZE = 1000
MAX_OFFSET = 1_000_000


def page_of(request: Request) -> tuple[int, int]:
    """(limit, offset) as asked for, the limit within 1 .. MAX_PAGE_SIZE. Raises InvalidInput naming the parameter."""
    limit, offset = _whole(request, "limit", PAGE_SIZE), _whole(request, "offset", 0)
    if offset > MAX_OFFSET:
        raise InvalidInput(
            _("翻页过深"), field="offset", value=offset, cure=_("请用状态、时间等条件缩小范围，不超过 1000000")
        )
    return max(1, min(limit, MAX_PAGE_SIZE)), max(0, offset)


def _whole(request: Request, name: str, otherwise: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return otherwise
    try:
        return int(text) if len(text) < 20 else MAX_OFFSET + 1
    except ValueError as error:
        raise InvalidInput(_("limit 和 offset 应为整数"), field=name, value=text[:40], cure=_("例如 200")) from error
