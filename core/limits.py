"""Rate limits in PostgreSQL (a limit must hold with Redis gone): fixed windows, one upsert a hit."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.utils.translation import gettext as _

from core.errors import TooMany

_HIT_SQL = """
INSERT INTO core_ratecounter (name, key, window_start, hits)
VALUES (%s, %s, to_timestamp(floor(extract(epoch FROM statement_timestamp()) / %s) * %s), 1)
ON CONFLICT (name, key, window_start) DO UPDATE SET hits = core_ratecounter.hits + 1
RETURNING hits, extract(epoch FROM window_start) + %s - extract(epoch FROM statement_timestamp())
"""


class RateLimited(TooMany):
    """Over the limit; `retry_after_s` seconds are left of the window."""

    code = "rate_limited"
    retry_after_s: float = 1.0


def hit(name: str, key: str, *, limit: int, window: dt.timedelta, cost_field: str | None = None) -> int:
    """Count one hit of `key` against the limit `name` and return the hits of this window.

    Raises RateLimited (429) above `limit` hits a window. Counts in a statement of its own: call it before the
    transaction of the work, or the count is rolled back with it. Windows are wall time.
    """
    seconds = window.total_seconds()
    with connection.cursor() as cursor:
        cursor.execute(_HIT_SQL, [name, key[:120], seconds, seconds, seconds])
        hits, left_s = cursor.fetchone()
    if hits > limit:
        problem = RateLimited(
            _("请求过于频繁"),
            field=cost_field,
            cure=_("%(wait)s 秒后再试") % {"wait": max(1, round(float(left_s)))},
        )
        problem.retry_after_s = max(1.0, float(left_s))
        raise problem
    return int(hits)
