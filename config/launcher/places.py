"""Where the launcher keeps things: folders, sockets, secrets, addresses."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import zlib
from dataclasses import dataclass
from pathlib import Path

from config.environment import ROOT
from core import keys

# A unix socket's path has at most 107 bytes; the rest is for the file's own name.
MAX_SOCKET_FOLDER = 80
SERVER_USER = "postgres"
DATABASE = "luzhang"


class LaunchError(Exception):
    """Something is missing or wrong; the text says what, and the cure."""


@dataclass(frozen=True)
class Places:
    """Folders of one installation."""

    root: Path
    var: Path
    cluster: Path
    postgres_socket: Path
    redis_socket: Path
    run: Path
    log: Path

    @property
    def secrets(self) -> Path:
        """Generated development values, readable by the owner only."""
        return self.var / "secrets.env"

    @property
    def database_url(self) -> str:
        """Of the private cluster."""
        return f"postgis://{DATABASE}@/{DATABASE}?host={self.postgres_socket}&port=5432"

    @property
    def redis_url(self) -> str:
        """Of the private Redis."""
        return f"unix://{self.redis_socket}?db=0"


def called_from(path: Path) -> Path:
    """A path of the command line, meant from where `./run` was called."""
    return (Path(os.environ.get("LUZHANG_CALLED_FROM") or Path.cwd()) / path).absolute()


def as_server_user() -> list[str]:
    """PostgreSQL refuses to run as root: words before a command that make it run as user postgres."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={SERVER_USER}", f"--regid={SERVER_USER}", "--init-groups", "--"]


def places() -> Places:
    """The folders of this installation, made where missing."""
    var = Path(os.environ.get("LUZHANG_VAR") or ROOT / "var").absolute()
    run, log = var / "run", var / "log"
    for folder in (var, run, log, var / "static", var / "media", var / "networks"):
        folder.mkdir(parents=True, exist_ok=True)
    mark = f"{zlib.crc32(str(var).encode()):08x}"
    home = var
    if os.geteuid() == 0 and not _may_enter(var):
        home = Path(f"/var/lib/luzhang-{mark}")
        home.mkdir(exist_ok=True)
        home.chmod(0o711)
    sockets = home / "run"
    if len(str(sockets)) > MAX_SOCKET_FOLDER:
        sockets = Path(f"/tmp/luzhang-{mark}-{os.geteuid()}")  # noqa: S108  a private folder of this name, checked below
    sockets.mkdir(exist_ok=True, mode=0o711)
    if sockets.stat().st_uid != os.geteuid():
        raise LaunchError(f"{sockets} belongs to somebody else: remove it, or set LUZHANG_VAR to a shorter path.")
    return Places(
        root=ROOT,
        var=var,
        cluster=home / "postgres",
        postgres_socket=sockets / "postgres",
        redis_socket=sockets / "redis.sock",
        run=run,
        log=log,
    )


def _may_enter(folder: Path) -> bool:
    if shutil.which("setpriv") is None:
        raise LaunchError("setpriv is missing: apt-get install util-linux.")
    probe = subprocess.run([*as_server_user(), "test", "-x", str(folder)], cwd="/", check=False, capture_output=True)
    return probe.returncode == 0


def environment(where: Places) -> dict[str, str]:
    """The environment for every process of this installation: what the caller set wins over what is generated."""
    return {**generated(where), **os.environ}


def generated(where: Places) -> dict[str, str]:
    """What is set where the caller sets nothing."""
    return {**_secrets(where), **_defaults(where)}


def _defaults(where: Places) -> dict[str, str]:
    return {
        "DATABASE_URL": where.database_url,
        "REDIS_URL": where.redis_url,
        "LUZHANG_VAR": str(where.var),
        "LUZHANG_HTTPS": "0",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(where.root),
        "PYTHONUNBUFFERED": "1",
        # Many processes share few cores: libraries that start a thread per core for each of them only get in the way.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _secrets(where: Places) -> dict[str, str]:
    """Development secrets of this installation, written once."""
    if not where.secrets.exists():
        text = f"SECRET_KEY={secrets.token_urlsafe(48)}\nLUZHANG_KEYS={keys.generate()}\n"
        try:
            handle = os.open(where.secrets, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _secrets(where)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    lines = where.secrets.read_text(encoding="utf-8").splitlines()
    values = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    if not values.get("SECRET_KEY") or not values.get("LUZHANG_KEYS"):
        raise LaunchError(
            f"{where.secrets} is incomplete: remove it to have new secrets made (old personal data is lost)."
        )
    return values
