"""The same with a real Redis and a real Celery worker: a message taken, a worker killed in the middle, the sweep."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from kombu import Connection
from PIL import Image

from config.celery import broker_url
from core import broker, tasks
from core.attachments.scaling import PictureSize
from core.attachments.services import attachment_create
from core.attachments.shown import attachment_shown
from core.attachments.thumbnails import WAITING_AFTER, thumbnails_sweep
from core.models import Attachment
from core.services import clock_set

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

# A database of Redis that no other process of the test run uses.
REDIS_DB = 11
HELD = "tests.integration.core.held_worker"


def _redis_url() -> str:
    url = os.environ["REDIS_URL"]
    base = url.split("?")[0] if url.startswith("unix:") else url.rsplit("/", 1)[0]
    return f"{base}?db={REDIS_DB}" if url.startswith("unix:") else f"{base}/{REDIS_DB}"


def _until(true: Callable[[], bool], what: str, limit_s: float = 60.0) -> None:
    end = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < end, f"{what} did not happen"
        time.sleep(0.05)


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tasks go through the real broker, into a database of their own."""
    broker.broker_forget()
    with Connection(broker_url(_redis_url())) as way:
        way.default_channel.client.flushdb()

        def delay(attachment_id: int) -> Any:
            return tasks.thumbnails_make.apply_async((attachment_id,), connection=way)

        monkeypatch.setattr(tasks.thumbnails_make, "delay", delay)
        yield
        way.default_channel.client.flushdb()


@pytest.fixture
def worker(media: Path, tmp_path: Path, root: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start a worker on this test's database; all are killed at the end."""
    running: list[subprocess.Popen[bytes]] = []
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    values = {
        **os.environ,
        "DATABASE_URL": urlunsplit(database),
        "REDIS_URL": _redis_url(),
        "MEDIA_ROOT": str(media),
        "HELD_FILE": str(tmp_path / "held"),
    }

    def start(*words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "-c", "1", "--without-mingle"]
        with (tmp_path / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [*command, "--without-gossip", "--without-heartbeat", *words],
                cwd=root,
                env=values,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        running.append(process)
        return process

    yield start
    for process in running:
        _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """The worker and its children, as a power cut would."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _upload() -> Attachment:
    out = io.BytesIO()
    Image.effect_noise((1600, 1200), 40).convert("RGB").save(out, "JPEG")
    return attachment_create(actor_id=None, organisation_path="1.", data=out.getvalue(), purpose="incident")


def _made(kept: Attachment) -> bool:
    return Attachment.objects.filter(pk=kept.pk, thumbnails_at__isnull=False).exists()


def test_a_worker_makes_them_and_after_a_kill_in_the_middle_the_sweep_finds_the_picture(
    queue: None, worker: Callable[..., subprocess.Popen[bytes]], media: Path, tmp_path: Path
) -> None:
    held = worker("-I", HELD)
    kept = _upload()
    assert attachment_shown(kept, PictureSize.SMALL).sha256 == kept.sha256
    _until((tmp_path / "held").exists, "the worker at work")
    _kill(held)
    assert not _made(kept) and attachment_shown(kept, PictureSize.SMALL).sha256 == kept.sha256
    assert list(media.rglob("*.part")), "it was killed in the middle of a file"

    worker()
    second = _upload()
    _until(lambda: _made(second), "a message taken")
    assert not _made(kept), "the message of the killed worker is not given out again for an hour"
    clock_set(actor_id=None, offset=WAITING_AFTER * 2)
    assert thumbnails_sweep(tasks.thumbnails_make.delay) == 1
    _until(lambda: _made(kept), "the repair")
    kept.refresh_from_db()
    assert kept.thumbnail_tries == 2
    with Image.open(io.BytesIO(attachment_shown(kept, PictureSize.SMALL).jpeg)) as image:
        assert image.size == (320, 240)
