"""Pictures from outside: what is kept, what is read, and files that mean harm."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
import zlib
from zoneinfo import ZoneInfo

import pytest
from PIL import ExifTags, Image

from core.attachments import picture
from core.attachments.picture import BrokenPicture, PictureTooLarge, picture_read
from core.errors import LuzhangError

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _image(kind: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, (200, 30, 30, 128)[: len(mode)] if mode != "L" else 90).save(out, kind, **options)
    return out.getvalue()


def _with_exif(**changes: object) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = changes.get("orientation", 1)
    exif[ExifTags.Base.Make] = "<script>alert(1)</script>"
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    inner[ExifTags.Base.DateTimeOriginal] = changes.get("time", "2026:03:01 08:30:00")
    if "offset" in changes:
        inner[ExifTags.Base.OffsetTimeOriginal] = changes["offset"]
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = changes.get("north", "N")
    gps[ExifTags.GPS.GPSLatitude] = changes.get("lat", (19.0, 15.0, 30.0))
    gps[ExifTags.GPS.GPSLongitudeRef] = "E"
    gps[ExifTags.GPS.GPSLongitude] = (110.0, 28.0, 12.0)
    return _image(exif=exif)


def test_place_and_time_are_read_and_stripped() -> None:
    found = picture_read(_with_exif(), zone=SHANGHAI)
    assert (found.lon, found.lat) == pytest.approx((110.47, 19.258333), abs=1e-6)
    assert found.taken_at == dt.datetime(2026, 3, 1, 0, 30, tzinfo=dt.UTC)
    with Image.open(io.BytesIO(found.jpeg)) as kept:
        assert kept.format == "JPEG"
        assert not kept.getexif()
    assert b"script" not in found.jpeg and b"Exif" not in found.jpeg


def test_offset_and_hemisphere() -> None:
    found = picture_read(_with_exif(offset="+09:00", north="S"), zone=SHANGHAI)
    assert found.taken_at == dt.datetime(2026, 2, 28, 23, 30, tzinfo=dt.UTC)
    assert found.lat == pytest.approx(-19.258333, abs=1e-6)


@pytest.mark.parametrize("time", ["0000:00:00 00:00:00", "yesterday", "1970:01:01 00:00:00", "2026:13:40 99:00:00"])
def test_nonsense_times_count_as_absent(time: str) -> None:
    assert picture_read(_with_exif(time=time)).taken_at is None


@pytest.mark.parametrize("lat", [(95.0, 0.0, 0.0), (0.0, 0.0)])
def test_nonsense_places_count_as_absent(lat: tuple[float, ...]) -> None:
    assert picture_read(_with_exif(lat=lat)).lat is None


def test_turned_upright() -> None:
    found = picture_read(_with_exif(orientation=6))
    assert (found.width_px, found.height_px) == (48, 64)


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGBA"), ("PNG", "L"), ("WEBP", "RGB"), ("WEBP", "RGBA"), ("JPEG", "L")]
)
def test_accepted_kinds(kind: str, mode: str) -> None:
    found = picture_read(_image(kind, mode=mode))
    assert found.jpeg.startswith(b"\xff\xd8\xff") and (found.width_px, found.height_px) == (64, 48)


def test_transparency_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(picture_read(out.getvalue()).jpeg)) as kept:
        assert kept.getpixel((4, 4)) == (255, 255, 255)


def test_tail_of_a_polyglot_stays_behind() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("evil.php", "<?php system($_GET['c']); ?>" * 3)
    found = picture_read(_image() + archive.getvalue())
    assert b"evil.php" not in found.jpeg and b"PK\x03\x04" not in found.jpeg


def _png_bomb(width: int, height: int) -> bytes:
    """A tiny PNG that claims to be huge."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\x00" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(50_000, 50_000), (7_000, 7_000), (30_000, 10), (2**31 - 1, 1)])
def test_bombs_are_refused_before_decoding(size: tuple[int, int]) -> None:
    with pytest.raises(LuzhangError) as caught:
        picture_read(_png_bomb(*size), field="photo")
    assert caught.value.status in (400, 413)
    assert caught.value.field == "photo"


def test_too_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "SIZE_AT_MOST_BYTES", 1000)
    with pytest.raises(PictureTooLarge) as caught:
        picture_read(bytes(1001))
    assert caught.value.value == "1001 bytes"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff",
        b"GIF89a" + bytes(50),
        b"BM" + bytes(60),
        b"%PDF-1.7\n",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?php echo 1; ?>",
        b"\x89PNG\r\n\x1a\n" + bytes(40),
        b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(20),
        b"\x00\x00\x00\x18ftypheic" + bytes(30),
        b"II*\x00" + bytes(40),
        b"PK\x03\x04" + bytes(40),
    ],
)
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(BrokenPicture) as caught:
        picture_read(data)
    assert caught.value.cure


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_truncated_files_are_refused(kind: str) -> None:
    whole = io.BytesIO()
    Image.effect_noise((200, 200), 90).convert("RGB").save(whole, kind)
    data = whole.getvalue()
    for share in (0.2, 0.6):
        with pytest.raises(BrokenPicture):
            picture_read(data[: int(len(data) * share)])
