"""Opening hours as counties write them, and whether a counter is open at a moment. Django-free.

Read are `周一至周五 8:30-17:30`, `周六、周日 9:00-12:00`, `每天 8:00-20:00`, `24小时`, several of them parted by a
semicolon or a comma, and the weekly form `{"mon": [["08:30", "12:00"], …], …}`. What is not understood is shown as it
was written and never guessed at. Holidays with their exchanged working days 调休 are not in it: pages say so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_DAY_MIN = 24 * 60
_WEEK_MIN = 7 * _DAY_MIN
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


def opening_at(hours: Mapping[str, Any], local: datetime) -> Opening | None:
    """Whether it is open at a local time, and until or from when; None for what is not understood."""
    windows = weekly_windows(hours)
    if not windows:
        return None
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=local.weekday())
    minute = local.weekday() * _DAY_MIN + local.hour * 60 + local.minute
    for begin, end in [*windows, (windows[0][0] + _WEEK_MIN, windows[0][1] + _WEEK_MIN)]:
        if minute < begin:
            return Opening(False, monday + timedelta(minutes=begin))
        if minute < end:
            always = end - begin >= _WEEK_MIN
            # Open over Sunday's midnight goes on into the first window of the week.
            if end == _WEEK_MIN and windows[0][0] == 0 and not always:
                end += windows[0][1]
            return Opening(True, None if always else monday + timedelta(minutes=end))
    return None


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
