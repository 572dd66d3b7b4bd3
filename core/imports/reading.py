"""Reading CSV, XLSX, GeoJSON and GeoPackage as rows with line numbers."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from core.errors import InvalidInput, TooLarge

SIZE_AT_MOST_BYTES = 200 * 2**20
ENCODINGS = ("utf-8-sig", "gb18030")
Columns = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One row: its line in the file (header: 1; features count from 1), text by column name, WKB in WGS-84."""

    line: int
    values: Mapping[str, str]
    wkb: bytes | None = None

    def text(self, column: str, default: str = "") -> str:
        """The trimmed text of a column; `default` when the file has no such column or the cell is empty."""
        return self.values.get(column, "") or default

    def required(self, column: str) -> str:
        """The text of a column that must not be empty. Raises InvalidInput."""
        value = self.text(column)
        if not value:
            raise InvalidInput(_("必填项为空"), field=column, cure=_("补全后重新导入"))
        return value

    def number(self, column: str, default: float | None = None) -> float:
        """A finite number. Raises InvalidInput."""
        text = self.text(column)
        if not text and default is not None:
            return default
        try:
            value = float(text.replace(",", ""))
        except ValueError:
            raise InvalidInput(_("不是数字"), field=column, value=text, cure=_("如 12.5")) from None
        if value != value or abs(value) == float("inf"):
            raise InvalidInput(_("不是有限的数"), field=column, value=text, cure=_("填写普通数字，如 12.5"))
        return value

    def date(self, column: str) -> dt.date | None:
        """A date (`2026-03-01`, `2026/3/1`, `2026年3月1日`) or None when empty. Raises InvalidInput."""
        text = self.text(column)
        if not text:
            return None
        plain = text.split("T")[0].split(" ")[0].replace("年", "-").replace("月", "-").rstrip("日").replace("/", "-")
        parts = plain.replace(".", "-").split("-")
        try:
            year, month, day = (int(part) for part in parts)
            return dt.date(year, month, day)
        except ValueError:
            raise InvalidInput(_("不是日期"), field=column, value=text, cure=_("如 2026-03-01")) from None


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of a file under canonical column names."""

    name: str
    rows: list[ImportRow]
    ignored_columns: list[str] = field(default_factory=list)
    encoding: str = ""


def table_read(path: Path | str, columns: Columns, *, required: Iterable[str] = ()) -> Table:
    """Read a file; the kind follows its suffix (.csv .txt .tsv .xlsx .geojson .json .gpkg).

    `columns` maps canonical names to the headers that counties use for them (compared without white space and case);
    the canonical name itself always works. Raises InvalidInput when the file can't be read or a `required` column is
    missing.
    """
    source = Path(path)
    if not source.is_file():
        raise InvalidInput(_("没有这个文件"), field="file", value=str(path), cure=_("请检查文件路径"))
    if source.stat().st_size > SIZE_AT_MOST_BYTES:
        raise TooLarge(
            _("文件过大"),
            field="file",
            value=source.name,
            cure=_("≤ %(value)s MiB，请分批导入") % {"value": SIZE_AT_MOST_BYTES // 2**20},
        )
    suffix = source.suffix.lower()
    encoding = ""
    if suffix in (".csv", ".txt", ".tsv"):
        header, cells, encoding = _csv(source, suffix)
    elif suffix in (".xlsx", ".xlsm"):
        header, cells = _xlsx(source)
    elif suffix in (".geojson", ".json", ".gpkg"):
        return _features(source, columns, required)
    else:
        raise InvalidInput(_("不支持的文件类型"), field="file", value=source.name, cure=".csv .xlsx .geojson .gpkg")
    names, ignored = _names(header, columns, required, source.name)
    rows = [
        ImportRow(line, {name: cell for name, cell in zip(names, texts, strict=False) if name})
        for line, texts in cells
        if any(texts)
    ]
    return Table(source.name, rows, ignored, encoding)


def _csv(source: Path, suffix: str) -> tuple[list[str], list[tuple[int, list[str]]], str]:
    data = source.read_bytes()
    for encoding in ENCODINGS:
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise InvalidInput(_("文件编码无法识别"), field="file", value=source.name, cure=_("另存为 UTF-8 CSV"))
    first = text.split("\n", 1)[0]
    delimiter = "\t" if suffix == ".tsv" or ("\t" in first and "," not in first) else ";" if _semicolons(first) else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        # A quoted cell may span lines: a row's line is where it starts.
        cells, start = [], reader.line_num + 1
        for row in reader:
            cells.append((start, [cell.strip() for cell in row]))
            start = reader.line_num + 1
    except csv.Error as problem:
        raise InvalidInput(_("CSV 无法解析"), field="file", value=source.name, cure=str(problem)) from problem
    return header, cells, encoding


def _semicolons(first: str) -> bool:
    return first.count(";") > first.count(",")


def _xlsx(source: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(source, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = [[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
        book.close()
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        KeyError,
        IndexError,
        ValueError,
        OSError,
        SyntaxError,
    ) as problem:
        raise InvalidInput(
            _("表格无法打开"), field="file", value=source.name, cure=_("用表格软件另存为 .xlsx 后重试")
        ) from problem
    if not rows:
        return [], []
    return rows[0], [(number, row) for number, row in enumerate(rows[1:], start=2)]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip()


def _features(source: Path, columns: Columns, required: Iterable[str]) -> Table:
    import pyogrio
    import shapely
    from pyogrio.errors import DataLayerError, DataSourceError
    from pyproj import CRS, Transformer

    try:
        meta, _fids, geometry, fields = pyogrio.raw.read(source)
    except (DataSourceError, DataLayerError) as problem:
        raise InvalidInput(_("空间文件无法打开"), field="file", value=source.name, cure=str(problem)[:200]) from problem
    if meta["crs"] is None:
        raise InvalidInput(
            _("空间文件没有注明坐标系"), field="crs", value=source.name, cure=_("导出时写入坐标系，如 EPSG:4326")
        )
    header = [str(name) for name in meta["fields"]]
    names, ignored = _names(header, columns, required, source.name)
    shapes = shapely.from_wkb(geometry)
    crs = CRS.from_user_input(meta["crs"])
    if crs.to_epsg() not in (4326, 4979) and not crs.equals(CRS.from_epsg(4326), ignore_axis_order=True):
        move = Transformer.from_crs(crs, 4326, always_xy=True)
        shapes = shapely.transform(shapes, lambda points: _stacked(move.transform(points[:, 0], points[:, 1])))
    wkb = shapely.to_wkb(shapely.force_2d(shapes))
    rows = []
    for index in range(len(wkb)):
        values = {name: _cell(_plain(fields[at][index])) for at, name in enumerate(names) if name}
        rows.append(ImportRow(index + 1, values, bytes(wkb[index]) if wkb[index] is not None else None))
    return Table(source.name, rows, ignored)


def _stacked(pair: tuple[Any, Any]) -> Any:
    import numpy as np

    return np.column_stack(pair)


def _plain(value: Any) -> Any:
    """A numpy value as Python's own; NaN and NaT count as empty."""
    plain = value.item() if hasattr(value, "item") else value
    return None if plain != plain else plain


def _names(header: list[str], columns: Columns, required: Iterable[str], name: str) -> tuple[list[str], list[str]]:
    """Canonical name (or "") of every column, and the headers nobody asked for."""
    known = {_folded(each): canonical for canonical, spellings in columns.items() for each in (canonical, *spellings)}
    names = [known.get(_folded(each), "") for each in header]
    missing = [column for column in required if column not in names]
    if missing:
        spelled = "、".join("/".join((column, *columns.get(column, ()))) for column in missing)
        raise InvalidInput(
            _("缺少必需的列"),
            field=missing[0],
            value=", ".join(header)[:150] or name,
            cure=_("需要：%(spelled)s") % {"spelled": spelled},
        )
    doubled = {each for each in names if each and names.count(each) > 1}
    if doubled:
        raise InvalidInput(
            _("同一内容有两列"), field=sorted(doubled)[0], value=", ".join(header)[:150], cure=_("只保留一列")
        )
    return names, [each for each, canonical in zip(header, names, strict=True) if each and not canonical]


def _folded(text: str) -> str:
    return "".join(text.split()).casefold().replace("（", "(").replace("）", ")")
