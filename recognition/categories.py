"""Why vehicles are watched at first set-up; a county changes and adds its own. Django-free."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CategorySeed:
    """One row of `WatchCategory`."""

    code: str
    name: str
    grade: int
    powers: tuple[str, ...]
    told: tuple[str, ...]
    auto: bool
    look_alikes: bool
    longest_days: int


_STOP = ("stop_vehicle",)
_DESK = ("dispatcher", "commander")

CATEGORIES: tuple[CategorySeed, ...] = (
    CategorySeed("hit_and_run", "肇事逃逸", 1, (*_STOP, "arrest"), _DESK, False, True, 180),
    CategorySeed("cloned_plate", "假牌套牌", 1, (*_STOP, "check_identity"), _DESK, False, True, 180),
    CategorySeed("overdue_scrap", "逾期未报废", 2, _STOP, ("dispatcher",), True, False, 730),
    CategorySeed("key_vehicle", "重点车辆违规", 3, _STOP, ("dispatcher",), False, False, 365),
    CategorySeed("overdue_inspection", "逾期未检验", 3, _STOP, ("dispatcher",), True, False, 730),
)
