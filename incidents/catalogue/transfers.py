"""Systems that hand cases over, at first set-up; what their kind codes mean here is the county's own table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SystemSeed:
    """One row of `TransferSystem`, and the kind of whatever its table doesn't know."""

    code: str
    name: str
    other_kind: str


SYSTEMS: tuple[SystemSeed, ...] = (
    SystemSeed("110", "110 接处警系统", "other"),
    SystemSeed("122", "122 交通事故报警系统", "crash"),
)
