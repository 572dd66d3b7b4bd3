"""PostgreSQL and Redis of this installation, shared by every `./run` that needs them at the same time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from config.launcher import postgres, redis
from config.launcher.places import Places
from config.launcher.speech import say

KEEP = "keep"


def _open_lock(where: Places, name: str) -> IO[str]:
    return (where.run / name).open("a")


@contextmanager
def services(where: Places, *, keep: bool = False) -> Iterator[None]:
    """Services that run inside the block; see `places.environment` for where they are.

    They end when the last user leaves, unless one asked to `keep` them (`./run manage` does: the next call is then
    fast; `./run stop` ends them). What DATABASE_URL or REDIS_URL name from outside is left alone. Raises LaunchError.
    """
    with _open_lock(where, "services.users") as users:
        # Starting and ending are done by one at a time; the shared lock tells the others that somebody is here.
        with _exclusive(where):
            fcntl.flock(users, fcntl.LOCK_SH)
            _start(where)
            if keep:
                (where.run / KEEP).touch()
        try:
            yield
        finally:
            with _exclusive(where):
                fcntl.flock(users, fcntl.LOCK_UN)
                if not (where.run / KEEP).exists() and _alone(users):
                    _stop(where)


@contextmanager
def _exclusive(where: Places) -> Iterator[None]:
    with _open_lock(where, "services.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _alone(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(users, fcntl.LOCK_UN)
    return True


def _start(where: Places) -> None:
    if where.has_own_database:
        postgres.start(where)
    if where.has_own_redis:
        redis.start(where)


def _stop(where: Places) -> None:
    if where.has_own_redis:
        redis.stop(where)
    if where.has_own_database:
        postgres.stop(where)


def stop_all(where: Places) -> None:
    """`./run stop`: end the services, whoever uses them."""
    with _exclusive(where):
        (where.run / KEEP).unlink(missing_ok=True)
        # Those of this installation, even while the environment names others.
        running = [name for name, one in (("PostgreSQL", postgres), ("Redis", redis)) if one.is_running(where)]
        say(f"stopping {' and '.join(running)}" if running else "no services run here")
        redis.stop(where)
        postgres.stop(where)
