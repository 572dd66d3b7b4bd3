"""Parts of /healthz and /readyz as plain data."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.utils import DatabaseError, InterfaceError

from core import clock, outbox
from core.feed import reader

logger = logging.getLogger(__name__)

BEAT_FRESH_S = 10.0
BACKLOG_AT_MOST_S = 30.0
REDIS_TIMEOUT_S = 0.5


def process() -> dict[str, Any]:
    """For /healthz: this process answers."""
    return {"status": "ok", "at": clock.wall_now().isoformat()}


def database() -> str:
    """`up` or `down`."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError) as problem:
        logger.warning("database is down: %s", str(problem).strip())
        connection.close()
        return "down"
    return "up"


def redis_state(url: str | None = None) -> str:
    """`up`, `down`, or `off` when no REDIS_URL is set."""
    import redis

    address = url if url is not None else getattr(settings, "REDIS_URL", "")
    if not address:
        return "off"
    try:
        client = redis.Redis.from_url(address, socket_timeout=REDIS_TIMEOUT_S, socket_connect_timeout=REDIS_TIMEOUT_S)
        with client:
            client.ping()
    except (redis.RedisError, OSError):
        return "down"
    return "up"


def beats() -> list[dict[str, Any]]:
    """Processes with the age of their last sign of life in wall seconds, and whether it is fresh."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, host, pid, at FROM core_processbeat ORDER BY name, host, pid")
        rows = cursor.fetchall()
    now = clock.wall_now()
    return [
        {"name": name, "host": host, "pid": pid, "age_s": round(age_s, 1), "fresh": age_s <= BEAT_FRESH_S}
        for name, host, pid, at in rows
        for age_s in [(now - at) / dt.timedelta(seconds=1)]
    ]


def ready() -> tuple[bool, dict[str, Any]]:
    """The kernel's share of /readyz: (ready, parts). Redis being down is said but does no harm."""
    parts: dict[str, Any] = {"database": database(), "redis": redis_state()}
    if parts["database"] == "down":
        return False, parts
    backlog = outbox.backlog()
    oldest, last = reader.head()
    parts["backlog"] = {**backlog, "ok": backlog["oldest_s"] <= BACKLOG_AT_MOST_S}
    parts["feed"] = {"oldest_seq": oldest, "last_seq": last}
    parts["urgent"] = {"processes": (found := beats()), "ok": any(beat["fresh"] for beat in found)}
    anchor = clock.refresh()
    if anchor != clock.IDENTITY:
        parts["clock"] = {"simulated": anchor.at(clock.wall_now()).isoformat(), "rate": anchor.rate}
    return bool(parts["backlog"]["ok"]), parts
