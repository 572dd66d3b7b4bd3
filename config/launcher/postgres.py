"""The private PostgreSQL cluster: a unix socket only, no system service touched."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from config.environment import read
from config.launcher.places import DATABASE, MARK, LaunchError, Places, as_server_user, server_owner
from config.launcher.speech import say

TEMPLATE = "template_luzhang"
EXTENSIONS = ("postgis", "btree_gist", "pg_trgm")
START_TIMEOUT_S = 60
LEFTOVERS_TIMEOUT_S = 10.0
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
    """Is there a server of this cluster? A pid file alone says nothing: its number may be another process's by now."""
    try:
        pid = int((where.cluster / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return False
    return os.fsencode(where.cluster) in words


def start(where: Places) -> None:
    """Make the cluster where there is none, start it, make database and template. Raises LaunchError."""
    if not (where.cluster / "PG_VERSION").exists():
        say("making the private PostgreSQL cluster")
        _init(where)
    if not is_running(where):
        _folder(where.postgres_socket, server_owner(where.cluster))
        _start_server(where)
    _databases(where)


def stop(where: Places) -> None:
    """End the server; sessions are cut."""
    if is_running(where):
        _control(where, "stop", "-m", "fast", "-w", "-t", "9")
    if is_running(where):
        _control(where, "stop", "-m", "immediate", "-w", "-t", "5")


def _start_server(where: Places) -> None:
    """Raises LaunchError with the server's own last word."""
    # The server itself refuses to start while another process has the number in its old pid file.
    (where.cluster / "postmaster.pid").unlink(missing_ok=True)
    log = where.cluster / "server.log"
    deadline = time.monotonic() + LEFTOVERS_TIMEOUT_S
    while True:
        if _control(where, "start", "-w", "-t", str(START_TIMEOUT_S), "-l", str(log)).returncode == 0:
            return
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
        last = next((line for line in reversed(lines) if "FATAL" in line), "no reason given")
        # Sessions of a server that was killed end by themselves, but not at once.
        if "still in use" not in last or time.monotonic() > deadline:
            raise LaunchError(f"PostgreSQL did not start ({last.split('FATAL:')[-1].strip()}): see {log}.")
        time.sleep(0.2)


def client_of(values: Mapping[str, str], program: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """A client program on the database of DATABASE_URL: its command line, and an environment with the password."""
    address = read(values).database
    pairs = (("-h", address.host), ("-p", address.port), ("-U", address.user), ("-d", address.name))
    words = [word for pair in pairs if pair[1] for word in pair]
    secret = {"PGPASSWORD": address.password} if address.password else {}
    return [str(binaries() / program), *words, *arguments], {**values, **secret}


def client(where: Places, program: str, *arguments: str, database: str = DATABASE) -> list[str]:
    """The command line of a PostgreSQL client program on this cluster."""
    address = ["-h", str(where.postgres_socket), "-p", "5432", "-U", DATABASE]
    return [str(binaries() / program), *address, *(["-d", database] if database else []), *arguments]


def recreate(where: Places, name: str, template: str = TEMPLATE) -> None:
    """A copy of a database, else an empty one with the extensions, in place of any of that name."""
    drop(where, name)
    _ask(where, f"create database {name} template {template}", "postgres")


def rename(where: Places, name: str, to: str) -> None:
    """Give a database that nobody uses another name."""
    _ask(where, f"alter database {name} rename to {to}", "postgres")


def databases(where: Places) -> set[str]:
    """The names of all databases of the cluster."""
    return set(_ask(where, "select datname from pg_database", "postgres").splitlines())


def drop(where: Places, name: str) -> None:
    """Remove a database, cutting its sessions; nothing happens where the server is gone."""
    if is_running(where):
        _ask(where, f"drop database if exists {name} with (force)", "postgres")


def _init(where: Places) -> None:
    # Under another name until it is complete: it may be interrupted.
    making = where.cluster.with_name(f"{where.cluster.name}.new")
    shutil.rmtree(making, ignore_errors=True)
    if where.cluster.exists():
        where.cluster.rmdir()
    _folder(making, server_owner())
    made = subprocess.run(
        [*as_server_user(), str(binaries() / "initdb"), "-D", str(making), "-U", DATABASE, "-E", "UTF8"]
        + ["--locale=C.UTF-8", "--auth=trust"],
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        shutil.rmtree(making, ignore_errors=True)
        raise LaunchError(
            f"initdb failed: {made.stderr.strip().splitlines()[-1] if made.stderr.strip() else 'no reason given'}"
        )
    with (making / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)
    making.rename(where.cluster)


def _folder(folder: Path, owner: tuple[int, int]) -> None:
    """A folder that only the server's user (and root) may enter: the socket asks for no password."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.geteuid() == 0:
        os.chown(folder, *owner)
    folder.chmod(0o700)


def _control(where: Places, action: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    # The socket folder is given at each start: the installation may have moved. pg_ctl hands it to a shell.
    options = ["-o", f"-k {shlex.quote(str(where.postgres_socket))}"] if action == "start" else []
    control = [*as_server_user(where.cluster), str(binaries() / "pg_ctl"), "-D", str(where.cluster)]
    return subprocess.run(
        [*control, *options, action, *arguments],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        start_new_session=True,
        env={name: value for name, value in os.environ.items() if name != MARK},
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


def _wait_answering(where: Places) -> None:
    """A server that somebody else started may still be recovering."""
    probe = client(where, "pg_isready", "-q", database="postgres")
    deadline = time.monotonic() + START_TIMEOUT_S
    while subprocess.run(probe, stdin=subprocess.DEVNULL, check=False).returncode != 0:
        if time.monotonic() > deadline or not is_running(where):
            raise LaunchError(f"PostgreSQL does not answer: see {where.cluster / 'server.log'}.")
        time.sleep(0.1)


def _databases(where: Places) -> None:
    _wait_answering(where)
    present = databases(where)
    if TEMPLATE not in present:
        making = f"{TEMPLATE}_new"
        if making in present:
            _ask(where, f"drop database {making}", "postgres")
        _ask(where, f"create database {making}", "postgres")
        for extension in EXTENSIONS:
            _ask(where, f"create extension {extension}", making)
        rename(where, making, TEMPLATE)
    if DATABASE not in present:
        _ask(where, f"create database {DATABASE} template {TEMPLATE}", "postgres")
