"""What every start checks: translations compiled, database migrated."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Mapping

from config.environment import read
from config.launcher import children, postgres
from config.launcher.places import Places

# How many migrations the database has run, and the remark that the last check left on it.
_STATE = (
    "select (select count(*) from django_migrations) || ' ' || coalesce(shobj_description(oid, 'pg_database'), '')"
    " from pg_database where datname = current_database()"
)


def messages(where: Places) -> int:
    """Compile translation catalogues that are newer than their compiled form. Returns how many were."""
    import polib

    count = 0
    for source in sorted(where.root.glob("locale/*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(compiled))
            count += 1
    return count


def database(where: Places, environment: Mapping[str, str]) -> None:
    """Bring the database up to date. Raises LaunchError.

    A remark on the database itself says for which migrations that was done, so that a start which finds nothing new
    need not load Django; it goes when the database goes, and no dump carries it.
    """
    files = _migrations(where)
    count, _, remark = _ask(environment, _STATE).partition(" ")
    if count and remark == f"prepared {files} {count}":
        return
    children.needed(
        children.manage("prepare_database"), folder=where.root, environment=environment, doing="migrating the database"
    )
    count = _ask(environment, _STATE).partition(" ")[0]
    name = read(environment).database.name.replace('"', '""')
    _ask(environment, f"comment on database \"{name}\" is 'prepared {files} {count}'")


def _migrations(where: Places) -> str:
    """A sum over all that a migration run depends on: our migration files, and the versions of the applications."""
    sources = [*sorted(where.root.glob("*/migrations/*.py")), where.root / "requirements.lock"]
    digest = hashlib.sha256()
    for source in sources:
        digest.update(f"{source.relative_to(where.root)}\0".encode() + source.read_bytes())
    return digest.hexdigest()[:32]


def _ask(environment: Mapping[str, str], statement: str) -> str:
    """The answer, or nothing: an empty database has no such table, an outside one may allow no remark."""
    command, values = postgres.client_of(environment, "psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement)
    done = subprocess.run(command, env=values, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
