"""Each thing that is missing is one line that ends with its cure."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from config.environment import ROOT
from config.launcher import children, doctor, postgres, redis, vendor
from config.launcher.doctor import Finding
from config.launcher.places import LaunchError, Places, places


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "LUZHANG_KEYS", "MEDIA_ROOT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LUZHANG_VAR", str(tmp_path / "var"))
    monkeypatch.setattr("config.launcher.places._may_enter", lambda folder: True)
    return places()


def _found(where: Places) -> dict[str, Finding]:
    return {finding.what: finding for finding in doctor.findings(where)}


def _no_server() -> Path:
    raise LaunchError("PostgreSQL with PostGIS is missing: ./run setup, or apt-get install postgresql-postgis.")


def _break_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)


def _break_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "binaries", _no_server)


def _break_pango(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LIBRARIES", {"libnothing.so.9": "libnothing9"})


def _break_vendor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor, "TARGET", "nothing/here")


def _break_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.metadata, "version", lambda name: "0")


def _break_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "ENOUGH_DISK_GB", 10**9)


def _break_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "short")


def _break_outside_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgis://a@/b?host=/nothing/here")


def _leave_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "orphans", lambda where: [4711, 4712])


@pytest.mark.parametrize(
    ("breaking", "what", "cure"),
    [
        (_break_programs, "Redis", "./run setup, or apt-get install redis-server"),
        (_break_programs, "chromium (browser tests)", "apt-get install chromium"),
        (_break_programs, "ogr2ogr (tests of /ogc/)", "apt-get install gdal-bin"),
        (_break_programs, "msgfmt (new translations)", "apt-get install gettext"),
        (_break_programs, "npm (browser libraries)", "apt-get install npm"),
        (_break_server, "PostgreSQL + PostGIS", "apt-get install postgresql-postgis"),
        (_break_pango, "Pango (PDF)", "apt-get install libnothing9"),
        (_break_vendor, "browser libraries", "./run setup"),
        (_break_packages, "Python packages", "./run setup"),
        (_break_disk, "disk", "free 1000000000 GB at"),
        (_break_secret, "environment", "SECRET_KEY has 5 characters: use 32 or more random ones."),
        (_break_outside_database, "database", "look at DATABASE_URL and at that server"),
        (_leave_processes, "processes", "./run stop"),
    ],
)
def test_what_is_missing_is_one_line_with_its_cure(
    where: Places,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    breaking: Callable[[pytest.MonkeyPatch], None],
    what: str,
    cure: str,
) -> None:
    breaking(monkeypatch)
    assert doctor.main(where) == 1
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith(f"!! {what}: ")]
    assert len(lines) == 1
    assert cure in lines[0].split(" -> ", 1)[1]


def test_nothing_that_is_whole_is_called_wrong(where: Places) -> None:
    found = _found(where)
    assert {name for name, finding in found.items() if finding.cure} <= {"disk", "Chinese fonts"}
    assert found["database"].found == "private, not running"
    assert found["Redis"].found == "not running"


def test_an_old_pid_file_is_no_running_server(where: Places) -> None:
    """Its number is another process's by now."""
    where.cluster.mkdir()
    (where.cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{where.cluster}\n", encoding="utf-8")
    assert not postgres.is_running(where)
    (where.cluster / "postmaster.pid").write_text("", encoding="utf-8")
    assert not postgres.is_running(where)


def test_redis_that_does_not_start_names_its_log(where: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis, "command", lambda places: ["false"])
    with pytest.raises(LaunchError, match=r"Redis did not start: see .*redis\.log"):
        redis.start(dataclasses.replace(where, redis_socket=where.var / "r.sock"))


def test_before_anything_is_installed_each_missing_package_is_named(tmp_path: Path) -> None:
    """`./run doctor` in a fresh clone installs nothing, and says what `./run setup` would."""
    shutil.copy(ROOT / "run", tmp_path / "run")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "cat", "dirname", "env", "grep", "id", "sort", "tr"):
        (tools / name).symlink_to(str(shutil.which(name)))
    done = subprocess.run(
        ["bash", str(tmp_path / "run"), "doctor"],
        env={"PATH": str(tools)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    for package in ("redis-server", "nodejs", "npm", "chromium", "gettext", "python3-venv", "Python packages"):
        assert [line for line in done.stdout.splitlines() if line.startswith(f"!! {package}: missing -> ./run setup")]
    assert not (tmp_path / ".venv").exists()
