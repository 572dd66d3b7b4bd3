"""Kinds of work inside an incident at first set-up; administrators change them afterwards."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TaskKindSeed:
    """One row of `IncidentTaskKind`."""

    code: str
    name: str
    role: str


TASK_KINDS: tuple[TaskKindSeed, ...] = (
    TaskKindSeed("mediation", "调解", "officer"),
    TaskKindSeed("enforcement", "执法", "officer"),
    TaskKindSeed("evidence", "取证", "officer"),
    TaskKindSeed("survey", "现场勘查", "officer"),
    TaskKindSeed("clearing", "清障", "auxiliary"),
    TaskKindSeed("traffic", "交通疏导", "auxiliary"),
    TaskKindSeed("tow", "联系拖车", "dispatcher"),
    TaskKindSeed("medical", "联系医疗救护", "dispatcher"),
    TaskKindSeed("other", "其他任务", "officer"),
)
