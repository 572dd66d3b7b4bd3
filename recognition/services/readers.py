"""The readers of this process: made when first asked for, then kept; pictures wait their turn for them.

A reader holds about 250 MB and is not safe for several threads, so a process has one a profile. Who would wait longer
than some seconds is told to come again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import Unavailable
from recognition.reading.engine import PlateReader
from recognition.reading.registry import MODELS, make_reader
from recognition.reading.types import Profile

PATIENCE_S = 6.0
_turn = threading.Lock()
# By the folder of models too: what is kept never belongs to another deployment.
_readers: dict[tuple[Path, Profile], PlateReader] = {}


def models_folder() -> Path:
    """Where a deployment's own model files lie."""
    return Path(settings.LUZHANG_VAR) / MODELS


@contextmanager
def reader_turn(profile: Profile) -> Iterator[PlateReader]:
    """The reader, for the caller alone. Raises Unavailable (503) when others keep it for too long."""
    if not _turn.acquire(timeout=PATIENCE_S):
        raise Unavailable(_("车牌识别繁忙"), code="reader_busy", cure=_("几秒后再试"))
    try:
        key = models_folder(), profile
        reader = _readers.get(key)
        if reader is None:
            reader = _readers[key] = make_reader(*key)
        yield reader
    finally:
        _turn.release()
