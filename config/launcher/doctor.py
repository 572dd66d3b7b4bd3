"""`./run doctor`: what is installed, what runs, what is wrong, and the cure."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from config.environment import BadEnvironment, read
from config.launcher import postgres, redis, vendor
from config.launcher.places import LaunchError, Places, environment

ENOUGH_DISK_GB = 3


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
    program = shutil.which("redis-server")
    running = "running" if redis.is_running(where) else "not running"
    yield Finding("Redis", running if program else "missing", "" if program else "apt-get install redis-server")
    for name, package, purpose in (
        ("chromium", "chromium", "browser tests"),
        ("ogr2ogr", "gdal-bin", "tests of /ogc/"),
        ("msgfmt", "gettext", "new translations"),
        ("npm", "npm", "browser libraries"),
    ):
        path = shutil.which(name)
        yield Finding(f"{name} ({purpose})", path or "missing", "" if path else f"apt-get install {package}")
    vendored = (where.root / vendor.TARGET).is_dir()
    yield Finding("browser libraries", "copied" if vendored else "missing", "" if vendored else "./run setup")
    yield _fonts()
    yield _environment(where)
    free_gb = shutil.disk_usage(where.var).free / 1e9
    yield Finding(
        "disk", f"{free_gb:.0f} GB free", "" if free_gb > ENOUGH_DISK_GB else f"free {ENOUGH_DISK_GB} GB at {where.var}"
    )


def _lock(where: Places) -> Finding:
    wanted = dict(
        line.split(" ")[0].split("==")
        for line in (where.root / "requirements.lock").read_text(encoding="utf-8").splitlines()
        if "==" in line and not line.startswith((" ", "#"))
    )
    wrong = []
    for name in ("django", "psycopg2-binary", "numba", "celery", "uvicorn"):
        try:
            if metadata.version(name) != wanted.get(name):
                wrong.append(name)
        except metadata.PackageNotFoundError:
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
    except BadEnvironment as problem:
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
