"""Compiling decision tables with the zen engine, and finding at once what the engine would pass over in silence
(Django-free).

The engine takes a cell that it can't parse as "does not hit", and an input that is missing as null. For a rule that
grades a crash both are unacceptable: each cell is parsed when a table is published, and the inputs that it reads are
required.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import zen

from core.jsontext import dumps


class BadTable(ValueError):
    """The content can't be used; `place` names node, row and column."""

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.place = place


@dataclass(frozen=True, slots=True)
class Compiled:
    """A table ready to run; `needs` are the names that the caller's data must have (null is allowed).

    `pure`: the same data give the same answer at any time, so that an answer may be kept.
    """

    decision: Any
    needs: frozenset[str]
    pure: bool = False


_engine = zen.ZenEngine()
_PURE_NODES = frozenset({"inputNode", "outputNode", "decisionTableNode", "expressionNode", "switchNode"})
# The engine's functions that read the clock (d, date, time with "now" or nothing) or draw a number.
_IMPURE = re.compile(r"\b(d|date|time|dateString|rand|now|today)\b\s*\(")


def compiled(content: Mapping[str, Any]) -> Compiled:
    """Compile JDM content. Raises BadTable for what is no decision model, or holds a cell that can't be parsed."""
    try:
        decision = _engine.create_decision(dumps(content))
        decision.validate()
    except (RuntimeError, TypeError, ValueError) as problem:
        raise BadTable(_short(problem)) from problem
    read: set[str] = set()
    written: set[str] = set()
    for node in content.get("nodes", []):
        body = node.get("content") or {}
        if node.get("type") == "decisionTableNode":
            _check_table(node.get("name") or node.get("id"), body)
            read |= {_root(column["field"]) for column in body.get("inputs", []) if column.get("field")}
            written |= {_root(column["field"]) for column in body.get("outputs", []) if column.get("field")}
        elif node.get("type") == "expressionNode":
            for line in body.get("expressions", []):
                _check(zen.compile_expression, line.get("value", ""), f"{node.get('name')}/{line.get('key')}")
                written.add(_root(line.get("key", "")))
    return Compiled(decision, frozenset(read - written), _is_pure(content))


def _is_pure(content: Mapping[str, Any]) -> bool:
    """Only kinds of nodes that compute nothing but cells, and no cell that asks the clock or for chance."""
    return all(node.get("type") in _PURE_NODES for node in content.get("nodes", [])) and not _IMPURE.search(
        dumps(content)
    )


def _check_table(name: str, body: Mapping[str, Any]) -> None:
    for number, rule in enumerate(body.get("rules", []), start=1):
        for column in body.get("inputs", []):
            check = zen.compile_unary_expression if column.get("field") else zen.compile_expression
            _check(check, rule.get(column["id"], ""), f"{name} row {number} {column.get('name')}")
        for column in body.get("outputs", []):
            _check(zen.compile_expression, rule.get(column["id"], ""), f"{name} row {number} {column.get('name')}")


def _check(check: Callable[[str], Any], cell: str, place: str) -> None:
    # Compiled, not validated: the engine's own validation (2.1.3) refuses unary cells such as "> 0".
    if not cell or not cell.strip():
        return
    try:
        check(cell)
    except RuntimeError as problem:
        raise BadTable(f"{place}: {cell} ({_short(problem)})", place) from problem


def _root(field: str) -> str:
    return field.split(".", 1)[0].split("[", 1)[0].strip()


def _short(problem: Exception) -> str:
    return str(problem).split("\n\nStack", 1)[0].replace("\n", " ")[:300]
