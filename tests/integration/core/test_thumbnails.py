"""Smaller copies of pictures: made late, once, found again when a message or a worker is lost, never in the way."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
from kombu.exceptions import OperationalError as BrokerGone
from PIL import Image

from core import broker, tasks
from core.attachments import thumbnails
from core.attachments.scaling import PictureSize
from core.attachments.services import attachment_create, attachment_remove
from core.attachments.shown import attachment_bytes, attachment_shown
from core.attachments.sweeping import attachments_sweep
from core.attachments.thumbnails import TRIES_AT_MOST, WAITING_AFTER, thumbnails_make, thumbnails_sweep
from core.errors import NotFound
from core.models import Attachment, AttachmentThumbnail
from core.services import clock_set
from core.tasks import SCHEDULE

pytestmark = pytest.mark.django_db

LONG_AGO = (1_000_000_000, 1_000_000_000)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    broker.broker_forget()
    return tmp_path


def _photo(width_px: int = 2000, height_px: int = 1500) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((width_px, height_px), 40).convert("RGB").save(out, "JPEG", quality=70)
    return out.getvalue()


def _kept(width_px: int = 2000, height_px: int = 1500) -> Attachment:
    return attachment_create(
        actor_id=None, organisation_path="1.", data=_photo(width_px, height_px), purpose="incident"
    )


def _files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_both_sizes_are_made_and_shown(media: Path) -> None:
    kept = _kept()
    before = attachment_shown(kept, PictureSize.SMALL)
    assert before.sha256 == kept.sha256 and not before.is_final, "until then the kept picture is shown"
    assert thumbnails_make(kept.pk) is True
    assert thumbnails_make(kept.pk) is False, "a worker that runs twice makes nothing more"
    kept.refresh_from_db()
    assert kept.thumbnails_at is not None
    for size, width_px in ((PictureSize.SMALL, 320), (PictureSize.LARGE, 1280)):
        answer = attachment_shown(kept, size)
        with Image.open(io.BytesIO(answer.jpeg)) as image:
            assert image.size == (width_px, width_px * 3 // 4)
        assert answer.is_final and answer.sha256 == kept.thumbnails.get(size=size.value).sha256
    assert attachment_shown(kept).jpeg == attachment_bytes(kept)
    assert _files(media) == {f"{kept.uid}.jpg", f"{kept.uid}.small.jpg", f"{kept.uid}.large.jpg"}


def test_a_small_picture_needs_no_copy(media: Path) -> None:
    kept = _kept(300, 200)
    assert thumbnails_make(kept.pk) is True
    assert not AttachmentThumbnail.objects.exists() and len(_files(media)) == 1
    assert attachment_shown(kept, PictureSize.SMALL).is_final
    middle = _kept(800, 600)
    thumbnails_make(middle.pk)
    assert [row.size for row in middle.thumbnails.all()] == ["small"]


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_damaged_copy_gives_way_to_the_picture(media: Path, damage: str) -> None:
    kept = _kept()
    thumbnails_make(kept.pk)
    path = media / kept.thumbnails.get(size="small").path
    path.unlink() if damage == "gone" else path.write_bytes(b"not a picture")
    answer = attachment_shown(kept, PictureSize.SMALL)
    assert answer.sha256 == kept.sha256 and answer.jpeg == attachment_bytes(kept) and not answer.is_final


def test_after_commit_a_worker_is_asked(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks) -> None:
    asked: list[int] = []
    monkeypatch.setattr(tasks.thumbnails_make, "delay", asked.append)
    with django_capture_on_commit_callbacks(execute=True):
        kept = _kept()
        assert asked == [], "nothing is sent from inside the transaction"
    assert asked == [kept.pk]


def test_a_lost_broker_stops_no_upload_and_is_not_asked_again_at_once(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
) -> None:
    asked: list[int] = []

    def delay(attachment_id: int) -> None:
        asked.append(attachment_id)
        raise BrokerGone("no Redis")

    monkeypatch.setattr(tasks.thumbnails_make, "delay", delay)
    with django_capture_on_commit_callbacks(execute=True):
        first = _kept()
    with django_capture_on_commit_callbacks(execute=True):
        _kept()
    assert asked == [first.pk]
    assert Attachment.objects.filter(thumbnails_at=None).count() == 2


def test_the_sweep_finds_what_waits() -> None:
    waiting, made, given_up = _kept(), _kept(), _kept()
    thumbnails_make(made.pk)
    Attachment.objects.filter(pk=given_up.pk).update(thumbnail_tries=TRIES_AT_MOST)
    found: list[int] = []
    assert thumbnails_sweep(found.append) == 0, "a worker is given its time"
    clock_set(actor_id=None, offset=WAITING_AFTER * 1.5)
    assert thumbnails_sweep(found.append) == 1 and found == [waiting.pk]


@pytest.mark.django_db(transaction=True)
def test_a_picture_that_kills_its_worker_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A try is counted before its work: a death in the middle leaves the count."""
    kept = _kept()
    begun: list[int] = []

    def die(*_: Any) -> Any:
        begun.append(1)
        raise MemoryError

    monkeypatch.setattr(thumbnails, "picture_scaled", die)
    for _ in range(TRIES_AT_MOST):
        with pytest.raises(MemoryError):
            thumbnails_make(kept.pk)
    assert thumbnails_make(kept.pk) is False and len(begun) == TRIES_AT_MOST
    assert attachment_shown(kept, PictureSize.SMALL).jpeg == attachment_bytes(kept)


def test_without_its_file_there_is_no_copy_and_a_plain_answer(media: Path) -> None:
    kept = _kept()
    (media / kept.path).unlink()
    assert thumbnails_make(kept.pk) is False
    kept.refresh_from_db()
    assert (kept.thumbnails_at, kept.thumbnail_tries) == (None, 1)
    with pytest.raises(NotFound) as caught:
        attachment_shown(kept, PictureSize.SMALL)
    assert caught.value.code == "attachment_lost" and caught.value.field and caught.value.cure


def test_what_a_dead_worker_left_is_overwritten(media: Path) -> None:
    kept = _kept()
    left = media / thumbnails.thumbnail_path(kept.path, PictureSize.SMALL)
    left.write_bytes(b"half")
    left.with_name(f"{left.name}.1234.part").write_bytes(b"a part")
    assert thumbnails_make(kept.pk) is True
    assert attachment_shown(kept, PictureSize.SMALL).is_final
    for path in media.rglob("*.*"):
        os.utime(path, LONG_AGO)
    assert attachments_sweep() == 1, "the part; copies with a row stay"
    assert len(_files(media)) == 3


def test_removing_a_picture_removes_its_copies(media: Path, django_capture_on_commit_callbacks) -> None:
    kept, other = _kept(), _kept()
    for row in (kept, other):
        thumbnails_make(row.pk)
    with django_capture_on_commit_callbacks(execute=True):
        assert attachment_remove(kept) == 3
        assert len(_files(media)) == 6, "files go after the commit"
    assert not any(str(kept.uid) in name for name in _files(media)) and len(_files(media)) == 3
    assert AttachmentThumbnail.objects.count() == 2


def test_beat_knows_the_sweeps() -> None:
    from config.celery import app

    assert {entry["task"] for entry in SCHEDULE.values()} <= set(app.tasks)
