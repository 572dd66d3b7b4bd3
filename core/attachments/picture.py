"""Reading a picture that comes from outside without trusting it. Of Django only `gettext`: no database, no settings.

Order: size, magic bytes, Pillow with three formats only, pixel limit before decoding, EXIF, decode, fresh JPEG. What
follows the picture in the file (polyglots) and everything written into it (EXIF, comments, profiles) stays behind.
"""

from __future__ import annotations

import datetime as dt
import io
import struct
import warnings
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from core.errors import InvalidInput, TooLarge

SIZE_AT_MOST_BYTES = 15 * 2**20
PIXELS_AT_MOST = 40_000_000
SIDE_AT_MOST_PX = 20_000
FORMATS = ("JPEG", "PNG", "WEBP")
JPEG_QUALITY = 88
EARLIEST_YEAR = 2000


class BrokenPicture(InvalidInput):
    """Not a picture, of another kind, or damaged."""

    code = "broken_picture"


class UnknownPictureType(BrokenPicture):
    """A file of another type than those that are taken in."""

    code = "unsupported_picture_type"
    status = 415


class PictureTooLarge(TooLarge):
    """Too many bytes or pixels."""

    code = "picture_too_large"


@dataclass(frozen=True, slots=True)
class Picture:
    """A fresh JPEG and what its camera wrote. `lon`, `lat` are as written (WGS-84 by the EXIF standard)."""

    jpeg: bytes
    width_px: int
    height_px: int
    taken_at: dt.datetime | None
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class OpenedPicture:
    """The pixels of a checked picture, upright, without anything else of its file, and what its camera wrote."""

    image: Image.Image
    taken_at: dt.datetime | None
    lon: float | None
    lat: float | None


def picture_read(data: bytes, *, zone: dt.tzinfo = dt.UTC, field: str = "file") -> Picture:
    """Check, read and re-encode. `zone` is that of camera clocks without an offset.

    Raises PictureTooLarge (413) or BrokenPicture (400), naming `field`.
    """
    opened = picture_opened(data, zone=zone, field=field)
    out = io.BytesIO()
    opened.image.save(out, "JPEG", quality=JPEG_QUALITY, optimize=False)
    width_px, height_px = opened.image.size
    return Picture(out.getvalue(), width_px, height_px, opened.taken_at, opened.lon, opened.lat)


def picture_opened(data: bytes, *, zone: dt.tzinfo = dt.UTC, field: str = "file") -> OpenedPicture:
    """Check and decode a picture that is looked at and not kept. Raises as `picture_read`."""
    size_check(len(data), field=field)
    if not _known_magic(data):
        raise UnknownPictureType(
            _("不是可接受的图片格式"),
            field=field,
            value=data[:12].hex() if data else _("空文件"),
            cure=_("可用格式：%(formats)s") % {"formats": ", ".join(FORMATS)},
        )
    with warnings.catch_warnings():
        # Pillow only warns between its limit and twice its limit; for us a bomb is a bomb.
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                _check_pixels(image.width, image.height, field)
                taken_at, place = _exif(image, zone)
                fresh = _redrawn(image)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
            raise PictureTooLarge(
                _("图片像素过多"), field=field, value=f"{len(data)} bytes", cure=_pixel_cure()
            ) from problem
        except (
            UnidentifiedImageError,
            OSError,
            SyntaxError,
            ValueError,
            struct.error,
            EOFError,
            MemoryError,
        ) as problem:
            raise BrokenPicture(
                _("图片损坏或不完整"), field=field, value=f"{len(data)} bytes", cure=_("重新拍摄或导出后再上传")
            ) from problem
    lon, lat = place if place else (None, None)
    return OpenedPicture(fresh, taken_at, lon, lat)


def size_check(size_bytes: int, *, field: str = "file") -> None:
    """Raises PictureTooLarge (413) for more bytes than are taken in."""
    if size_bytes > SIZE_AT_MOST_BYTES:
        limit_mib = SIZE_AT_MOST_BYTES // 2**20
        raise PictureTooLarge(_("图片文件过大"), field=field, value=f"{size_bytes} bytes", cure=f"≤ {limit_mib} MiB")


def _known_magic(data: bytes) -> bool:
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return True
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def _check_pixels(width_px: int, height_px: int, field: str) -> None:
    if width_px * height_px > PIXELS_AT_MOST or max(width_px, height_px) > SIDE_AT_MOST_PX:
        raise PictureTooLarge(_("图片像素过多"), field=field, value=f"{width_px}×{height_px}", cure=_pixel_cure())


def _pixel_cure() -> str:
    return f"≤ {PIXELS_AT_MOST // 1_000_000} MP, ≤ {SIDE_AT_MOST_PX} px"


def _redrawn(image: Image.Image) -> Image.Image:
    """Decode, turn upright, and copy pixels alone onto a new image (transparency on white)."""
    image.load()
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        layer = upright.convert("RGBA")
        fresh = Image.new("RGB", layer.size, (255, 255, 255))
        fresh.paste(layer, mask=layer.getchannel("A"))
        return fresh
    pixels = upright.convert("RGB")
    fresh = Image.new("RGB", pixels.size)
    fresh.paste(pixels)
    return fresh


def _exif(image: Image.Image, zone: dt.tzinfo) -> tuple[dt.datetime | None, tuple[float, float] | None]:
    """Time and place; whatever is unreadable there counts as absent, since EXIF is a courtesy."""
    try:
        exif = image.getexif()
        inner = exif.get_ifd(ExifTags.IFD.Exif)
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    except (SyntaxError, ValueError, KeyError, TypeError, OSError, struct.error):
        return None, None
    text = inner.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    return _time(text, inner.get(ExifTags.Base.OffsetTimeOriginal), zone), _place(gps)


def _time(text: Any, offset: Any, zone: dt.tzinfo) -> dt.datetime | None:
    if not isinstance(text, str):
        return None
    clean = text.strip("\x00 ")
    try:
        naive = dt.datetime.strptime(clean, "%Y:%m:%d %H:%M:%S")
        if naive.year < EARLIEST_YEAR:
            return None
        if isinstance(offset, str) and offset.strip("\x00 "):
            return dt.datetime.strptime(clean + offset.strip("\x00 "), "%Y:%m:%d %H:%M:%S%z").astimezone(dt.UTC)
        return naive.replace(tzinfo=zone).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _place(gps: dict[int, Any]) -> tuple[float, float] | None:
    try:
        lat = _degrees(gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef], "S")
        lon = _degrees(gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef], "W")
    except (KeyError, TypeError, ValueError, ZeroDivisionError, IndexError):
        return None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat == 0 and lon == 0):
        return None
    return lon, lat


def _degrees(parts: Any, reference: Any, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    if value != value:
        raise ValueError("NaN")
    letter = reference.decode("ascii", "replace") if isinstance(reference, bytes) else str(reference)
    return -value if letter.strip("\x00 ").upper() == negative else value
