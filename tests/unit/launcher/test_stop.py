"""Ending processes: those of others, entries that make no sense, and what a killed launcher left."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.launcher import children
from config.launcher.places import MARK, LaunchError, Places
from config.launcher.supervisor import end_trees, identify

_SLEEPER = [sys.executable, "-c", "import signal; print('up', flush=True); signal.pause()"]


@pytest.fixture
def where(tmp_path: Path) -> Places:
    (tmp_path / "launchers").mkdir()
    blank = Places(*[tmp_path] * len(dataclasses.fields(Places)))
    return dataclasses.replace(blank, run=tmp_path, var=tmp_path)


def _sleeper(where: Places, *, marked: bool = True) -> subprocess.Popen[bytes]:
    values = {**os.environ, MARK: str(where.var) if marked else "elsewhere"}
    process = subprocess.Popen(_SLEEPER, env=values, stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    return process


def _enter(where: Places, pid: int, text: str | None = None) -> Path:
    found = identify(pid)
    assert found is not None
    entry = where.run / "launchers" / f"{pid}.json"
    entry.write_text(text or json.dumps({"pid": pid, "started": found.started}), encoding="utf-8")
    return entry


def test_orphans_are_those_that_carry_the_mark_and_descend_from_no_launcher(where: Places) -> None:
    orphan, stranger, launcher = _sleeper(where), _sleeper(where, marked=False), _sleeper(where)
    try:
        _enter(where, launcher.pid)
        # They descend from this process, which is no orphan's parent in life.
        found = children._marked(where, [one.pid for one in (orphan, stranger, launcher)])
        assert found == [orphan.pid, launcher.pid]
        assert children.orphans(where) == []
        assert [one.pid for one in children.launchers(where)] == [launcher.pid]
        assert children.end_registered(where) == 1
        assert (launcher.wait(), orphan.poll(), stranger.poll()) == (-signal.SIGTERM, None, None)
    finally:
        end_trees([one.pid for one in (orphan, stranger, launcher)], grace_s=1.0)
        for one in (orphan, stranger, launcher):
            one.wait()


@pytest.mark.parametrize("text", ["{", "{}", "[]", '{"pid": "x", "started": 1}', '{"pid": 1, "started": 1}'])
def test_an_entry_that_names_no_live_launcher_is_removed(where: Places, text: str) -> None:
    entry = _enter(where, os.getpid(), text)
    assert children.launchers(where) == []
    assert not entry.exists()


def test_a_process_that_may_not_be_signalled_is_named_and_the_others_end(
    where: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, ours = _sleeper(where), _sleeper(where)
    kill = os.kill

    def _kill(pid: int, number: int) -> None:
        if pid == theirs.pid:
            raise PermissionError(1, "Operation not permitted")
        kill(pid, number)

    try:
        for one in (theirs, ours):
            _enter(where, one.pid)
        monkeypatch.setattr(os, "kill", _kill)
        monkeypatch.setattr(children, "end_trees", lambda roots, grace_s=0.0: end_trees(roots, grace_s=0.2))
        with pytest.raises(LaunchError, match=rf"process {theirs.pid} of \w+ does not end: sudo \./run stop"):
            children.end_registered(where)
        assert ours.wait() == -signal.SIGTERM
    finally:
        monkeypatch.undo()
        end_trees([theirs.pid, ours.pid], grace_s=1.0)
        theirs.wait()
        ours.wait()
