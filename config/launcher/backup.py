"""`./run backup DIR` and `./run restore DIR`: database, pictures, networks, and a list with their SHA-256."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import time
from collections.abc import Mapping
from pathlib import Path

from config.launcher import children, postgres, prepare
from config.launcher.places import DATABASE, LaunchError, Places, called_from, environment
from config.launcher.services import services
from config.launcher.speech import say
from core import keys

MANIFEST = "manifest.json"
DUMP = "database.dump"
FORMAT = 1
FOLDERS = ("media", "networks", "audit-heads", "demo")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def backup(where: Places, words: list[str]) -> int:
    """Write a backup into a new or empty folder. Raises LaunchError."""
    target = _folder(words, "backup")
    if target.exists() and any(target.iterdir()):
        raise LaunchError(f"{target} is not empty: name a new folder.")
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    values = environment(where)
    # Heads before the rows they sign: the other way round a restored trail would seem to have lost its tail.
    _pack(where, values, "audit-heads", target)
    with services(where):
        say("database")
        command, with_password = postgres.client_of(values, "pg_dump", "-Fc", "--no-owner", "-f", str(target / DUMP))
        children.needed(command, folder=where.root, environment=with_password, doing="pg_dump")
    # What rows refer to after the rows: what came in between does no harm.
    for name in FOLDERS:
        if name != "audit-heads":
            _pack(where, values, name, target)
    files = {path.name: {"bytes": path.stat().st_size, "sha256": _sha256(path)} for path in sorted(target.iterdir())}
    made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    content = {"format": FORMAT, "made": made, "keys": key_marks(values), "files": files}
    (target / MANIFEST).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    say("the keys (LUZHANG_KEYS) are not in the backup: keep them apart, encrypted fields are lost without them")
    print(target / MANIFEST)
    return 0


def restore(where: Places, words: list[str]) -> int:
    """Put a backup in place of the database, pictures and networks of this installation. Raises LaunchError."""
    source = _folder(words, "restore")
    values = environment(where)
    files = checked(source, values)
    if not where.has_own_database:
        raise LaunchError("restore fills the private cluster: unset DATABASE_URL, or use pg_restore there.")
    if any(launcher.pid != os.getpid() for launcher in children.launchers(where)):
        raise LaunchError("something is running here: ./run stop first.")
    with services(where):
        say("database")
        postgres.recreate(where, DATABASE)
        # The template brings the extensions; the dump names them again.
        _without_extensions(source / DUMP, where.run / "restore.list")
        command, with_password = postgres.client_of(
            values, "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction"
        )
        command += ["-L", str(where.run / "restore.list"), str(source / DUMP)]
        children.needed(command, folder=where.root, environment=with_password, doing="pg_restore")
        prepare.database(where, values)
    for name in FOLDERS:
        say(name)
        # A folder that the backup lacks was empty then; what lies here belongs to other rows.
        shutil.rmtree(_home(where, values, name), ignore_errors=True)
        if f"{name}.tar" in files:
            _unpack(source / f"{name}.tar", name, _home(where, values, name))
    return 0


def key_marks(values: Mapping[str, str]) -> list[str]:
    """What names the keys without telling them: purpose, id and the start of a SHA-256 (they are 32 random bytes)."""
    ring = keys.parse(values[keys.VARIABLE])
    sets = zip(keys.PURPOSES, (ring.field, ring.index, ring.audit), strict=True)
    return sorted(
        f"{purpose} {number} {hashlib.sha256(b'luzhang key mark' + key).hexdigest()[:12]}"
        for purpose, one in sets
        for number, key in one.by_id.items()
    )


def _home(where: Places, values: Mapping[str, str], name: str) -> Path:
    return Path(values.get("MEDIA_ROOT") or where.var / "media") if name == "media" else where.var / name


def _pack(where: Places, values: Mapping[str, str], name: str, target: Path) -> None:
    source = _home(where, values, name)
    if source.is_dir():
        say(name)
        with tarfile.open(target / f"{name}.tar", "w") as archive:
            for path in (source, *sorted(source.rglob("*"))):
                # Work goes on meanwhile: a temporary file may be gone by now.
                with contextlib.suppress(FileNotFoundError):
                    archive.add(path, arcname=str(Path(name) / path.relative_to(source)), recursive=False)


def checked(source: Path, values: Mapping[str, str]) -> dict[str, dict[str, object]]:
    """The files of a backup, all there and unchanged, and its keys at hand. Raises LaunchError naming what is not."""
    try:
        manifest = json.loads((source / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LaunchError(f"{source} holds no {MANIFEST}: name the folder that ./run backup wrote.") from None
    except json.JSONDecodeError as problem:
        raise LaunchError(f"{source / MANIFEST} is damaged ({problem.msg}): use another backup.") from None
    if manifest.get("format") != FORMAT:
        raise LaunchError(f"{source / MANIFEST} has format {manifest.get('format')}: this version reads {FORMAT}.")
    lacking = sorted(set(manifest.get("keys", [])) - set(key_marks(values)))
    if lacking:
        purpose, number, _ = lacking[0].split()
        raise LaunchError(
            f"LUZHANG_KEYS lacks {purpose} key {number} of this backup: set the keys of then (newer ones may go first)."
        )
    files: dict[str, dict[str, object]] = manifest["files"]
    for name, row in files.items():
        path = source / name
        if not path.is_file():
            raise LaunchError(f"{name} is missing in {source}: use another backup.")
        if _sha256(path) != row["sha256"]:
            raise LaunchError(f"{name} differs from its SHA-256: use another backup.")
    return files


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
        # The argument `filter` came with Python 3.11.4; Debian 12 has 3.11.2. There our own check must do.
        file.extraction_filter = getattr(tarfile, "data_filter", None)
        members = file.getmembers()
        strange = [one.name for one in members if not _is_plain(one)]
        if strange:
            raise LaunchError(f"{archive} holds {strange[0]}, which is no plain file inside it: use another backup.")
        file.extractall(fresh, members)  # noqa: S202  checked above
    shutil.rmtree(target, ignore_errors=True)
    (fresh / name).rename(target)
    shutil.rmtree(fresh)


def _is_plain(member: tarfile.TarInfo) -> bool:
    outside = member.name.startswith("/") or ".." in Path(member.name).parts
    return not outside and (member.isfile() or member.isdir())
