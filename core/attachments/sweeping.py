"""Files under MEDIA_ROOT that belong to nothing."""

from __future__ import annotations

import os
from pathlib import Path

from core import clock
from core.attachments.files import file_path, file_remove
from core.models import Attachment, AttachmentThumbnail

BATCH = 500


def attachments_sweep(*, older_than_s: float = 3600.0) -> int:
    """Remove files that no row points to (a crash between file and row), kept pictures, smaller copies and parts alike.

    Returns how many.
    """
    root = file_path("")
    limit = clock.wall_now().timestamp() - older_than_s
    removed = 0
    for folder, _folders, names in os.walk(root / "attachments"):
        within = Path(folder).relative_to(root).as_posix()
        old = [name for name in names if _is_older(Path(folder) / name, limit)]
        for first in range(0, len(old), BATCH):
            paths = [f"{within}/{name}" for name in old[first : first + BATCH]]
            known = _known(paths)
            for path in paths:
                if path not in known:
                    file_remove(path)
                    removed += 1
    return removed


def _is_older(path: Path, limit: float) -> bool:
    try:
        return path.stat().st_mtime < limit
    except FileNotFoundError:
        return False


def _known(paths: list[str]) -> set[str]:
    """Those that a row points to."""
    known = set(Attachment.objects.filter(path__in=paths).values_list("path", flat=True))
    return known | set(AttachmentThumbnail.objects.filter(path__in=paths).values_list("path", flat=True))
