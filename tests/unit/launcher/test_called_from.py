"""`./run manage` from another folder: relative paths are meant from there."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from config.launcher import __main__ as launcher
from config.launcher.places import places


@pytest.mark.parametrize(("word", "from_root"), [("import_roads", False), ("makemessages", True)])
def test_a_management_command_runs_where_it_was_called(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, word: str, from_root: bool
) -> None:
    ran: dict[str, Any] = {}

    def run(command: list[str], *, folder: Path, **_more: object) -> int:
        ran.update(command=command, folder=folder)
        return 0

    monkeypatch.setenv("LUZHANG_CALLED_FROM", str(tmp_path))
    monkeypatch.setattr(launcher.children, "run", run)
    monkeypatch.setattr(launcher, "services", lambda *_, **__: nullcontext())
    monkeypatch.setattr(launcher.prepare, "database", lambda *_: None)
    where = places()
    assert launcher._manage(where, [word, "--osm", "rel.pbf"]) == 0
    assert ran["folder"] == (where.root if from_root else tmp_path)
    assert Path(ran["command"][1]) == where.root / "manage.py"
