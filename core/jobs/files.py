"""The file that a job reads: under MEDIA_ROOT/private, for nobody but the job, gone when the job has done its work."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from core import clock
from core.errors import InvalidInput, TooLarge
from core.models import Job

FOLDER = "private/jobs"
_BLOCK_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class KeptFile:
    """Where a file lies (relative to MEDIA_ROOT), and what was written."""

    path: str
    sha256: str
    size_bytes: int


def file_keep(blocks: Iterable[bytes], *, suffix: str, bytes_at_most: int, name: str) -> KeptFile:
    """Write a file and sync it. Raises TooLarge (nothing stays), InvalidInput for an empty one."""
    relative = f"{FOLDER}/{uuid.uuid4()}{suffix}"
    path = Path(settings.MEDIA_ROOT) / relative
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    digest, size = hashlib.sha256(), 0
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            for block in blocks:
                size += len(block)
                if size > bytes_at_most:
                    raise TooLarge(
                        _("文件过大"), field="file", value=name,
                        cure=_("≤ %(value)s MiB，请分批导入") % {"value": bytes_at_most // 2**20},
                    )  # fmt: skip
                digest.update(block)
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        if size == 0:
            raise InvalidInput(_("文件是空的"), field="file", value=name, cure=_("请选择有内容的文件"))
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return KeptFile(relative, digest.hexdigest(), size)


def file_again(job: Job) -> KeptFile:
    """The same content once more, for another job. Raises InvalidInput when it is gone or changed."""
    source = file_of(job)
    relative = f"{FOLDER}/{uuid.uuid4()}{''.join(Path(job.file_path).suffixes)}"
    target = Path(settings.MEDIA_ROOT) / relative
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
        target.chmod(0o600)
    return KeptFile(relative, job.file_sha256, job.file_bytes)


def file_of(job: Job) -> Path:
    """The kept file, checked against its SHA-256. Raises InvalidInput when it is gone or not what was recorded."""
    path = Path(settings.MEDIA_ROOT) / job.file_path
    if not job.file_path or not path.is_file():
        raise InvalidInput(_("文件已不在"), field="file", value=job.file_name, cure=_("请重新上传"))
    digest = hashlib.sha256()
    with path.open("rb") as content:
        while block := content.read(_BLOCK_BYTES):
            digest.update(block)
    if digest.hexdigest() != job.file_sha256:
        raise InvalidInput(_("文件与上传时不同"), field="file", value=job.file_name, cure=_("请重新上传"))
    return path


def file_remove(path: str) -> None:
    """Remove a kept file; one that is gone already is fine."""
    if path:
        with contextlib.suppress(FileNotFoundError):
            (Path(settings.MEDIA_ROOT) / path).unlink()


def files_sweep(*, older_than_s: float = 3600.0) -> int:
    """Remove files that no row names (a crash between file and row). Returns how many."""
    root = Path(settings.MEDIA_ROOT)
    limit = clock.wall_now().timestamp() - older_than_s
    removed = 0
    for path in (root / FOLDER).glob("*"):
        relative: Any = path.relative_to(root).as_posix()
        if path.stat().st_mtime < limit and not Job.objects.filter(file_path=relative).exists():
            path.unlink(missing_ok=True)
            removed += 1
    return removed
