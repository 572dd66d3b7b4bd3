"""Retention of the kernel's own tables, in small steps, by an exclusive urgent job."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import connection

from core import clock
from core.feed import reader

FEED_DAYS = 7
TIMER_DAYS = 7
STEPS = 20


def run_once() -> int:
    """Drop old events with their done duties, old timers, counters and idempotency keys. Returns events dropped."""
    days = float(getattr(settings, "LUZHANG_FEED_DAYS", FEED_DAYS))
    moment = clock.now() - dt.timedelta(days=days)
    dropped = 0
    for _ in range(STEPS):
        step = reader.forget_before(moment)
        dropped += step
        if not step:
            break
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_timer WHERE done_at < core_now() - make_interval(days => %s)", [TIMER_DAYS])
        cursor.execute("DELETE FROM core_ratecounter WHERE window_start < statement_timestamp() - interval '2 days'")
        cursor.execute("DELETE FROM core_idempotencykey WHERE created_at < statement_timestamp() - interval '30 days'")
    return dropped
