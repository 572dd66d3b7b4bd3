"""What `./run demo` hands on to the command that loads: at least 200 units in a measured run, on whatever roads."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.launcher import children, demo, places, postgres, prepare
from config.launcher.places import LaunchError, Places
from demo.management.commands import demo_load

HERE = Path("/tmp/luzhang-words")
WHERE = Places(HERE, HERE, HERE, HERE, HERE, HERE, HERE)


def _words(*line: str) -> list[str]:
    return demo.loading_words(demo.parser().parse_args(list(line)))


def test_a_measured_run_has_at_least_200_units() -> None:
    assert demo.ONCE_UNITS >= 200
    for roads in ([], ["--osm", "x.osm"], ["--place", "琼海"], ["--nodes", "900"]):
        words = _words("--once", *roads)
        assert words[-2:] == ["--units", str(demo.ONCE_UNITS)] and words[:-2] == roads
    assert _words("--once", "--units", "5") == ["--units", "5"]


def test_a_demonstration_leaves_open_what_was_not_said() -> None:
    assert _words() == []
    assert _words("--osm", "x.osm", "--fresh") == ["--osm", "x.osm", "--fresh"]
    assert demo.ANEW == demo_load.ANEW


class Calls:
    """Stands for the commands: `codes` are what loading ends with, one after the other."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, codes: list[int]) -> None:
        self.codes, self.done = codes, []
        monkeypatch.delenv("DATABASE_URL", raising=False)
        monkeypatch.setattr(children, "run", self._run)
        monkeypatch.setattr(children, "launchers", lambda where: [])
        monkeypatch.setattr(postgres, "recreate", lambda where, name: self.done.append(f"recreate {name}"))
        monkeypatch.setattr(prepare, "database", lambda where, values: self.done.append("prepare"))

    def _run(self, command: list[str], **options: object) -> int:
        self.done.append(command[2])
        return self.codes.pop(0)


def test_half_a_demonstration_is_loaded_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = Calls(monkeypatch, [demo.ANEW, 0])
    demo._load(WHERE, {}, demo.parser().parse_args([]))
    assert calls.done == ["demo_load", f"recreate {places.DATABASE}", "prepare", "demo_load"]


def test_a_database_of_somebody_else_is_never_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = Calls(monkeypatch, [demo.ANEW])
    monkeypatch.setenv("DATABASE_URL", "postgis://somebody@db.invalid/theirs")
    with pytest.raises(LaunchError, match="DATABASE_URL"):
        demo._load(WHERE, {}, demo.parser().parse_args([]))
    assert calls.done == ["demo_load"]


def test_a_fault_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = Calls(monkeypatch, [1])
    with pytest.raises(LaunchError, match="exit 1"):
        demo._load(WHERE, {}, demo.parser().parse_args([]))
    assert calls.done == ["demo_load"]
