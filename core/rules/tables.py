"""Versions of decision tables: publish, find the one in force, evaluate with a trace."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.errors import InvalidInput, LuzhangError, NotFound
from core.jsontext import dumps
from core.models import DecisionTable
from core.rules.compiling import BadTable, Compiled, compiled

LOOKED_UP_FOR_S = 1.0
COMPILED_AT_MOST = 64
ANSWERS_AT_MOST = 2048


class RuleFailed(LuzhangError):
    """A decision table could not be evaluated, or gave no answer: a fault to be seen, never a silent default."""

    code = "rule_failed"
    status = 500


@dataclass(frozen=True, slots=True)
class TableVersion:
    """The version of a table that was in force."""

    key: str
    version: int
    content: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a table said; `rule_trace` has each node that ran, and for tables the row that hit."""

    result: dict[str, Any] | list[dict[str, Any]]
    rule_trace: list[dict[str, Any]]
    table_version: int


_compiled: OrderedDict[tuple[str, int], Compiled] = OrderedDict()
# Answers of pure tables as JSON, by table, version and data; versions never change, so neither do their answers.
_answers: OrderedDict[tuple[str, int, str], str] = OrderedDict()
_answers_lock = threading.Lock()
_in_force: dict[str, tuple[float, list[tuple[dt.datetime, int]]]] = {}


def table_publish(
    *, actor_id: int | None, key: str, content: Mapping[str, Any], valid_from: dt.datetime | None = None, note: str = ""
) -> DecisionTable:
    """Publish a new version of a table after compiling it once. InvalidInput when the engine refuses the content."""
    _checked(key, content)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"luzhang-table:{key}"])
        last = DecisionTable.objects.filter(key=key).order_by("-version").values_list("version", flat=True).first()
        table = DecisionTable.objects.create(
            key=key, version=(last or 0) + 1, content=json.loads(dumps(content)),
            valid_from=valid_from or clock.now(), created_by_id=actor_id, note=note,
        )  # fmt: skip
        audit.record(
            actor_id=actor_id, action="rules.publish", object_type="decision_table", object_id=table.pk,
            organisation_path="", reason=note, details={"key": key, "version": table.version},
        )  # fmt: skip
    _in_force.pop(key, None)
    return table


def table_in_force(key: str, at: dt.datetime | None = None) -> TableVersion:
    """The newest version valid at `at` (default: now). Raises NotFound when there is none."""
    version = _version_at(key, at or clock.now())
    content = DecisionTable.objects.values_list("content", flat=True).get(key=key, version=version)
    return TableVersion(key, version, dumps(content))


def evaluate(key: str, data: Mapping[str, Any], at: dt.datetime | None = None) -> Outcome:
    """Evaluate the version in force at `at` on plain data.

    A new version is in force in every process within 1 s. Raises NotFound without a table, RuleFailed when it fails
    or when no row hits.
    """
    version = _version_at(key, at or clock.now())
    table = _compiled.get((key, version))
    if table is None:
        content = DecisionTable.objects.values_list("content", flat=True).get(key=key, version=version)
        table = _checked(key, content)
        _compiled[(key, version)] = table
        if len(_compiled) > COMPILED_AT_MOST:
            _compiled.popitem(last=False)
    return _evaluated(table, key, version, data) if not table.pure else _remembered(table, key, version, data)


def table_try(
    key: str, content: Mapping[str, Any], facts: Iterable[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], Any]]:
    """What content that is not published would say of each of `facts`: (facts, result), or (facts, RuleFailed) where
    it says nothing. InvalidInput when the engine refuses the content.
    """
    table = _checked(key, content)
    for data in facts:
        try:
            yield data, _evaluated(table, key, 0, data).result
        except RuleFailed as problem:
            yield data, problem


def _remembered(table: Compiled, key: str, version: int, data: Mapping[str, Any]) -> Outcome:
    """As `_evaluated`; what was answered before is not computed again. Each caller gets objects of its own."""
    asked = (key, version, dumps(data, canonical=True))
    with _answers_lock:
        text = _answers.get(asked)
        if text is not None:
            _answers.move_to_end(asked)
    if text is None:
        outcome = _evaluated(table, key, version, data)
        with _answers_lock:
            _answers[asked] = dumps([outcome.result, outcome.rule_trace])
            if len(_answers) > ANSWERS_AT_MOST:
                _answers.popitem(last=False)
        return outcome
    result, rule_trace = json.loads(text)
    return Outcome(result, rule_trace, version)


def _version_at(key: str, at: dt.datetime) -> int:
    """From a list kept for a second, so that the hot path asks the database once a second only."""
    read_at, versions = _in_force.get(key, (float("-inf"), []))
    if time.monotonic() - read_at > LOOKED_UP_FOR_S or not versions:
        rows = DecisionTable.objects.filter(key=key).order_by("-version").values_list("valid_from", "version")
        versions = list(rows)
        _in_force[key] = (time.monotonic(), versions)
    for valid_from, version in versions:
        if valid_from <= at:
            return version
    raise NotFound(_("没有生效的决策表"), field="key", value=key, cure=_("先发布一个版本"))


def forget() -> None:
    """Drop everything remembered about tables (tests)."""
    _in_force.clear()
    _compiled.clear()
    with _answers_lock:
        _answers.clear()


def _checked(key: str, content: Mapping[str, Any]) -> Compiled:
    try:
        return compiled(content)
    except BadTable as problem:
        raise InvalidInput(
            _("决策表无法使用"), code="bad_table", field=problem.place or "content", value=key, cure=str(problem)
        ) from problem


def _evaluated(table: Compiled, key: str, version: int, data: Mapping[str, Any]) -> Outcome:
    missing = sorted(table.needs - set(data))
    if missing:
        raise RuleFailed(_("决策表缺少输入"), field=key, value=version, cure=", ".join(missing))
    try:
        answer = table.decision.evaluate(json.loads(dumps(data)), {"trace": True})
    except RuntimeError as problem:
        raise RuleFailed(
            _("决策表执行失败"), field=key, value=version, cure=str(problem).split("\n\nStack", 1)[0][:300]
        ) from problem
    result = answer.get("result")
    if not isinstance(result, dict | list) or not result:
        raise RuleFailed(_("决策表没有给出结果"), field=key, value=version, cure=_("补一行兜底规则"))
    return Outcome(result, _trace(answer.get("trace") or {}), version)


def _trace(trace: Mapping[str, Any]) -> list[dict[str, Any]]:
    nodes = sorted(trace.values(), key=lambda node: node.get("order") or 0)
    steps = []
    for node in nodes:
        step: dict[str, Any] = {"node": node.get("name") or node.get("id")}
        detail = node.get("traceData")
        if detail:
            step["rule"] = detail
        steps.append(step)
    return steps
