"""Files of pictures under MEDIA_ROOT: written whole or not at all, synced before a row points to them."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

from django.conf import settings

PART = ".part"


def file_path(relative: str) -> Path:
    """Where a kept file lies."""
    return Path(settings.MEDIA_ROOT) / relative


def file_write(relative: str, data: bytes) -> None:
    """Write a file that is not there yet. Raises FileExistsError."""
    path = file_path(relative)
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_new(path, data)


def file_put(relative: str, data: bytes) -> None:
    """Write a file in one step, over an older one if there is one: a reader sees the one or the other, never a part.

    A process that dies in between leaves a `.part`, which `attachments_sweep` removes.
    """
    path = file_path(relative)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex}{PART}")
    _write_new(part, data)
    part.replace(path)


def file_remove(relative: str) -> None:
    """Remove a file; one that is gone already is no fault."""
    file_path(relative).unlink(missing_ok=True)


def _write_new(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
