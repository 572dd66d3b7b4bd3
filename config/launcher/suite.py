"""`./run test`: lint, types, import contracts, migrations, templates, translations, then pytest.

The chaos test kills the processes of a whole installation and is not yet steady on a loaded machine, so it is asked for
by name: `./run test tests/chaos`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path

from config.launcher import children
from config.launcher.places import Places, environment
from config.launcher.services import services
from config.launcher.speech import say

WORKERS = "2"


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
        failed = [] if words else _checked(where, values)
        pytest = [sys.executable, "-m", "pytest", *(words or ["-n", WORKERS, "--dist", "loadgroup", "-m", "not chaos"])]
        say("pytest")
        code = children.run(pytest, folder=where.root, environment=values)
        if failed:
            say(f"failed: {', '.join(failed)}")
            return code or 1
        return code


def _checked(where: Places, values: Mapping[str, str]) -> list[str]:
    failed = []
    for name, command in checks(where):
        begun = time.monotonic()
        code = children.run(command, folder=where.root, environment=values, stdout=sys.stderr)
        say(f"{name}: {'ok' if code == 0 else 'FAILED'} ({time.monotonic() - begun:.1f} s)")
        if code != 0:
            failed.append(name)
    return failed
