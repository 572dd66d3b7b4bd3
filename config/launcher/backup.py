"""`./run backup DIR` and `./run restore DIR`: database, pictures, networks, and a list with their SHA-256."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import time
from pathlib import Path

from config.environment import read
from config.launcher import children, postgres, prepare
from config.launcher.places import DATABASE, LaunchError, Places, called_from, environment
from config.launcher.services import services
from config.launcher.speech import say

MANIFEST = "manifest.json"
DUMP = "database.dump"
FORMAT = 1
FOLDERS = ("media", "networks", "audit-heads")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _client(where: Places, program: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """A client program on the database of DATABASE_URL; the password travels in the environment only."""
    values = environment(where)
    address = read(values).database
    words = [("-h", address.host), ("-p", address.port), ("-U", address.user), ("-d", address.name)]
    if address.password:
        values["PGPASSWORD"] = address.password
    return [
        str(postgres.binaries() / program),
        *(word for pair in words if pair[1] for word in pair),
        *arguments,
    ], values


def backup(where: Places, words: list[str]) -> int:
    """Write a backup into a new or empty folder. Raises LaunchError."""
    target = _folder(words, "backup")
    if target.exists() and any(target.iterdir()):
        raise LaunchError(f"{target} is not empty: name a new folder.")
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    with services(where):
        say("database")
        command, values = _client(where, "pg_dump", "-Fc", "--no-owner", "-f", str(target / DUMP))
        children.needed(command, folder=where.root, environment=values, doing="pg_dump")
    media = Path(environment(where).get("MEDIA_ROOT") or where.var / "media")
    for name in FOLDERS:
        source = media if name == "media" else where.var / name
        if source.is_dir():
            say(name)
            with tarfile.open(target / f"{name}.tar", "w") as archive:
                archive.add(source, arcname=name)
    files = {path.name: {"bytes": path.stat().st_size, "sha256": _sha256(path)} for path in sorted(target.iterdir())}
    made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    text = json.dumps({"format": FORMAT, "made": made, "files": files}, indent=2)
    (target / MANIFEST).write_text(text + "\n", encoding="utf-8")
    say("the keys (LUZHANG_KEYS) are not in the backup: keep them apart, encrypted fields are lost without them")
    print(target / MANIFEST)
    return 0


def restore(where: Places, words: list[str]) -> int:
    """Put a backup in place of the database, pictures and networks of this installation. Raises LaunchError."""
    source = _folder(words, "restore")
    files = checked(source)
    if os.environ.get("DATABASE_URL"):
        raise LaunchError("restore fills the private cluster: unset DATABASE_URL, or use pg_restore there.")
    if any((where.run / "launchers").glob("*.json")) and _others_run(where):
        raise LaunchError("something is running here: ./run stop first.")
    with services(where):
        say("database")
        postgres.recreate(where, DATABASE)
        command = postgres.client(
            where, "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", str(source / DUMP)
        )
        # The template brings the extensions; the dump names them again.
        _without_extensions(source / DUMP, where.run / "restore.list")
        command[-1:-1] = ["-L", str(where.run / "restore.list")]
        children.needed(command, folder=where.root, environment=environment(where), doing="pg_restore")
        prepare.database(where, environment(where))
    media = Path(environment(where).get("MEDIA_ROOT") or where.var / "media")
    for name in FOLDERS:
        if f"{name}.tar" in files:
            say(name)
            _unpack(source / f"{name}.tar", name, media if name == "media" else where.var / name)
    return 0


def checked(source: Path) -> dict[str, dict[str, object]]:
    """The files of a backup, all there and unchanged. Raises LaunchError naming the first that is not."""
    try:
        manifest = json.loads((source / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LaunchError(f"{source} holds no {MANIFEST}: name the folder that ./run backup wrote.") from None
    except json.JSONDecodeError as problem:
        raise LaunchError(f"{source / MANIFEST} is damaged ({problem.msg}): use another backup.") from None
    if manifest.get("format") != FORMAT:
        raise LaunchError(f"{source / MANIFEST} has format {manifest.get('format')}: this version reads {FORMAT}.")
    files: dict[str, dict[str, object]] = manifest["files"]
    for name, row in files.items():
        path = source / name
        if not path.is_file():
            raise LaunchError(f"{name} is missing in {source}: use another backup.")
        if _sha256(path) != row["sha256"]:
            raise LaunchError(f"{name} differs from its SHA-256: use another backup.")
    return files


def _others_run(where: Places) -> bool:
    return any(path.stem != str(os.getpid()) for path in (where.run / "launchers").glob("*.json"))


def _folder(words: list[str], command: str) -> Path:
    if len(words) != 1:
        raise LaunchError(f"one folder is wanted: ./run {command} DIR.")
    return called_from(Path(words[0]))


def _without_extensions(dump: Path, target: Path) -> None:
    listed = subprocess.run(
        [str(postgres.binaries() / "pg_restore"), "-l", str(dump)], capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        raise LaunchError(f"{dump} cannot be read: {listed.stderr.strip()}")
    kept = [line for line in listed.stdout.splitlines() if " EXTENSION " not in line]
    target.write_text("\n".join(kept) + "\n", encoding="utf-8")


def _unpack(archive: Path, name: str, target: Path) -> None:
    fresh = target.with_name(f"{target.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    with tarfile.open(archive) as file:
        file.extractall(fresh, filter="data")
    shutil.rmtree(target, ignore_errors=True)
    (fresh / name).rename(target)
    shutil.rmtree(fresh)
