"""Every text that an error shows to a person is marked; `config.launcher.translations` asks for the English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.source import ROOT

ROOMS = ("core", "stations", "roads", "patrols", "recognition", "incidents", "maps", "demo", "config")
MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "pgettext"}
# What is written the same in every language: numbers, formats, addresses, commands, names of fields.
_WORDS = re.compile(r"[\u4e00-\u9fff]|\b[a-z]+ [a-z]+\b")
_COMMAND = re.compile(r"^(\./run|--|/)\S*")
# Read by operators at a console, in English: keys before there are settings, wiring, the demonstration's own commands;
# and the engine's policy, whose faults name keys of the JSON that administrators edit.
EXEMPT = {
    "core/crypto.py",
    "core/keys.py",
    "core/notifications/gateway.py",
    "demo/simulation/accounts.py",
    "incidents/dispatch/policy.py",
}


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            if "/migrations/" not in name and name not in EXEMPT:
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def _error_classes(modules: list[tuple[str, ast.Module]]) -> set[str]:
    """Names of LuzhangError and of all that is derived from it, in any module."""
    bases = {
        node.name: {base.id if isinstance(base, ast.Name) else getattr(base, "attr", "") for base in node.bases}
        for _name, tree in modules
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"LuzhangError"}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return found


def _shown(call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    if call.args:
        yield "message", call.args[0]
    for keyword in call.keywords:
        if keyword.arg in ("message", "cure"):
            yield keyword.arg, keyword.value


def _bare(role: str, value: ast.expr) -> bool:
    """Whether a literal stands where a marked text belongs. Formats and commands may be a cure, never a message."""
    if isinstance(value, ast.BinOp):
        return _bare(role, value.left)
    if isinstance(value, ast.BoolOp):
        return any(_bare(role, part) for part in value.values)
    if isinstance(value, ast.IfExp):
        return _bare(role, value.body) or _bare(role, value.orelse)
    if isinstance(value, ast.JoinedStr):
        text = "".join(part.value for part in value.values if isinstance(part, ast.Constant))
    elif isinstance(value, ast.Constant) and isinstance(value.value, str):
        text = value.value
    else:
        return False
    return role == "message" or (bool(_WORDS.search(text)) and not _COMMAND.match(text))


def faults(modules: list[tuple[str, ast.Module]]) -> list[str]:
    """`file:line: role` of every bare literal."""
    classes = _error_classes(modules)
    return [
        f"{name}:{value.lineno}: {role} {ast.unparse(value)}"
        for name, tree in modules
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and (getattr(node.func, "id", "") or getattr(node.func, "attr", "")) in classes
        for role, value in _shown(node)
        if _bare(role, value)
    ]


def test_no_error_has_a_bare_text() -> None:
    assert faults(list(_modules())) == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('raise InvalidInput("坏", cure="改")', 2),
        ('raise InvalidInput(f"bad {x}")', 1),
        ('raise InvalidInput(_("坏 %(x)s") % {"x": 1}, cure=_("改"))', 0),
        ('raise InvalidInput(_("坏"), cure="./run manage build_network")', 0),
        ('raise InvalidInput(_("坏"), cure="west,south,east,north")', 0),
        ('raise InvalidInput(_("坏"), cure="load a network" if y else None)', 1),
        ('raise Odd("bad")', 1),
        ('raise ValueError("ours alone")', 0),
    ],
)
def test_the_check_tells_bare_from_marked(source: str, count: int) -> None:
    classes = "class InvalidInput(LuzhangError): ...\nclass Odd(InvalidInput): ...\n"
    assert len(faults([("example.py", ast.parse(classes + source))])) == count
