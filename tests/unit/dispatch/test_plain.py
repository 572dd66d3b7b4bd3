"""The engine stays plain: no Django, no clock, no chance (invariant 12)."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import incidents.dispatch

FOLDER = Path(incidents.dispatch.__file__).parent
MODULES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
FORBIDDEN = {"time", "datetime", "random", "secrets", "uuid", "os", "django", "core.clock"}


def test_importing_the_engine_does_not_import_django() -> None:
    names = ", ".join(f"incidents.dispatch.{name}" for name in MODULES)
    code = f"import sys; import {names}; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=FOLDER.parents[1], check=False).returncode == 0


@pytest.mark.parametrize("name", MODULES)
def test_no_module_reads_a_clock_or_draws_lots(name: str) -> None:
    tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}
    assert not {one for one in imported if one in FORBIDDEN or one.split(".")[0] in FORBIDDEN}
