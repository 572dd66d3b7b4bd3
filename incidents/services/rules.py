"""New versions of the decision tables that intake reads, tried on what will be asked of them before they are in force.

A table that fails stops intake, loudly and on purpose; so what it would fail at is found when it is published.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import product
from typing import Any

from django.utils.translation import gettext as _

from core.errors import InvalidInput
from core.models import DecisionTable
from core.rules import RuleFailed, table_in_force, table_publish, table_try
from incidents.models import IncidentKind
from incidents.services.deadlines import DEADLINES_KEY, ZONES_KEY
from incidents.services.grading import GRADING_TABLE, grade_facts
from incidents.states import Grade
from roads.network.source import RoadClass
from stations.selectors import organisation_root
from stations.services import require
from stations.types import ZONES, Actor, DataClass, Verb

RULE_KEYS = (GRADING_TABLE, ZONES_KEY, DEADLINES_KEY)
LONGEST_S = 366 * 86_400.0
ZONE_LENGTH = 10


def rule_publish(
    *, actor: Actor, key: str, content: Mapping[str, Any], valid_from: datetime | None = None, note: str = ""
) -> DecisionTable:
    """A new version of a table; in force in every process within a second of `valid_from`.

    Raises InvalidInput for an unknown key, for what the engine can't compile, and for a table that leaves something
    without an answer: a grade, a zone, a norm of every zone and grade.
    """
    require(actor, Verb.CREATE, DataClass.RULE, organisation_root().path or "")
    if key not in RULE_KEYS:
        raise InvalidInput(_("没有这样的决策表"), field="key", value=key, cure="、".join(RULE_KEYS))
    if key == GRADING_TABLE:
        _grades_all(content)
    elif key == ZONES_KEY:
        _norms_all(json.loads(table_in_force(DEADLINES_KEY).content), _zones_all(content), key=ZONES_KEY)
    else:
        _norms_all(content, _zones_all(json.loads(table_in_force(ZONES_KEY).content)), key=DEADLINES_KEY)
    return table_publish(actor_id=actor.user_id, key=key, content=content, valid_from=valid_from, note=note)


def _kinds() -> list[str]:
    return list(IncidentKind.objects.values_list("code", flat=True)) or [""]


def _answers(key: str, content: Mapping[str, Any], facts: Iterator[dict[str, Any]]) -> Iterator[tuple[Any, Any]]:
    for asked, answer in table_try(key, content, facts):
        if isinstance(answer, RuleFailed):
            raise _refusal(key, asked) from answer
        yield asked, answer


def _refusal(key: str, asked: Mapping[str, Any]) -> InvalidInput:
    said = "，".join(f"{name}={value}" for name, value in asked.items())
    return InvalidInput(
        _("决策表没有给出可用的结果"), field="content", value=f"{key}: {said}", cure=_("补一行兜底规则")
    )


def _grades_all(content: Mapping[str, Any]) -> None:
    facts = (
        grade_facts(kind=kind, risk={}, road_class=road_class, repeats=0)
        for kind, road_class in product(_kinds(), (1, 9))
    )
    for asked, answer in _answers(GRADING_TABLE, content, facts):
        rows = answer if isinstance(answer, list) else [answer]
        if not all(row.get("grade") in set(Grade) and row.get("code") and row.get("reason") for row in rows):
            raise _refusal(GRADING_TABLE, asked)


def _zones_all(content: Mapping[str, Any]) -> list[str]:
    """Every zone that the table can give."""
    found = set()
    facts = (
        {"area": area, "road_class": road_class, "on_axis": on_axis}
        for area, road_class, on_axis in product(("", *ZONES), (0, *RoadClass), (True, False))
    )
    for asked, row in _answers(ZONES_KEY, content, facts):
        zone = row.get("zone") if isinstance(row, dict) else None
        if not (isinstance(zone, str) and 0 < len(zone) <= ZONE_LENGTH and row.get("code") and row.get("reason")):
            raise _refusal(ZONES_KEY, asked)
        found.add(zone)
    return sorted(found)


def _norms_all(content: Mapping[str, Any], zones: list[str], *, key: str) -> None:
    """A norm for every zone, grade and kind. `key`: the table that is being published, which a fault is told of."""
    facts = (
        {"zone": zone, "grade": grade.value, "kind": kind} for zone, grade, kind in product(zones, Grade, _kinds())
    )
    for asked, row in _answers(key, content, facts):
        seconds = [row.get(name) for name in ("arrive_s", "close_s")] if isinstance(row, dict) else []
        known = all(isinstance(value, int | float) and 0 < value <= LONGEST_S for value in seconds)
        if not (seconds and known and row.get("code") and row.get("reason")):
            raise _refusal(key, asked)
