"""`./run test`: lint, types, import contracts, migrations, templates, translations, then pytest.

The chaos test kills the processes of a whole installation of its own; it comes last and has the machine to itself.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.launcher import children
from config.launcher.places import Places, environment
from config.launcher.services import services
from config.launcher.speech import say

SUITES = (
    ("tests", ("-n", "2", "--dist", "loadgroup", "-m", "not chaos")),
    ("chaos", ("-m", "chaos", "tests/chaos")),
)


def _program(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def checks(where: Places) -> list[tuple[str, list[str]]]:
    """Everything but pytest: name and command line."""
    templates = sorted(str(folder.relative_to(where.root)) for folder in where.root.glob("*/templates"))
    found = [
        ("lint", [_program("ruff"), "check", "--quiet", "."]),
        ("format", [_program("ruff"), "format", "--check", "--quiet", "."]),
        ("types", [_program("mypy"), "--no-error-summary"]),
        ("imports", [_program("lint-imports"), "--no-logo"]),
        ("migrations", children.manage("makemigrations", "--check", "--dry-run")),
    ]
    if templates:
        found.append(("templates", [_program("djlint"), "--lint", "--quiet", *templates]))
    found.append(("translations", [sys.executable, "-m", "config.launcher", "translations"]))
    return found


def main(where: Places, words: list[str]) -> int:
    """With words: pytest with them and nothing else. Returns the exit code."""
    values = {**environment(where), "LUZHANG_SIMULATION": "1"}
    with services(where):
        if words:
            return _pytest(where, values, words)
        failed = _checked(where, values)
        for name, arguments in SUITES:
            if _pytest(where, values, arguments) != 0:
                failed.append(name)
        if failed:
            say(f"failed: {', '.join(failed)}")
        return 1 if failed else 0


def _pytest(where: Places, values: Mapping[str, str], arguments: Sequence[str]) -> int:
    say(f"pytest {' '.join(arguments)}")
    return children.run([sys.executable, "-m", "pytest", *arguments], folder=where.root, environment=values)


def _checked(where: Places, values: Mapping[str, str]) -> list[str]:
    failed = []
    for name, command in checks(where):
        begun = time.monotonic()
        code = children.run(command, folder=where.root, environment=values, stdout=sys.stderr)
        say(f"{name}: {'ok' if code == 0 else 'FAILED'} ({time.monotonic() - begun:.1f} s)")
        if code != 0:
            failed.append(name)
    return failed
