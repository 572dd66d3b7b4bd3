"""Opening hours as counties write them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from stations.opening import Opening, opening_at

SATURDAY_10 = datetime(2026, 11, 21, 10, 0)
SUNDAY_23 = datetime(2026, 11, 22, 23, 0)
MONDAY_12 = datetime(2026, 11, 23, 12, 0)
WEEKDAYS = "周一至周五 8:30-12:00，14:30-17:30；周六 9:00-12:00"


@pytest.mark.parametrize(
    ("text", "moment", "expected"),
    [
        ("24小时", SATURDAY_10, Opening(True, None)),
        ("全天", SUNDAY_23, Opening(True, None)),
        ("08:30-17:30", SATURDAY_10, Opening(True, datetime(2026, 11, 21, 17, 30))),
        ("每天 8:00-20:00", SUNDAY_23, Opening(False, datetime(2026, 11, 23, 8, 0))),
        ("周一至周五 8:30-17:30", SATURDAY_10, Opening(False, datetime(2026, 11, 23, 8, 30))),
        (WEEKDAYS, SATURDAY_10, Opening(True, datetime(2026, 11, 21, 12, 0))),
        (WEEKDAYS, MONDAY_12, Opening(False, datetime(2026, 11, 23, 14, 30))),
        (WEEKDAYS, SUNDAY_23, Opening(False, datetime(2026, 11, 23, 8, 30))),
        ("周六、周日 9:00～11:30", SATURDAY_10, Opening(True, datetime(2026, 11, 21, 11, 30))),
        ("星期五至星期一 20:00-24:00", SUNDAY_23, Opening(True, datetime(2026, 11, 23, 0, 0))),
    ],
)
def test_open_now_and_until_when(text: str, moment: datetime, expected: Opening) -> None:
    assert opening_at({"text": text}, moment) == expected


@pytest.mark.parametrize(
    "hours",
    [
        {"text": "赶集日上午"},
        {"text": "17:30-8:30"},
        {"text": "8:30-25:00"},
        {},
        {"text": ""},
        {"mon": "8-9"},
        {"x": []},
    ],
)
def test_what_is_not_understood_is_not_guessed(hours: dict[str, object]) -> None:
    assert opening_at(hours, SATURDAY_10) is None


def test_the_weekly_form() -> None:
    hours = {"sat": [["09:00", "12:00"]], "sun": [["09:00", "12:00"]]}
    assert opening_at(hours, SATURDAY_10) == Opening(True, datetime(2026, 11, 21, 12, 0))
    assert opening_at(hours, MONDAY_12) == Opening(False, datetime(2026, 11, 28, 9, 0))


# The week of a long holiday: from Thursday on; the Sunday before is worked as a Thursday.
HOLIDAY = {date(2026, 10, day): 6 for day in (1, 2, 3, 4)} | {date(2026, 9, 27): 3}


@pytest.mark.parametrize(
    ("text", "moment", "expected"),
    [
        # Closed on the holiday, whatever weekday it is; open again on the first working day.
        ("周一至周五 8:30-17:30", datetime(2026, 10, 1, 10, 0), Opening(False, datetime(2026, 10, 5, 8, 30))),
        ("周一至周五 8:30-17:30", datetime(2026, 9, 30, 18, 0), Opening(False, datetime(2026, 10, 5, 8, 30))),
        ("周一至周五 8:30-17:30", datetime(2026, 9, 27, 10, 0), Opening(True, datetime(2026, 9, 27, 17, 30))),
        ("周六、周日 9:00-12:00", datetime(2026, 9, 27, 10, 0), Opening(False, datetime(2026, 10, 1, 9, 0))),
        ("每天 6:00-22:00", datetime(2026, 10, 1, 10, 0), Opening(True, datetime(2026, 10, 1, 22, 0))),
        ("24小时", datetime(2026, 10, 1, 10, 0), Opening(True, None)),
        ("周四至周五 20:00-24:00；周日 0:00-6:00", datetime(2026, 9, 30, 23, 0), Opening(False, datetime(2026, 10, 1))),
    ],
)
def test_holidays_count_as_sundays_and_exchanged_days_as_what_they_make_up(
    text: str, moment: datetime, expected: Opening
) -> None:
    assert opening_at({"text": text}, moment, HOLIDAY) == expected
