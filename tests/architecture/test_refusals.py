"""A refusal says which field it is about and what to do: every InvalidInput and Conflict has `field` and `cure`."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import pytest

from tests.architecture.source import ROOMS, name_of, project_files, room_of

REFUSALS = {"InvalidInput", "Conflict"}
WANTED = ("field", "cure")


def lacking(modules: Iterable[tuple[str, ast.Module]]) -> list[str]:
    """One line for every refusal that is made without one of the words; `**more` is taken to bring them."""
    found = []
    for name, tree in modules:
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or _called(node.func) not in REFUSALS:
                continue
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            less = [word for word in WANTED if word not in given or _empty(given[word])]
            if less and None not in given:
                found.append(f"{name}:{node.lineno}: {_called(node.func)} without {', '.join(less)}")
    return found


def _called(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def _empty(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and not value.value


def test_every_refusal_names_field_and_cure() -> None:
    modules = [
        (name_of(path), ast.parse(path.read_text(encoding="utf-8")))
        for path in project_files()
        if path.suffix == ".py" and room_of(path) in ROOMS
    ]
    assert len(modules) > 300
    assert lacking(modules) == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('raise InvalidInput(_("坏"))', 1),
        ('raise InvalidInput(_("坏"), field="x", value=1)', 1),
        ('raise errors.Conflict(_("坏"), cure=_("改"))', 1),
        ('raise InvalidInput(_("坏"), field="x", cure="")', 1),
        ('raise InvalidInput(_("坏"), field="x", cure=_("改"))', 0),
        ('return Conflict(_("坏"), **more)', 0),
        ('raise NotFound(_("没有"))', 0),
    ],
)
def test_the_check_sees_what_lacks(source: str, count: int) -> None:
    wrapped = ast.parse(f"def f():\n    {source}\n")
    assert len(lacking([("example.py", wrapped)])) == count
