"""The private PostgreSQL cluster: a unix socket only, no system service touched."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from config.launcher.places import DATABASE, SERVER_USER, LaunchError, Places, as_server_user
from config.launcher.speech import say

TEMPLATE = "template_luzhang"
EXTENSIONS = ("postgis", "btree_gist", "pg_trgm")
START_TIMEOUT_S = 60
# For a machine with two cores that also runs everything else.
SETTINGS = """
# Written by ./run; changes here stay until the cluster is made anew.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 256MB
work_mem = 8MB
maintenance_work_mem = 128MB
max_locks_per_transaction = 128
random_page_cost = 1.1
jit = off
fsync = on
synchronous_commit = on
track_commit_timestamp = on
max_wal_size = 2GB
checkpoint_timeout = 15min
timezone = 'UTC'
log_timezone = 'UTC'
log_min_duration_statement = 2s
autovacuum_naptime = 15s
idle_in_transaction_session_timeout = 10min
"""


def binaries() -> Path:
    """Folder of the newest PostgreSQL server with PostGIS. Raises LaunchError."""
    found = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists()]
    with_postgis = [
        folder
        for folder in found
        if Path(f"/usr/share/postgresql/{folder.parent.name}/extension/postgis.control").exists()
    ]
    if not with_postgis:
        raise LaunchError("PostgreSQL with PostGIS is missing: ./run setup, or apt-get install postgresql-postgis.")
    return max(with_postgis, key=lambda folder: int(folder.parent.name))


def is_running(where: Places) -> bool:
    """Does a server of this cluster answer?"""
    if not (where.cluster / "postmaster.pid").exists():
        return False
    return _control(where, "status", check=False).returncode == 0


def start(where: Places) -> None:
    """Make the cluster where there is none, start it, make database and template. Raises LaunchError."""
    if not (where.cluster / "PG_VERSION").exists():
        say("making the private PostgreSQL cluster")
        _init(where)
    if not is_running(where):
        _folder(where.postgres_socket)
        started = _control(where, "start", "-w", "-t", str(START_TIMEOUT_S), "-l", str(where.cluster / "server.log"))
        if started.returncode != 0:
            raise LaunchError(f"PostgreSQL did not start: see {where.cluster / 'server.log'}.")
    _databases(where)


def stop(where: Places) -> None:
    """End the server; sessions are cut."""
    if is_running(where):
        _control(where, "stop", "-m", "fast", "-w", "-t", "9", check=False)
    if is_running(where):
        _control(where, "stop", "-m", "immediate", "-w", "-t", "5", check=False)


def client(where: Places, program: str, *arguments: str, database: str = DATABASE) -> list[str]:
    """The command line of a PostgreSQL client program on this cluster."""
    address = ["-h", str(where.postgres_socket), "-p", "5432", "-U", DATABASE]
    return [str(binaries() / program), *address, *(["-d", database] if database else []), *arguments]


def recreate(where: Places, name: str) -> None:
    """An empty database with the extensions, in place of any of that name."""
    drop(where, name)
    _ask(where, f"create database {name} template {TEMPLATE}", "postgres")


def drop(where: Places, name: str) -> None:
    """Remove a database, cutting its sessions; nothing happens where the server is gone."""
    if is_running(where):
        _ask(where, f"drop database if exists {name} with (force)", "postgres")


def _init(where: Places) -> None:
    _folder(where.cluster)
    made = subprocess.run(
        [*as_server_user(), str(binaries() / "initdb"), "-D", str(where.cluster), "-U", DATABASE, "-E", "UTF8"]
        + ["--locale=C.UTF-8", "--auth=trust"],
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        shutil.rmtree(where.cluster, ignore_errors=True)
        raise LaunchError(
            f"initdb failed: {made.stderr.strip().splitlines()[-1] if made.stderr.strip() else 'no reason given'}"
        )
    with (where.cluster / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(SETTINGS + f"unix_socket_directories = '{where.postgres_socket}'\n")


def _folder(folder: Path) -> None:
    """A folder that only the server's user (and root) may enter: the socket asks for no password."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.geteuid() == 0:
        try:
            owner = pwd.getpwnam(SERVER_USER)
        except KeyError:
            raise LaunchError("there is no user postgres: apt-get install postgresql-common.") from None
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    folder.chmod(0o700)


def _control(where: Places, action: str, *arguments: str, check: bool = False) -> subprocess.CompletedProcess[bytes]:
    # The socket folder is given anew: the installation may have moved.
    options = ["-o", f"-k '{where.postgres_socket}'"] if action == "start" else []
    return subprocess.run(
        [*as_server_user(), str(binaries() / "pg_ctl"), "-D", str(where.cluster), *options, action, *arguments],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=check,
        start_new_session=True,
    )


def _ask(where: Places, statement: str, database: str) -> str:
    done = subprocess.run(
        client(where, "psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement, database=database),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise LaunchError(f"PostgreSQL refused {statement.split(maxsplit=1)[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def _databases(where: Places) -> None:
    present = set(_ask(where, "select datname from pg_database", "postgres").splitlines())
    if TEMPLATE not in present:
        making = f"{TEMPLATE}_new"
        if making in present:
            _ask(where, f"drop database {making}", "postgres")
        _ask(where, f"create database {making}", "postgres")
        for extension in EXTENSIONS:
            _ask(where, f"create extension {extension}", making)
        _ask(where, f"alter database {making} rename to {TEMPLATE}", "postgres")
    if DATABASE not in present:
        _ask(where, f"create database {DATABASE} template {TEMPLATE}", "postgres")
