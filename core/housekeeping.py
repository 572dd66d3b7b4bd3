"""What technical tables keep no longer than needed, by an exclusive urgent job; `core.retention` is for records."""

from __future__ import annotations

from django.db import connection

TIMER_DAYS = 7
COUNTER_DAYS = 2


def run_once() -> int:
    """Drop timers long done and rate counters of past windows. Returns how many rows went."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_timer WHERE done_at < core_now() - make_interval(days => %s)", [TIMER_DAYS])
        gone = int(cursor.rowcount)
        cursor.execute(
            "DELETE FROM core_ratecounter WHERE window_start < statement_timestamp() - make_interval(days => %s)",
            [COUNTER_DAYS],
        )
        return gone + int(cursor.rowcount)
