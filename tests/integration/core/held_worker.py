"""Taken in by a Celery worker of a test (`-I`): it writes half of a smaller copy, says so, and waits to be killed."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from core.attachments import thumbnails
from core.attachments.files import PART, file_path


def _half(relative: str, data: bytes) -> None:
    path = file_path(relative)
    path.with_name(f"{path.name}.held{PART}").write_bytes(data[: len(data) // 2])
    Path(os.environ["HELD_FILE"]).touch()
    threading.Event().wait(300)


thumbnails.file_put = _half
