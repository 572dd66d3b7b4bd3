"""`./run doctor`: what is installed, what runs, what is wrong, and the cure."""

from __future__ import annotations

import ctypes
import platform
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from config.environment import BadEnvironment, read
from config.launcher import children, postgres, redis, vendor
from config.launcher.places import LaunchError, Places, environment

NEEDED = ("django", "psycopg2-binary", "numba", "celery", "uvicorn", "opencv-python", "shapely")
ENOUGH_DISK_GB = 3
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}


@dataclass(frozen=True)
class Finding:
    """One line: good, or wrong with a cure."""

    what: str
    found: str
    cure: str = ""


def findings(where: Places) -> Iterator[Finding]:
    """All that is looked at."""
    yield Finding("Python", platform.python_version())
    yield _lock(where)
    yield _postgres(where)
    yield _redis(where)
    yield _database(where)
    yield _libraries()
    for name, package, purpose in (
        ("chromium", "chromium", "browser tests"),
        ("ogr2ogr", "gdal-bin", "tests of /ogc/"),
        ("msgfmt", "gettext", "new translations"),
        ("npm", "npm", "browser libraries"),
    ):
        path = shutil.which(name)
        yield Finding(f"{name} ({purpose})", path or "missing", "" if path else f"apt-get install {package}")
    vendored = all((where.root / vendor.TARGET / folder).is_dir() for _, _, folder in vendor.LIBRARIES)
    yield Finding("browser libraries", "copied" if vendored else "missing", "" if vendored else "./run setup")
    yield _fonts()
    yield _environment(where)
    yield _processes(where)
    free_gb = shutil.disk_usage(where.var).free / 1e9
    yield Finding(
        "disk", f"{free_gb:.0f} GB free", "" if free_gb > ENOUGH_DISK_GB else f"free {ENOUGH_DISK_GB} GB at {where.var}"
    )


def _lock(where: Places) -> Finding:
    # Of some packages there are several versions, each for other versions of Python.
    wanted: dict[str, set[str]] = defaultdict(set)
    for line in (where.root / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if "==" in line and not line.startswith((" ", "#")):
            name, version = line.split(" ")[0].split("==")
            wanted[name].add(version)
    # What was installed, as the installer noted it.
    noted = where.root / ".venv" / ".lock"
    if not noted.exists() or noted.read_bytes() != (where.root / "requirements.lock").read_bytes():
        return Finding("Python packages", "installed from another requirements.lock", "./run setup")
    wrong = []
    for name, versions in wanted.items():
        try:
            if metadata.version(name) not in versions:
                wrong.append(name)
        except metadata.PackageNotFoundError:
            # Some are for other systems; those that no system does without are named.
            if name in NEEDED:
                wrong.append(name)
    text = f"differ from requirements.lock: {', '.join(wrong)}" if wrong else f"{len(wanted)} locked"
    return Finding("Python packages", text, "./run setup" if wrong else "")


def _postgres(where: Places) -> Finding:
    try:
        version = postgres.binaries().parent.name
    except LaunchError as problem:
        return Finding("PostgreSQL + PostGIS", "missing", str(problem))
    state = "running" if postgres.is_running(where) else "not running"
    return Finding("PostgreSQL + PostGIS", f"{version}, private cluster {state} ({where.cluster})")


def _redis(where: Places) -> Finding:
    if not where.has_own_redis:
        return Finding("Redis", "REDIS_URL names another one")
    if shutil.which("redis-server") is None:
        return Finding("Redis", "missing", "./run setup, or apt-get install redis-server")
    return Finding("Redis", "running" if redis.is_running(where) else "not running")


def _database(where: Places) -> Finding:
    """The one in use, asked by its own address; a private one that does not run is no fault."""
    if where.has_own_database and not postgres.is_running(where):
        return Finding("database", "private, not running")
    try:
        command, values = postgres.client_of(environment(where), "psql", "-qAtXc", "select postgis_lib_version()")
    except (LaunchError, BadEnvironment) as problem:
        return Finding("database", "not asked", str(problem))
    values["PGCONNECT_TIMEOUT"] = "5"
    asked = subprocess.run(command, env=values, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if asked.returncode == 0:
        return Finding("database", f"answers, PostGIS {asked.stdout.strip()}")
    said = asked.stderr.strip().splitlines() or ["no reason given"]
    cure = "./run stop, then start again" if where.has_own_database else "look at DATABASE_URL and at that server"
    return Finding("database", said[-1], cure)


def _libraries() -> Finding:
    """Of the system, for briefings as PDF."""
    missing = []
    for name, package in LIBRARIES.items():
        try:
            ctypes.CDLL(name)
        except OSError:
            missing.append(package)
    return Finding(
        "Pango (PDF)",
        f"missing: {', '.join(missing)}" if missing else "there",
        f"./run setup, or apt-get install {' '.join(missing)}" if missing else "",
    )


def _processes(where: Places) -> Finding:
    running = [one.pid for one in children.launchers(where)]
    left = children.orphans(where)
    if left:
        return Finding("processes", f"{len(left)} of a launcher that was killed run on", "./run stop")
    return Finding("processes", f"./run is at work as {', '.join(map(str, running))}" if running else "none")


def _fonts() -> Finding:
    listed = shutil.which("fc-list")
    found = ""
    if listed:
        found = subprocess.run([listed, ":lang=zh", "family"], capture_output=True, text=True, check=False).stdout
    else:
        found = "".join(str(path) for path in Path("/usr/share/fonts").rglob("NotoSansCJK*"))
    return Finding(
        "Chinese fonts",
        "there" if found.strip() else "missing",
        "" if found.strip() else "apt-get install fonts-noto-cjk",
    )


def _environment(where: Places) -> Finding:
    try:
        read(environment(where))
    except (LaunchError, BadEnvironment) as problem:
        return Finding("environment", "wrong", str(problem))
    return Finding("environment", "complete")


def main(where: Places) -> int:
    """Print a line for each finding; 1 when something is wrong."""
    wrong = 0
    for finding in findings(where):
        wrong += bool(finding.cure)
        mark = "!!" if finding.cure else "ok"
        print(f"{mark} {finding.what}: {finding.found}" + (f" -> {finding.cure}" if finding.cure else ""))
    sys.stdout.flush()
    return 1 if wrong else 0
