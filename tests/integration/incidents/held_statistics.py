"""Taken in by a Celery worker of a test (`-I`): it counts one organisation, says so, and waits to be killed."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

from django.db import transaction

from incidents.statistics import counting

_count = counting.statistics_day
_counted: list[Any] = []


def _held(**fields: Any) -> int:
    if not _counted:
        _counted.append(fields["organisation"])
        return _count(**fields)
    with transaction.atomic():
        _count(**fields)
        Path(os.environ["HELD_FILE"]).touch()
        threading.Event().wait(300)
    return 0


counting.statistics_day = _held
