"""When steps of entries and alarms began and were done: rows for the report on timeliness, which joins them with cases.

Each row is (organisation path, begun, done or None, what it belongs to).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

StepRow = tuple[str, datetime, datetime | None, str]

_PERIOD = "{begun} >= %(since)s AND {begun} < %(until)s AND w.organisation_path LIKE ANY(%(paths)s)"
_AFTER = """(SELECT min(s.at) FROM recognition_watchstep s
              WHERE s.entry_id = w.id AND s.at >= {begun} AND s.to_state IN ({states}))"""

# An application that was taken back or refused has had its answer as well.
_WATCH = {
    "watch_approval": ("w.applied_at", "'approved', 'refused', 'withdrawn'"),
    "watch_sign": ("w.applied_at", "'checked', 'approved', 'refused', 'withdrawn'"),
}
_WITHDRAWALS = """
SELECT w.organisation_path, b.at, (
           SELECT min(s.at) FROM recognition_watchstep s
            WHERE s.entry_id = w.id AND s.id > b.id AND s.to_state IN ('withdrawn', 'approved', 'expired')),
       w.uid::text
  FROM recognition_watchstep b JOIN recognition_watchentry w ON w.id = b.entry_id
 WHERE b.to_state = 'withdrawal_applied' AND b.at >= %(since)s AND b.at < %(until)s
   AND w.organisation_path LIKE ANY(%(paths)s)
"""
# An alarm that policy sent off was signed for and ordered by nobody: it waits for nobody either.
_LOOKED = """(SELECT min(s.at) FROM recognition_alarmstep s
               WHERE s.alarm_id = w.id AND s.to_state IN ('held', 'confirmed', 'false'))"""
_ALARMS = {
    "alert_sign": ("w.raised_at", _LOOKED, "w.ask", "w.uid::text"),
    "order_issue": ("w.confirmed_at", "w.ordered_at", "w.ask AND w.state <> 'false'", "w.uid::text"),
    "order_feedback": ("w.ordered_at", "w.reported_at", "true", "w.incident_uid::text || '/' || w.uid::text"),
    "closure": ("w.raised_at", "w.closed_at", "true", "w.uid::text"),
}


def steps_of_watch(since: datetime, until: datetime, paths: Sequence[str]) -> dict[str, list[StepRow]]:
    """Approval and checking of applications, approval of withdrawals, that began in a period within paths."""
    found = {}
    for name, (begun, states) in _WATCH.items():
        done = _AFTER.format(begun=begun, states=states)
        found[name] = _asked(
            f"SELECT w.organisation_path, {begun}, {done}, w.uid::text FROM recognition_watchentry w"  # noqa: S608
            f" WHERE NOT w.generated AND {_PERIOD.format(begun=begun)}",
            since, until, paths,
        )  # fmt: skip
    found["withdrawal_approval"] = _asked(_WITHDRAWALS, since, until, paths)
    return found


def steps_of_alarms(since: datetime, until: datetime, paths: Sequence[str]) -> dict[str, list[StepRow]]:
    """Looking at alarms, ordering, reporting back and closing; `order_feedback` belongs to `case/alarm`."""
    return {
        name: _asked(
            f"SELECT w.organisation_path, {begun}, {done}, {thing} FROM recognition_alarm w"  # noqa: S608
            f" WHERE NOT w.generated AND {more} AND {_PERIOD.format(begun=begun)}",
            since, until, paths,
        )
        for name, (begun, done, more, thing) in _ALARMS.items()
    }  # fmt: skip


def _asked(sql: str, since: datetime, until: datetime, paths: Sequence[str]) -> list[StepRow]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"since": since, "until": until, "paths": [f"{path}%" for path in paths]})
        return list(cursor.fetchall())
