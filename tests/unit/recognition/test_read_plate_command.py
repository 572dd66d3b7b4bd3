"""`read_plate FILE… --json`: its promised shape, and files that are no pictures or mean harm."""

from __future__ import annotations

import io
import json
import struct
import zlib
from pathlib import Path
from random import Random
from typing import Any

import cv2
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from demo.plates import scenes
from demo.plates.texts import STYLES
from recognition.reading.registry import ENGINES

KEYS = ["file", "reads", "ms", "engine"]


@pytest.fixture
def car(tmp_path: Path, settings: Any) -> tuple[Path, str]:
    """A picture of a near and sharp plate, and what stands on it."""
    settings.LUZHANG_VAR = tmp_path
    near = scenes.Hardness(plate_px=(240.0, 300.0), yaw_deg=5.0, motion_px=3, blur_px=0.5)
    shown = scenes.scene(Random(41), STYLES[0], hardness=near)
    file = tmp_path / "car.jpg"
    cv2.imwrite(str(file), shown.picture)
    return file, shown.text


def _lines(*words: str) -> list[dict[str, Any]]:
    out = io.StringIO()
    try:
        call_command("read_plate", *words, "--json", stdout=out)
    except CommandError as problem:
        assert "files" in str(problem)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_one_object_a_file_in_the_promised_shape(car: tuple[Path, str], tmp_path: Path) -> None:
    file, text = car
    blank = tmp_path / "blank.png"
    Image.new("RGB", (320, 240), (90, 90, 90)).save(blank)
    first, second = _lines(str(file), str(blank))
    assert (list(first), list(second)) == (KEYS, KEYS)
    assert (first["file"], second["reads"]) == (str(file), [])
    assert first["ms"] > 0
    if not ENGINES["fused"].ready(tmp_path).ready:
        pytest.skip("no weights here: shapes only")
    assert first["engine"].startswith("fused ")
    assert [read["text"] for read in first["reads"]] == [text]
    read = first["reads"][0]
    assert list(read) == ["text", "kind", "colour", "score", "auto", "corners", "alternatives"]
    assert (read["kind"], read["colour"]) == ("ordinary", "blue")
    assert len(read["corners"]) == 4


def _png_header(width_px: int, height_px: int) -> bytes:
    """A PNG that announces so many pixels and holds none."""
    head = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def test_bad_files_are_told_one_by_one_and_stop_nobody(car: tuple[Path, str], tmp_path: Path) -> None:
    file, _text = car
    bad = {
        "bomb.png": (_png_header(60_000, 60_000), "picture_too_large"),
        "50mp.png": (_png_header(10_000, 5_000), "picture_too_large"),
        "truncated.jpg": (file.read_bytes()[:2000], "broken_picture"),
        "text.jpg": (b"GIF89a and so on", "unsupported_picture_type"),
    }
    for name, (data, _code) in bad.items():
        (tmp_path / name).write_bytes(data)
    lines = _lines(*(str(tmp_path / name) for name in bad), str(tmp_path / "absent.jpg"), str(file))
    assert [line["error"]["code"] for line in lines[:-1]] == [*(code for _, code in bad.values()), "file_unreadable"]
    assert all(line["reads"] == [] for line in lines[:-1])
    assert "error" not in lines[-1]


def test_an_engine_that_cannot_work_says_why(car: tuple[Path, str]) -> None:
    if ENGINES["easyocr"].ready(car[0].parent).ready:
        pytest.skip("EasyOCR is here")
    with pytest.raises(CommandError, match=r"easyocr: .+; "):
        call_command("read_plate", str(car[0]), "--engine", "easyocr")
