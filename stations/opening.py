"""Opening hours as counties write them, and whether a counter is open at a moment. Django-free.

Read are `周一至周五 8:30-17:30`, `周六、周日 9:00-12:00`, `每天 8:00-20:00`, `24小时`, several of them parted by a
semicolon or a comma, and the weekly form `{"mon": [["08:30", "12:00"], …], …}`. What is not understood is shown as it
was written and never guessed at. A holiday counts as a Sunday, a weekend worked in exchange 调休 as a work day: which
dates those are is told by the county's calendar (`stations.CalendarDay`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_DAY_MIN = 24 * 60
_WEEK_MIN = 7 * _DAY_MIN
# So many days ahead it is looked when something opens again; no holiday is longer.
HORIZON_DAYS = 21
_ALWAYS = re.compile(r"24\s*小时|全天")
_EVERY_DAY = re.compile(r"每[天日]|周一[至到~～-]周[日天]")
_SPAN = re.compile(r"(?:周|星期)([一二三四五六日天])\s*[至到~～-]\s*(?:周|星期)?([一二三四五六日天])")
_DAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
_TIMES = re.compile(r"(\d{1,2})[:：](\d{2})\s*(?:-|–|—|~|～|至|到)\s*(\d{1,2})[:：](\d{2})")

Window = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Opening:
    """At one moment. `changes_at`: when it closes, or opens again (local time); None when it never does."""

    is_open: bool
    changes_at: datetime | None


def weekly_windows(hours: Mapping[str, Any]) -> list[Window] | None:
    """Open windows as minutes since Monday 0:00, ascending and merged; None for what is not understood."""
    windows = _of_text(str(hours["text"])) if hours.get("text") else _of_week(hours)
    return None if windows is None else _merged(windows)


def opening_at(hours: Mapping[str, Any], local: datetime, days: Mapping[date, int] | None = None) -> Opening | None:
    """Whether it is open at a local time, and until or from when; None for what is not understood. `days`: weekday
    (Monday 0) as which a date counts that is not what the week says.
    """
    windows = weekly_windows(hours)
    if not windows:
        return None
    if windows == [(0, _WEEK_MIN)]:
        return Opening(True, None)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    minute = local.hour * 60 + local.minute
    for begin, end in _dated(windows, midnight.date(), days or {}):
        if minute < begin:
            return Opening(False, midnight + timedelta(minutes=begin))
        if minute < end:
            return Opening(True, midnight + timedelta(minutes=end))
    return None


def _dated(windows: list[Window], today: date, days: Mapping[date, int]) -> list[Window]:
    """Open windows of the days to come as minutes since today's midnight; what goes on over midnight is one."""
    found: list[Window] = []
    for ahead in range(HORIZON_DAYS):
        day = today + timedelta(days=ahead)
        start = days.get(day, day.weekday()) * _DAY_MIN
        for begin, end in windows:
            low, high = max(begin, start), min(end, start + _DAY_MIN)
            if low < high:
                found.append((low - start + ahead * _DAY_MIN, high - start + ahead * _DAY_MIN))
    return _merged(found)


def _of_text(text: str) -> list[Window] | None:
    if _ALWAYS.search(text) and not _TIMES.search(text):
        return [(0, _WEEK_MIN)] if not _DAY.search(text) else _clocked(_days(text), [(0, _DAY_MIN)])
    windows: list[Window] = []
    days: list[int] = []
    waiting: list[int] = []
    for part in re.split(r"[;；,，、\n]+(?=\s*(?:周|星期|每))|[;；\n]+", text):
        times = [_minutes(match) for match in _TIMES.finditer(part)]
        named = _days(part)
        if not times and named:
            waiting += named  # 周六、周日 9:00-12:00
            continue
        if not times or any(end <= begin or end > _DAY_MIN for begin, end in times):
            return None
        days = waiting + named or days or list(range(7))
        waiting = []
        windows += _clocked(days, times)
    return None if waiting else windows or None


def _days(text: str) -> list[int]:
    if _EVERY_DAY.search(text):
        return list(range(7))
    days: set[int] = set()
    for match in _SPAN.finditer(text):
        first, last = _DAYS[match[1]], _DAYS[match[2]]
        days |= {day % 7 for day in range(first, last + 1 if last >= first else last + 8)}
    days |= {_DAYS[match[1]] for match in _DAY.finditer(_SPAN.sub("", text))}
    return sorted(days)


def _minutes(match: re.Match[str]) -> Window:
    return int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])


def _clocked(days: list[int], times: list[Window]) -> list[Window]:
    return [(day * _DAY_MIN + begin, day * _DAY_MIN + end) for day in days for begin, end in times]


def _of_week(hours: Mapping[str, Any]) -> list[Window] | None:
    windows: list[Window] = []
    for name, spans in hours.items():
        if name not in WEEK or not isinstance(spans, list):
            return None
        for span in spans:
            match = _TIMES.fullmatch("-".join(str(each) for each in span)) if isinstance(span, list) else None
            if match is None or not _minutes(match)[0] < _minutes(match)[1] <= _DAY_MIN:
                return None
            windows += _clocked([WEEK.index(name)], [_minutes(match)])
    return windows or None


def _merged(windows: list[Window]) -> list[Window]:
    merged: list[Window] = []
    for begin, end in sorted(windows):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return merged
