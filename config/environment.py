"""Reads the environment once, typed (Django-free). A missing or bad value stops start-up with one clear sentence."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core import keys

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("zh-hans", "en")
DATUMS = ("wgs84", "gcj02", "bd09")
MIN_SECRET_LENGTH = 32
_YES = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


class BadEnvironment(Exception):
    """A value of the environment is missing or wrong; the text names it and the cure."""


@dataclass(frozen=True)
class Database:
    """Where PostgreSQL is. `host` may be the folder of a unix socket."""

    name: str
    user: str
    password: str
    host: str
    port: str


@dataclass(frozen=True)
class Environment:
    """All that a deployment sets from outside."""

    database: Database
    redis_url: str
    secret_key: str
    luzhang_keys: str
    allowed_hosts: tuple[str, ...]
    csrf_trusted_origins: tuple[str, ...]
    metric_srid: int | None
    basemap_datum: str
    basemap_url: str
    basemap_attribution: str
    basemap_max_zoom: int
    time_zone: str
    language: str
    var: Path
    media_root: Path
    https: bool
    simulation: bool
    require_second_factor: bool
    retention_days: dict[str, int]


def read(environ: Mapping[str, str] | None = None) -> Environment:
    """The environment of this process. Raises BadEnvironment."""
    env = os.environ if environ is None else environ
    var = Path(env.get("LUZHANG_VAR") or ROOT / "var").absolute()
    return Environment(
        database=_database(_needed(env, "DATABASE_URL", "postgis://user:password@host:5432/name")),
        redis_url=_redis(_needed(env, "REDIS_URL", "unix:///path/to/redis.sock or redis://host:6379/0")),
        secret_key=_secret(_needed(env, "SECRET_KEY", f"{MIN_SECRET_LENGTH} or more random characters")),
        luzhang_keys=_keys(_needed(env, "LUZHANG_KEYS", "field, index and audit keys, see core/keys.py")),
        allowed_hosts=_list(env, "ALLOWED_HOSTS") or ("localhost", "127.0.0.1", "[::1]"),
        csrf_trusted_origins=_origins(env),
        metric_srid=_srid(env),
        basemap_datum=_one_of(env, "LUZHANG_BASEMAP_DATUM", DATUMS),
        basemap_url=_tiles(env.get("LUZHANG_BASEMAP_URL", "").strip()),
        basemap_attribution=env.get("LUZHANG_BASEMAP_ATTRIBUTION", "").strip(),
        basemap_max_zoom=_zoom(env, "LUZHANG_BASEMAP_MAX_ZOOM", default=18),
        time_zone=_time_zone(env.get("LUZHANG_TIME_ZONE") or "Asia/Shanghai"),
        language=_one_of(env, "LUZHANG_LANGUAGE", LANGUAGES),
        var=var,
        media_root=Path(env.get("MEDIA_ROOT") or var / "media").absolute(),
        https=_flag(env, "LUZHANG_HTTPS", default=True),
        simulation=_flag(env, "LUZHANG_SIMULATION", default=False),
        require_second_factor=_flag(env, "LUZHANG_REQUIRE_MFA", default=True),
        retention_days=_days(env, "LUZHANG_RETENTION_DAYS"),
    )


def _needed(env: Mapping[str, str], name: str, example: str) -> str:
    value = env.get(name, "").strip()
    if not value:
        raise BadEnvironment(f"{name} is not set: give {example}, or start through ./run, which sets it.")
    return value


def _database(url: str) -> Database:
    parts = urlsplit(url)
    if parts.scheme not in ("postgis", "postgres", "postgresql"):
        raise BadEnvironment(f"DATABASE_URL starts with {parts.scheme or 'nothing'}://: only postgis:// is served.")
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise BadEnvironment("DATABASE_URL names no database: write postgis://user:password@host:5432/name.")
    try:
        port = parts.port
    except ValueError:
        raise BadEnvironment("DATABASE_URL has a port that is no number: write host:5432.") from None
    unknown = sorted(set(query) - {"host", "port"})
    if unknown:
        raise BadEnvironment(f"DATABASE_URL has an unknown option {unknown[0]}: only host and port are read.")
    return Database(
        name=name,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        host=query.get("host") or parts.hostname or "",
        port=query.get("port") or (str(port) if port else ""),
    )


def _redis(url: str) -> str:
    scheme = urlsplit(url).scheme
    if scheme not in ("unix", "redis", "rediss"):
        raise BadEnvironment(
            f"REDIS_URL starts with {scheme or 'nothing'}://: write unix:///path or redis://host:6379/0."
        )
    return url


def _secret(value: str) -> str:
    if len(value) < MIN_SECRET_LENGTH:
        raise BadEnvironment(f"SECRET_KEY has {len(value)} characters: use {MIN_SECRET_LENGTH} or more random ones.")
    return value


def _keys(text: str) -> str:
    try:
        keys.parse(text)
    except keys.BadKeys as problem:
        raise BadEnvironment(f"{problem}; see core/keys.py for the two spellings.") from None
    return text


def _srid(env: Mapping[str, str]) -> int | None:
    text = env.get("LUZHANG_METRIC_SRID", "").strip()
    if not text:
        return None
    if not text.isdigit() or not 1024 <= int(text) <= 998999:
        raise BadEnvironment(
            f"LUZHANG_METRIC_SRID is {text!r}: give an EPSG number of a system in metres, such as 32649."
        )
    return int(text)


def _tiles(url: str) -> str:
    """The template of a raster map's tiles: on this site (`/…`) or on one host, with z, x and y in its path."""
    if not url:
        return ""
    parts = urlsplit(url)
    if not (url.startswith("/") and not url.startswith("//")) and not (
        parts.scheme in ("https", "http") and parts.hostname and "{" not in parts.netloc
    ):
        raise BadEnvironment(
            f"LUZHANG_BASEMAP_URL is {url!r}: begin it with / for this site, or with https:// and one host name."
        )
    missing = [name for name in ("{z}", "{x}", "{y}") if name not in url and name != "{y}"]
    if missing or not ("{y}" in url or "{-y}" in url):
        raise BadEnvironment(f"LUZHANG_BASEMAP_URL is {url!r}: it needs {{z}}, {{x}} and {{y}} (or {{-y}}).")
    return url


def _zoom(env: Mapping[str, str], name: str, *, default: int) -> int:
    text = env.get(name, "").strip() or str(default)
    if not text.isdigit() or not 1 <= int(text) <= 20:
        raise BadEnvironment(f"{name} is {text!r}: give the deepest zoom that has tiles, 1 to 20.")
    return int(text)


def _one_of(env: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    value = env.get(name, "").strip().lower() or allowed[0]
    if value not in allowed:
        raise BadEnvironment(f"{name} is {value!r}: use one of {', '.join(allowed)}.")
    return value


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadEnvironment(f"LUZHANG_TIME_ZONE is {name!r}: give an IANA name such as Asia/Shanghai.") from None
    return name


def _flag(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = env.get(name, "").strip().lower()
    if not text:
        return default
    if text not in _YES:
        raise BadEnvironment(f"{name} is {text!r}: use 1 or 0.")
    return _YES[text]


def _list(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in env.get(name, "").split(",") if item.strip())


def _days(env: Mapping[str, str], name: str) -> dict[str, int]:
    """`fixes=90,audit=1825` as days by class; which classes there are is known to core.retention."""
    found: dict[str, int] = {}
    for item in _list(env, name):
        kind, _, days = item.partition("=")
        if not kind.strip() or not days.strip().isdigit() or int(days) < 1:
            raise BadEnvironment(f"{name} holds {item!r}: write class=days, such as fixes=90,audit=1825.")
        found[kind.strip()] = int(days)
    return found


def _origins(env: Mapping[str, str]) -> tuple[str, ...]:
    origins = _list(env, "CSRF_TRUSTED_ORIGINS")
    for origin in origins:
        if not origin.startswith(("http://", "https://")):
            raise BadEnvironment(f"CSRF_TRUSTED_ORIGINS holds {origin!r}: each begins with https:// or http://.")
    return origins
