"""A database in which every migration has run, made once for each state of the source and copied from then on.

The database of each test process and that of each browser stack are copies: a copy takes half a second of processor
time, the migrations take half a minute. Only on the private cluster; elsewhere the migrations run for each database.
"""

from __future__ import annotations

import fcntl
import hashlib

from config.launcher import children, postgres
from config.launcher.places import Places, environment

NAME = "luzhang_migrated"
# What a migration may run or read. (Pages, their texts and the tests have no part in it.)
KINDS = {".py", ".json", ".csv", ".sql"}
ROOMS = ("config", "core", "stations", "roads", "patrols", "recognition", "incidents", "maps", "demo")
BESIDE = {"static", "templates"}


def migrated(where: Places) -> str:
    """The name of that database on the private cluster, made where it is missing; those of other states are dropped."""
    name = f"{NAME}_{_state(where)}"
    with (where.run / "migrated.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        there = postgres.databases(where)
        if name not in there:
            making = f"{NAME}_new"
            postgres.recreate(where, making)
            values = {**environment(where), "DATABASE_URL": where.database_url.replace("/luzhang?", f"/{making}?")}
            words = children.manage("prepare_database")
            children.needed(words, folder=where.root, environment=values, doing="migrating a database for tests")
            postgres.rename(where, making, name)
            for old in there:
                if old.startswith(f"{NAME}_"):
                    postgres.drop(where, old)
    return name


def _state(where: Places) -> str:
    """A sum over all files that a migration can depend on."""
    files = [path for room in ROOMS for path in (where.root / room).rglob("*") if path.suffix in KINDS]
    digest = hashlib.sha256((where.root / "requirements.lock").read_bytes())
    for path in sorted(files):
        if not BESIDE.intersection(path.relative_to(where.root).parts):
            digest.update(f"{path.relative_to(where.root)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:24]
