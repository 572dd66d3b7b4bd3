"""Idempotency keys, rate limits, imports, pictures and messages."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import io
import logging
import os
import threading
from pathlib import Path

import pytest
from django.db import connection, transaction
from PIL import Image

from core import idempotency, limits
from core.attachments.picture import BrokenPicture
from core.attachments.services import attachment_create
from core.attachments.shown import attachment_bytes
from core.attachments.sweeping import attachments_sweep
from core.errors import Conflict, InvalidInput, TooMany
from core.imports import ImportRow, import_run, table_read
from core.imports.runner import summary
from core.models import Attachment, AuditRow, ConsoleMessage, IdempotencyKey, ImportRun, RateCounter
from core.notifications import GatewayFailed, gateway

DATABASE = pytest.mark.django_db
REAL_TRANSACTIONS = pytest.mark.django_db(transaction=True)


# idempotency


def _message(key: str) -> ConsoleMessage:
    return ConsoleMessage.objects.create(gateway="t", address="a", text="t", key=key)


@DATABASE
def test_repeating_a_write_gives_the_first_answer() -> None:
    request = {"kind": "crash", "lon": 110.4746}

    def work() -> tuple[int, dict]:
        return 201, {"id": _message("m").pk, "at": "2026-03-01"}

    first = idempotency.once("incidents:user:1", "k-1", request, work)
    again = idempotency.once("incidents:user:1", "k-1", dict(reversed(request.items())), work)
    assert (first.status, first.repeated) == (201, False)
    assert (again.status, again.repeated, again.body) == (200, True, first.body)
    assert ConsoleMessage.objects.count() == 1
    other = idempotency.once("incidents:user:2", "k-1", request, lambda: (201, {"id": 2}))
    assert not other.repeated, "another client's key is another key"


@DATABASE
def test_the_same_key_for_another_request_is_refused() -> None:
    idempotency.once("s", "k", {"a": 1}, lambda: (201, {}))
    with pytest.raises(Conflict) as caught:
        idempotency.once("s", "k", {"a": 2}, lambda: (201, {}))
    assert caught.value.field == "Idempotency-Key" and caught.value.status == 409


@DATABASE
def test_a_failed_write_may_be_tried_again() -> None:
    def refuse() -> tuple[int, dict]:
        raise InvalidInput("no")

    with pytest.raises(InvalidInput):
        idempotency.once("s", "k", {}, refuse)
    assert IdempotencyKey.objects.count() == 0
    assert idempotency.once("s", "k", {}, lambda: (201, {})).status == 201


@DATABASE
@pytest.mark.parametrize("key", ["", "   ", "x" * 101, "a\nb"])
def test_unusable_keys(key: str) -> None:
    with pytest.raises(InvalidInput):
        idempotency.once("s", key, {}, lambda: (201, {}))


@REAL_TRANSACTIONS
def test_ten_at_once_do_it_once(in_thread) -> None:
    together = threading.Barrier(10)
    answers: list[idempotency.Answer] = []

    def send() -> None:
        together.wait()
        answers.append(idempotency.once("s", "k", {"a": 1}, lambda: (201, {"id": _message("one").pk})))

    for thread in [in_thread(send) for _ in range(10)]:
        thread.join(timeout=20)
    assert ConsoleMessage.objects.count() == 1
    assert sorted(answer.status for answer in answers) == [200] * 9 + [201]
    assert len({str(answer.body) for answer in answers}) == 1


# limits


@DATABASE
def test_a_limit_holds_for_its_key_and_window() -> None:
    hour = dt.timedelta(hours=1)
    assert [limits.hit("report", "phone-1", limit=3, window=hour) for _ in range(3)] == [1, 2, 3]
    with pytest.raises(TooMany) as caught:
        limits.hit("report", "phone-1", limit=3, window=hour)
    assert 1 <= caught.value.retry_after_s <= 3600
    assert limits.hit("report", "phone-2", limit=3, window=hour) == 1
    assert limits.hit("sign-in", "phone-1", limit=3, window=hour) == 1
    RateCounter.objects.update(window_start=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert limits.hit("report", "phone-3", limit=3, window=hour) == 1


@REAL_TRANSACTIONS
def test_a_limit_is_exact_under_concurrency(in_thread) -> None:
    passed: list[int] = []

    def send() -> None:
        for _ in range(10):
            with contextlib.suppress(TooMany):
                passed.append(limits.hit("x", "k", limit=25, window=dt.timedelta(days=1)))

    for thread in [in_thread(send) for _ in range(5)]:
        thread.join(timeout=20)
    assert sorted(passed) == list(range(1, 26))


# imports


def _thousand(tmp_path: Path) -> Path:
    lines = ["编号,人数"]
    lines += [f"s{number},{number}" for number in range(1, 1001)]
    lines[300], lines[700], lines[900] = "s300,many", ",5", "s1,5"
    path = tmp_path / "stations.csv"
    path.write_text("\n".join(lines), encoding="gb18030")
    return path


def _work(row: ImportRow) -> None:
    row.number("people")
    with transaction.atomic():
        _message(row.required("code"))


COLUMNS = {"code": ("编号",), "people": ("人数",)}


@REAL_TRANSACTIONS
def test_997_of_1000_in_and_3_reported(tmp_path: Path) -> None:
    progress = io.StringIO()
    run = import_run("stations", table_read(_thousand(tmp_path), COLUMNS), _work, progress=progress)
    assert summary(run) == "997 of 1,000 in, 3 reported"
    assert ConsoleMessage.objects.count() == 997
    errors = [(error.line, error.field, error.value) for error in run.errors.all()]
    assert errors[:2] == [(301, "people", "many"), (701, "code", "")]
    assert errors[2][0] == 901, "a doubled key is reported by the database's own constraint"
    assert all(error.message and error.cure for error in run.errors.all())
    assert ImportRun.objects.get().state == "done"
    assert progress.getvalue().splitlines()[-1] == "stations: 1,000/1,000, 3 reported"
    assert AuditRow.objects.filter(action="import.run", object_id=str(run.pk)).exists()


@REAL_TRANSACTIONS
def test_a_dry_run_reports_the_same_and_saves_nothing(tmp_path: Path) -> None:
    run = import_run("stations", table_read(_thousand(tmp_path), COLUMNS), _work, dry_run=True, progress=io.StringIO())
    assert summary(run) == "997 of 1,000 in, 3 reported"
    assert run.errors.count() == 3
    assert ConsoleMessage.objects.count() == 0


@REAL_TRANSACTIONS
def test_a_fault_of_ours_stops_the_import_and_keeps_whole_chunks(tmp_path: Path) -> None:
    def work(row: ImportRow) -> None:
        if row.line == 450:
            raise ZeroDivisionError
        _message(f"line-{row.line}")

    with pytest.raises(ZeroDivisionError):
        import_run("stations", table_read(_thousand(tmp_path), COLUMNS), work, progress=io.StringIO(), chunk=200)
    run = ImportRun.objects.get()
    assert (run.state, run.done, ConsoleMessage.objects.count()) == ("failed", 400, 400)


# pictures


def _jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (32, 24), (10, 200, 30)).save(out, "JPEG")
    return out.getvalue()


@DATABASE
def test_a_picture_is_kept_with_its_hashes(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    data = _jpeg()
    kept = attachment_create(actor_id=9, organisation_path="1/4/", data=data, purpose="incident")
    assert kept.source_sha256 == hashlib.sha256(data).hexdigest()
    assert hashlib.sha256(attachment_bytes(kept)).hexdigest() == kept.sha256
    assert (kept.width_px, kept.height_px, kept.geom) == (32, 24, None)
    assert AuditRow.objects.get(action="attachment.create").object_id == str(kept.uid)
    (tmp_path / kept.path).write_bytes(b"other")
    with pytest.raises(InvalidInput) as caught:
        attachment_bytes(kept)
    assert caught.value.code == "attachment_changed"


@DATABASE
def test_a_refused_picture_leaves_nothing(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    with pytest.raises(BrokenPicture):
        attachment_create(actor_id=9, organisation_path="1/", data=_jpeg()[:200], purpose="incident")
    with pytest.raises(InvalidInput):
        attachment_create(actor_id=9, organisation_path="1/", data=_jpeg(), purpose="../etc")
    assert Attachment.objects.count() == 0 and not list(tmp_path.rglob("*.jpg"))


@DATABASE
def test_files_without_a_row_are_swept(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    kept = attachment_create(actor_id=None, organisation_path="1/", data=_jpeg(), purpose="round")
    stray = tmp_path / "attachments" / "round" / "stray.jpg"
    stray.write_bytes(b"x")
    for path in (stray, tmp_path / kept.path):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    assert attachments_sweep() == 1
    assert not stray.exists() and (tmp_path / kept.path).exists()


# messages


@DATABASE
def test_the_console_gateway_keeps_each_key_once_and_logs_no_number(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="core.notifications.console")
    sms = gateway("sms")
    first = sms.send("13800138000", "K12+300 有事故", "delivery-7")
    sms.send("13800138000", "K12+300 有事故", "delivery-7")
    assert first.reference == "delivery-7"
    assert ConsoleMessage.objects.get().text == "K12+300 有事故"
    assert "13800138000" not in caplog.text
    with pytest.raises(GatewayFailed):
        sms.send("", "x", "y")
    with pytest.raises(GatewayFailed):
        gateway("pigeon")


@DATABASE
def test_all_tables_have_chinese_names() -> None:
    from django.apps import apps

    for model in apps.get_app_config("core").get_models():
        assert any("\u4e00" <= letter <= "\u9fff" for letter in str(model._meta.verbose_name)), model
    assert connection.vendor == "postgresql"
