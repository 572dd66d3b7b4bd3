"""Where an installation keeps things: odd paths, folders of others, what the caller set."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from config.environment import ROOT, read
from config.launcher import places as module
from config.launcher.places import MARK, LaunchError, environment, generated, places

# The file that PostgreSQL puts into its socket folder; a socket's path has at most 107 bytes.
SOCKET_FILE = "/.s.PGSQL.5432"
LONGEST_BYTES = 107
NOBODY = 65534


@pytest.fixture
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "LUZHANG_KEYS", "MEDIA_ROOT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that user postgres may enter, as most checkouts are."""
    folder = Path(tempfile.mkdtemp(prefix="luzhang-places-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["short", "路长 平台/县" * 3, "with 'quotes' &=1%20?#", "x" * 90 + "/" + "y" * 90])
@pytest.mark.usefixtures("_nothing_set")
def test_any_path_gives_sockets_that_can_be_bound_and_addresses_that_can_be_read(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("LUZHANG_VAR", str(open_folder / name))
    where = places()
    assert len(os.fsencode(where.postgres_socket)) + len(SOCKET_FILE) <= LONGEST_BYTES
    assert len(os.fsencode(where.redis_socket)) <= LONGEST_BYTES
    values = environment(where)
    assert read(values).database.host == str(where.postgres_socket)
    address = urlsplit(values["REDIS_URL"])
    assert unquote(address.path) == str(where.redis_socket)
    assert parse_qs(address.query) == {"db": ["0"]}
    if not where.redis_socket.is_relative_to(open_folder):
        where.redis_socket.parent.rmdir()


@pytest.mark.usefixtures("_nothing_set")
def test_sourced_environment_still_means_our_own_services(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUZHANG_VAR", str(open_folder / "v"))
    where = places()
    for name, value in generated(where).items():
        monkeypatch.setenv(name, value)
    assert where.has_own_database
    assert where.has_own_redis
    monkeypatch.setenv("DATABASE_URL", "postgis://a:b@elsewhere/c")
    assert not where.has_own_database
    assert environment(where)[MARK] == str(where.var)
    assert MARK not in generated(where)


@pytest.mark.usefixtures("_nothing_set")
def test_secrets_are_made_once_and_kept_private(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUZHANG_VAR", str(open_folder / "v"))
    where = places()
    first = generated(where)
    assert generated(where) == first
    assert where.secrets.stat().st_mode & 0o077 == 0
    where.secrets.write_text("SECRET_KEY=half\n", encoding="utf-8")
    with pytest.raises(LaunchError, match="incomplete: remove it"):
        generated(where)


def test_a_link_in_the_place_of_the_short_socket_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "Path", lambda text: tmp_path / Path(text).name)
    (tmp_path / f"luzhang-mark-{os.geteuid()}").symlink_to(tmp_path)
    with pytest.raises(LaunchError, match="belongs to somebody else: remove it"):
        module._short("mark", tmp_path / "none")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("command", ["stop", "doctor", "env"])
def test_a_folder_of_somebody_else_is_one_line_with_a_cure(open_folder: Path, command: str) -> None:
    theirs = open_folder / "theirs"
    theirs.mkdir(mode=0o755)
    done = _as_nobody(command, theirs / "var")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"belongs to {module.owner_of(theirs)}" in done.stderr
    assert "sudo chown -R" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_cluster_that_root_made_is_one_line_with_a_cure(open_folder: Path) -> None:
    var = open_folder / "var"
    for folder in (var, *(var / name for name in ("run", "log", "static", "media", "networks"))):
        folder.mkdir()
        os.chown(folder, NOBODY, NOBODY)
    (var / "postgres").mkdir(mode=0o700)
    done = _as_nobody("stop", var)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "use sudo ./run" in done.stderr


def _as_nobody(command: str, var: Path) -> subprocess.CompletedProcess[str]:
    if not all(folder.stat().st_mode & 0o001 for folder in (ROOT, *ROOT.parents)):
        pytest.skip("nobody else may enter this checkout")
    become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"]
    values = {"PATH": os.environ["PATH"], "LUZHANG_VAR": str(var), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [*become, sys.executable, "-m", "config.launcher", command],
        cwd=ROOT, env=values, capture_output=True, text=True, check=False,
    )  # fmt: skip
