"""Smaller copies with a real Redis and a real worker: a message taken, a worker killed in the middle, the sweep."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core import broker, tasks
from core.attachments.scaling import PictureSize
from core.attachments.services import attachment_create
from core.attachments.shown import attachment_shown
from core.attachments.thumbnails import WAITING_AFTER, thumbnails_sweep
from core.models import Attachment
from core.services import clock_set
from tests.factories.workers import Workers, until, workers

__all__ = ["workers"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def _upload() -> Attachment:
    out = io.BytesIO()
    Image.effect_noise((1600, 1200), 40).convert("RGB").save(out, "JPEG")
    return attachment_create(actor_id=None, organisation_path="1.", data=out.getvalue(), purpose="incident")


def _made(kept: Attachment) -> bool:
    return Attachment.objects.filter(pk=kept.pk, thumbnails_at__isnull=False).exists()


def test_a_worker_makes_them_and_after_a_kill_in_the_middle_the_sweep_finds_the_picture(
    workers: Workers, media: Path
) -> None:
    broker.broker_forget()
    workers.start("tests.integration.core.held_worker")
    kept = _upload()
    assert attachment_shown(kept, PictureSize.SMALL).sha256 == kept.sha256
    until(workers.held.exists, "the worker at work")
    workers.kill()
    assert not _made(kept) and attachment_shown(kept, PictureSize.SMALL).sha256 == kept.sha256
    assert list(media.rglob("*.part")), "it was killed in the middle of a file"

    workers.start()
    second = _upload()
    until(lambda: _made(second), "a message taken")
    assert not _made(kept), "the message of the killed worker is not given out again for an hour"
    clock_set(actor_id=None, offset=WAITING_AFTER * 2)
    assert thumbnails_sweep(tasks.thumbnails_make.delay) == 1
    until(lambda: _made(kept), "the repair")
    kept.refresh_from_db()
    assert kept.thumbnail_tries == 2
    with Image.open(io.BytesIO(attachment_shown(kept, PictureSize.SMALL).jpeg)) as image:
        assert image.size == (320, 240)
