"""Invented people: names of common syllables, numbers that no network gives out."""

from __future__ import annotations

import numpy as np

from .plan_types import PersonRow

_FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹符云邢蔡卢莫"
_GIVEN_FIRST = "文海志建国明永春雪晓丽秀家俊泽宇思雨子佳振伟庆德荣华安平"
_GIVEN_LAST = "强军勇杰涛超明刚平辉鹏飞霞燕玲娟敏静婷芳琳兰波斌宁峰龙云生义"

TITLES = {
    "officer": "民警",
    "auxiliary": "辅警",
    "warden": "路管员",
    "persuader": "劝导员",
    "staff": "工作人员",
    "leader": "领导",
}
_NUMBER_PREFIX = {"officer": "SL", "auxiliary": "SF", "warden": "SG", "persuader": "SQ", "staff": "SS", "leader": "SZ"}


def duty_phone(number: int) -> str:
    """A duty number in a range that is visibly made up."""
    return f"400-000-{number % 10_000:04d}"


class PeopleRegister:
    """Makes people one after another; the same seed gives the same people."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._rows: list[PersonRow] = []
        self._used: set[str] = set()

    @property
    def rows(self) -> tuple[PersonRow, ...]:
        """All people made so far."""
        return tuple(self._rows)

    def _name(self) -> str:
        name = ""
        for _ in range(20):
            parts = [_FAMILY, _GIVEN_FIRST, _GIVEN_LAST]
            draw = [pool[int(self._rng.integers(len(pool)))] for pool in parts]
            name = "".join(draw) if self._rng.random() < 0.7 else draw[0] + draw[2]
            if name not in self._used:
                break
        self._used.add(name)
        return name

    def add(
        self, organisation: str, kind: str, *, roles: tuple[str, ...], title: str = "", phone: str = "",
        supervising_officer: str = "", key: str = "",
    ) -> str:  # fmt: skip
        """Add a person and return the key."""
        number = len(self._rows) + 1
        key = key or f"person:{number}"
        self._rows.append(
            PersonRow(
                key=key,
                organisation=organisation,
                kind=kind,
                name=self._name(),
                staff_number=f"{_NUMBER_PREFIX[kind]}{number:05d}",
                post_title=title or TITLES[kind],
                duty_phone=phone or duty_phone(number),
                personal_phone=f"100-{number % 10_000:04d}",
                roles=roles,
                supervising_officer=supervising_officer,
            )
        )
        return key
