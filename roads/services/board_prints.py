"""Boards as PDF: A3, drawn from our own data, needing nothing from outside; one sheet, or many in one archive."""

from __future__ import annotations

import csv
import io
import os
import re
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.errors import Conflict
from roads.boards.code import qr_path
from roads.boards.content import content_of
from roads.boards.drawing import map_svg
from roads.models import Board
from roads.selectors.board_maps import board_map

_SHEETS = ("core/tokens.css", "roads/board.css")
# Names of up to so many characters keep their size; longer ones get smaller letters (classes of board.css).
_NAME_SIZES = ((10, "l"), (16, "m"), (24, "s"))
INDEX_NAME = "index.csv"
_ROAD_CODE = re.compile(r"[A-Z]{1,2}\d{1,4}")


def board_address(board: Board) -> str:
    """What the code of a board says: its own page, under the origin it was issued with."""
    return f"{board.address}/b/{board.number}/"


def board_pdf(board: Board) -> bytes:
    """The latest edition of a board as one A3 page, in the language of the deployment. Raises Conflict before the
    first issue.
    """
    html_page = _printer().HTML
    if not board.edition:
        raise Conflict(_("这块公示牌尚未印发"), field="state", value=board.state, cure=_("请先印发"))
    with override(settings.LANGUAGE_CODE):
        html = render_to_string("roads/board.html", _sheet(board))
    document = html_page(string=html, url_fetcher=_nothing_from_outside)
    return bytes(document.write_pdf(stylesheets=_styles(), font_config=_fonts()) or b"")


def boards_archive(folder: Path, boards: list[Board], target: Path) -> int:
    """All PDFs of a folder, and an index, as one ZIP beside it: written whole or not at all. Returns its bytes."""
    part = target.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
        for board in boards:
            archive.write(folder / pdf_name(board), pdf_name(board))
        archive.writestr(INDEX_NAME, _index(boards))
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.replace(target)
    return target.stat().st_size


def pdf_keep(folder: Path, board: Board) -> None:
    """Render a board into a folder: written whole or not at all, so that what lies there is finished."""
    path = folder / pdf_name(board)
    part = path.with_suffix(".part")
    part.write_bytes(board_pdf(board))
    part.replace(path)


def pdf_name(board: Board) -> str:
    """The file of one edition: another edition is another file."""
    return f"{board.number}-{board.edition}.pdf"


def _index(boards: list[Board]) -> str:
    out = io.StringIO()
    rows = csv.writer(out)
    out.write("\ufeff")
    rows.writerow(
        [_("牌号"), _("版次"), _("路段编号"), _("路段"), _("起点"), _("终点"), _("张贴位置"), _("经度"), _("纬度")]
    )
    for board in boards:
        content = content_of(board.content)
        where = [f"{board.geom.x:.6f}", f"{board.geom.y:.6f}"]
        rows.writerow(
            [board.number, board.edition, content.segment_code, content.segment_name, content.start, content.end,
             board.place_text, *where]
        )  # fmt: skip
    return out.getvalue()


def _sheet(board: Board) -> dict[str, Any]:
    content = content_of(board.content)
    drawn, frame = board_map(board, start=content.start, end=content.end)
    side, path = qr_path(board_address(board))
    code = content.road.partition(" ")[0]
    has_code = bool(_ROAD_CODE.fullmatch(code))
    # The code stands on its shield already.
    title = content.segment_name.removeprefix(code).strip() if has_code else content.segment_name
    return {
        "board": board,
        "content": content,
        "chiefs": list(reversed(content.chiefs)),
        "first": content.first_call,
        "road_code": code if has_code else "",
        "name": title,
        "name_size": next((size for most, size in _NAME_SIZES if len(title) <= most), "xs"),
        "start": content.start.rpartition(" ")[2],
        "end": content.end.rpartition(" ")[2],
        "map": map_svg(drawn, frame, _ink(), here_text=_("您在这里"), scale_text="{n} {unit}"),
        "qr_side": side,
        "qr_path": path,
        "address": board_address(board),
    }


def _nothing_from_outside(address: str, *_args: Any, **_options: Any) -> Any:
    """A board is made of what it is given (design invariant 13)."""
    raise ValueError(f"a board asks for {address}")


@cache
def _ink() -> dict[str, str]:
    """Colours of the day by token: the map's strokes are attributes, which know no variables."""
    found: dict[str, str] = {}
    for name, colour in re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6})", _source(_SHEETS[0])):
        found.setdefault(name, colour)
    return found


@cache
def _printer() -> Any:
    """WeasyPrint, taken in when first needed. Taking it in tells Pillow to accept truncated pictures everywhere in the
    process; uploads have to be whole, so that is taken back.
    """
    import weasyprint
    from PIL import ImageFile

    ImageFile.LOAD_TRUNCATED_IMAGES = False
    return weasyprint


@cache
def _styles() -> list[Any]:
    css = _printer().CSS
    # Paper knows neither screens nor walls: of the tokens only what holds everywhere.
    sheets = [_source(name).partition("@media")[0] for name in _SHEETS]
    return [css(string=sheet, font_config=_fonts(), url_fetcher=_nothing_from_outside) for sheet in sheets]


@cache
def _fonts() -> Any:
    """Reading the system's fonts takes longer than a page."""
    return _printer().text.fonts.FontConfiguration()


def _source(name: str) -> str:
    path = finders.find(name)
    if path is None:
        raise FileNotFoundError(name)
    return Path(path).read_text(encoding="utf-8")
