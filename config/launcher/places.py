"""Where the launcher keeps things: folders, sockets, secrets, addresses."""

from __future__ import annotations

import errno
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import zlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from config.environment import ROOT
from core import keys

# A unix socket's path has at most 107 bytes; the rest is for the file's own name.
MAX_SOCKET_FOLDER_BYTES = 80
# In the environment of every process that runs beside a launcher, the services apart.
MARK = "LUZHANG_LAUNCHED_BY"
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
        return f"postgis://{DATABASE}@/{DATABASE}?host={quote(str(self.postgres_socket))}&port=5432"

    @property
    def redis_url(self) -> str:
        """Of the private Redis."""
        return f"unix://{quote(str(self.redis_socket))}?db=0"

    @property
    def has_own_database(self) -> bool:
        """Is the private cluster the one in use? (The environment may name another.)"""
        return os.environ.get("DATABASE_URL") in (None, "", self.database_url)

    @property
    def has_own_redis(self) -> bool:
        """Is the private Redis the one in use?"""
        return os.environ.get("REDIS_URL") in (None, "", self.redis_url)


def called_from(path: Path) -> Path:
    """A path of the command line, meant from where `./run` was called."""
    return (Path(os.environ.get("LUZHANG_CALLED_FROM") or Path.cwd()) / path).absolute()


def owner_of(path: Path) -> str:
    """The name of its user, or the number of one that has no name here."""
    number = path.stat().st_uid
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def server_owner(cluster: Path | None = None) -> tuple[int, int]:
    """User and group that PostgreSQL runs as: it refuses to run as root, and then runs as user postgres.

    A cluster that another user made goes on as that user's, so that root can stop what a user started. Raises
    LaunchError.
    """
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    if cluster is not None and cluster.exists() and (found := cluster.stat()).st_uid != 0:
        return found.st_uid, found.st_gid
    try:
        user = pwd.getpwnam(SERVER_USER)
    except KeyError:
        raise LaunchError("there is no user postgres: ./run setup, or apt-get install postgresql-common.") from None
    return user.pw_uid, user.pw_gid


def as_server_user(cluster: Path | None = None) -> list[str]:
    """Words before a command that make it run as `server_owner`. Raises LaunchError."""
    if os.geteuid() != 0:
        return []
    user, group = server_owner(cluster)
    return ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", "--"]


def places() -> Places:
    """The folders of this installation, made where missing."""
    var = Path(os.environ.get("LUZHANG_VAR") or ROOT / "var").absolute()
    run, log = var / "run", var / "log"
    for folder in (var, run, log, var / "static", var / "media", var / "networks"):
        _own(folder)
    mark = f"{zlib.crc32(str(var).encode()):08x}"
    home = var
    if os.geteuid() == 0 and not (var / "postgres").exists() and not _may_enter(var):
        home = Path(f"/var/lib/luzhang-{mark}")
        home.mkdir(exist_ok=True)
        home.chmod(0o711)
    cluster, sockets = home / "postgres", home / "run"
    if len(os.fsencode(sockets)) > MAX_SOCKET_FOLDER_BYTES:
        sockets = _short(mark, cluster)
    sockets.mkdir(exist_ok=True, mode=0o711)
    if not os.access(cluster, os.X_OK) and cluster.exists():
        raise LaunchError(
            f"{cluster} belongs to {owner_of(cluster)}, for root made it: use sudo ./run, or set LUZHANG_VAR."
        )
    return Places(
        root=ROOT,
        var=var,
        cluster=cluster,
        postgres_socket=sockets / "postgres",
        redis_socket=sockets / "redis.sock",
        run=run,
        log=log,
    )


def _own(folder: Path) -> None:
    """Make a folder that this user can write to. Raises LaunchError with the cure."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        problem = 0 if os.access(folder, os.W_OK | os.X_OK) else errno.EACCES
        if problem and os.statvfs(folder).f_flag & os.ST_RDONLY:
            problem = errno.EROFS
    except OSError as found:
        problem = found.errno or errno.EACCES
    if problem == errno.EROFS:
        raise LaunchError(f"{folder} is on a read-only file system: set LUZHANG_VAR to a folder that can be written.")
    if problem in (errno.EACCES, errno.EPERM):
        lasting = next(above for above in (folder, *folder.parents) if os.access(above, os.F_OK))
        raise LaunchError(
            f"{folder} cannot be written, {lasting} belongs to {owner_of(lasting)}: "
            f"sudo chown -R $(id -u) {lasting}, or set LUZHANG_VAR to a folder of yours."
        )
    if problem:
        raise LaunchError(f"{folder} cannot be made ({os.strerror(problem)}): set LUZHANG_VAR to another folder.")


def _short(mark: str, cluster: Path) -> Path:
    """A folder for sockets with a short path; that of the user who made the cluster. Raises LaunchError."""
    owner = os.geteuid()
    if owner == 0 and cluster.exists() and owner_of(cluster) != SERVER_USER:
        owner = server_owner(cluster)[0]
    folder = Path(f"/tmp/luzhang-{mark}-{owner}")  # noqa: S108  checked here: nobody else's, and no link
    folder.mkdir(exist_ok=True, mode=0o711)
    found = folder.lstat()
    if found.st_uid not in (owner, os.geteuid()) or not stat.S_ISDIR(found.st_mode):
        raise LaunchError(f"{folder} belongs to somebody else: remove it, or set LUZHANG_VAR to a shorter path.")
    return folder


def _may_enter(folder: Path) -> bool:
    if shutil.which("setpriv") is None:
        raise LaunchError("setpriv is missing: apt-get install util-linux.")
    probe = subprocess.run([*as_server_user(), "test", "-x", str(folder)], cwd="/", check=False, capture_output=True)
    return probe.returncode == 0


def environment(where: Places) -> dict[str, str]:
    """The environment for every process of this installation: what the caller set wins over what is generated."""
    return {**generated(where), **os.environ, MARK: str(where.var)}


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
        "PYTHONPYCACHEPREFIX": os.environ.get("PYTHONPYCACHEPREFIX") or str(where.var / "pycache"),
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
