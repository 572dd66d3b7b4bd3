"""Sheets of boards: what the PDF says and shows, its code read back, and a district's in one job that survives."""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import ImageFile

from core import broker
from core.errors import Conflict, InvalidInput
from core.jobs import job_cancel, job_kind, job_run, jobs_recover
from core.models import Job
from roads.models import Board
from roads.services import board_address, board_bulk, board_pdf, board_prints, print_archive, public_address
from roads.services.board_bulk import prints_sweep
from stations.services.jobs import job_request
from stations.types import Role
from tests.factories.boards import ADDRESS, PERSONAL, BoardCity, a_board, a_board_city
from tests.factories.roads import a_segment
from tests.factories.stations import an_actor

pytestmark = pytest.mark.django_db(transaction=True)
A3_POINTS = (1190.55, 841.89)


@pytest.fixture
def world(city: Any, network: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BoardCity:
    """A road with its chiefs; no worker hears of jobs."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(broker, "send", lambda *_a, **_k: False)
    return a_board_city(city)


def _opened(pdf: bytes) -> tuple[str, np.ndarray[Any, Any], tuple[float, float], int]:
    """(text, picture, size, pages) of a PDF."""
    document = pytest.importorskip("pypdfium2").PdfDocument(pdf)
    page = document[0]
    text = page.get_textpage().get_text_range()
    picture = np.array(page.render(scale=2).to_pil().convert("L"))
    return text, picture, page.get_size(), len(document)


def test_printing_does_not_let_truncated_uploads_in(world: BoardCity) -> None:
    """The PDF library tells Pillow to take them, in the whole process."""
    board_pdf(a_board(world.segment))
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_a_sheet_is_one_a3_page_and_its_code_leads_to_the_board(world: BoardCity) -> None:
    board = a_board(world.segment)
    text, picture, size, pages = _opened(board_pdf(board))
    assert pages == 1 and size == pytest.approx(A3_POINTS, abs=1)
    code = cv2.QRCodeDetector().detectAndDecode(picture)[0]
    assert code == board_address(board) == f"{ADDRESS}/b/{board.number}/"
    for words in (
        "道路路长公示牌", "那环北路全段", "X201-01", "王启明", "0898-5555-0101", "黎小芳", "0898-5555-0104",
        "清湖执法服务站", "0898-5555-0150", "您在这里", "K6", board.number,
    ):  # fmt: skip
        assert words in text, words
    assert PERSONAL not in text and "NO-1" not in text


def test_a_sheet_asks_for_nothing_from_outside(world: BoardCity, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(board_prints, "_nothing_from_outside", lambda address, *_a, **_k: asked.append(address))
    board_pdf(a_board(world.segment))
    assert asked == []


def test_a_sheet_before_the_first_issue_is_refused(world: BoardCity) -> None:
    with pytest.raises(Conflict) as refused:
        board_pdf(a_board(world.segment, issued=False))
    assert refused.value.field == "state" and refused.value.cure


def test_the_code_leads_to_the_address_that_browsers_are_shown(settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS = []
    assert public_address("http://testserver") == "http://testserver"
    with pytest.raises(InvalidInput) as refused:
        public_address("")
    assert refused.value.field == "address" and refused.value.cure
    settings.CSRF_TRUSTED_ORIGINS = ["https://example.org", "https://localhost"]
    assert public_address("http://testserver") == "https://example.org"


def _asked(world: BoardCity, **options: str) -> Job:
    actor = an_actor(world.city, Role.ADMINISTRATOR)
    options = {"which": "wanted", "address": ADDRESS, **options}
    return job_request(actor=actor, kind=job_kind("roads.print_boards"), organisation=world.city, options=options)


def _many(world: BoardCity, count: int) -> None:
    g98 = world.axis.__class__.objects.get(code="G98")
    for number in range(count):
        step = g98.length_m / count
        a_segment(world.city, g98, number * step, (number + 1) * step)


class _Crash(BaseException):
    """Nothing of ours catches it."""


def test_a_district_in_one_job_goes_on_after_its_worker_died(world: BoardCity, monkeypatch: pytest.MonkeyPatch) -> None:
    _many(world, 4)
    job = _asked(world)
    printed: list[str] = []

    def crash(board: Board) -> bytes:
        if len(printed) == 2:
            raise _Crash
        printed.append(board.number)
        return board_pdf(board)

    with monkeypatch.context() as patched, pytest.raises(_Crash):
        patched.setattr(board_prints, "board_pdf", crash)
        job_run(str(job.uid))
    assert Job.objects.get().done == 2
    assert Board.objects.filter(edition=1).count() == 3  # the third was issued, and its sheet is missing
    assert jobs_recover(dead_after_s=0) == 1
    with monkeypatch.context() as patched:
        patched.setattr(board_prints, "board_pdf", lambda board: printed.append(board.number) or board_pdf(board))
        assert job_run(str(job.uid)) == "done"
    row = Job.objects.get()
    assert (row.result["boards"], row.result["new_boards"], row.result["left_out"]) == (5, 5, 0)
    assert sorted(printed) == sorted(Board.objects.values_list("number", flat=True)), "a sheet was printed twice"
    assert set(Board.objects.values_list("edition", "state")) == {(1, "issued")}
    with zipfile.ZipFile(print_archive(row)) as archive:
        assert archive.testzip() is None
        names = sorted(archive.namelist())
        index = list(csv.DictReader(io.StringIO(archive.read("index.csv").decode("utf-8-sig"))))
        first = archive.read(names[0])
    assert names == sorted([f"{number}-1.pdf" for number in printed] + ["index.csv"])
    assert [line["牌号"] for line in index] == sorted(printed)
    assert _opened(first)[3] == 1


def test_only_what_is_wanted_is_printed_or_all(world: BoardCity) -> None:
    _many(world, 2)
    assert job_run(str(_asked(world).uid)) == "done"
    job = _asked(world)
    assert job_run(str(job.uid)) == "done"
    assert Job.objects.get(pk=job.pk).result["boards"] == 0
    job = _asked(world, which="all")
    assert job_run(str(job.uid)) == "done"
    assert Job.objects.get(pk=job.pk).result["boards"] == 3
    assert set(Board.objects.values_list("edition", flat=True)) == {1}


def test_a_job_that_is_cancelled_stops(world: BoardCity, monkeypatch: pytest.MonkeyPatch) -> None:
    _many(world, 3)
    job = _asked(world)

    def cancel(board: Board) -> bytes:
        job_cancel(job=Job.objects.get(pk=job.pk), actor_id=None)
        return b"%PDF-"

    monkeypatch.setattr(board_prints, "board_pdf", cancel)
    assert job_run(str(job.uid)) == "cancelled"
    assert Board.objects.filter(edition=1).count() == 1


def test_bad_choices_fail_with_words(world: BoardCity, settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS = []
    for options, field in (({"which": "every"}, "which"), ({"address": ""}, "address")):
        job = _asked(world, **options)
        assert job_run(str(job.uid)) == "failed"
        error = Job.objects.get(pk=job.pk).error
        assert error["field"] == field and error["cure"]


def test_archives_go_after_their_days(world: BoardCity, settings: Any) -> None:
    folder = Path(settings.MEDIA_ROOT) / board_bulk.FOLDER
    (folder / "given-up").mkdir(parents=True)
    (folder / "given-up" / "plan.json").write_text(json.dumps({}), encoding="utf-8")
    (folder / "new.zip").write_bytes(b"")

    os.utime(folder / "given-up", (0, 0))
    assert prints_sweep() == 1
    assert [path.name for path in folder.iterdir()] == ["new.zip"]
