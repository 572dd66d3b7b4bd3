"""Reading the files that counties keep."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import openpyxl
import pytest
import shapely

from core.errors import InvalidInput
from core.imports.reading import ImportRow, table_read

COLUMNS = {"name": ("名称", "站点名称"), "phone": ("电话",), "opened": ("启用日期",)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_encodings_headers_and_lines(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "stations.csv"
    path.write_bytes('站点 名称,备注,电话\r\n嘉积站,"两\r\n行",0898-1\r\n\r\n博鳌站,,0898-2\r\n'.encode(encoding))
    table = table_read(path, COLUMNS, required=["name"])
    assert [(row.line, row.text("name"), row.text("phone")) for row in table.rows] == [
        (2, "嘉积站", "0898-1"),
        (5, "博鳌站", "0898-2"),
    ]
    assert table.ignored_columns == ["备注"]


def test_semicolons_and_tabs(tmp_path: Path) -> None:
    for name, text in (("a.csv", "名称;电话\nA;1\n"), ("b.tsv", "名称\t电话\nA\t1\n"), ("c.txt", "名称\t电话\nA\t1\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert table_read(tmp_path / name, COLUMNS).rows[0].values == {"name": "A", "phone": "1"}


def test_xlsx_cells_as_people_see_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["名称", "电话", "启用日期"])
    book.active.append(["嘉积站", 13800138000.0, dt.datetime(2026, 3, 1)])
    book.active.append([None, None, None])
    book.active.append(["博鳌站", None, "2026年3月5日"])
    book.save(tmp_path / "s.xlsx")
    rows = table_read(tmp_path / "s.xlsx", COLUMNS).rows
    assert [row.line for row in rows] == [2, 4]
    assert rows[0].text("phone") == "13800138000"
    assert [row.date("opened") for row in rows] == [dt.date(2026, 3, 1), dt.date(2026, 3, 5)]


def test_geojson_geometry_comes_as_wgs84(tmp_path: Path) -> None:
    feature = {
        "type": "Feature",
        "properties": {"名称": "嘉积站", "电话": 7},
        "geometry": {"type": "Point", "coordinates": [110.4746, 19.2584]},
    }
    path = tmp_path / "s.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    row = table_read(path, COLUMNS).rows[0]
    assert row.values == {"name": "嘉积站", "phone": "7"}
    assert row.wkb is not None
    point = shapely.from_wkb(row.wkb)
    assert (point.x, point.y) == (110.4746, 19.2584)


def test_geopackage_is_brought_to_wgs84(tmp_path: Path) -> None:
    import numpy as np
    import pyogrio

    path = tmp_path / "s.gpkg"
    wkb = np.array([shapely.to_wkb(shapely.Point(444815.0, 2129470.0))], dtype=object)
    pyogrio.raw.write(
        path, wkb, [np.array(["嘉积站"], dtype=object)], ["名称"], geometry_type="Point", crs="EPSG:32649"
    )
    row = table_read(path, COLUMNS).rows[0]
    assert row.wkb is not None
    point = shapely.from_wkb(row.wkb)
    assert (point.x, point.y) == pytest.approx((110.4746, 19.2584), abs=0.01)


@pytest.mark.parametrize(
    ("name", "data", "field"),
    [
        ("a.csv", b"\xe7\x94\xb5\n1\n", "name"),
        ("a.csv", "名称,站点名称\nA,B\n".encode(), "name"),
        ("a.csv", b"\xff\xff\x81\x20\xff", "file"),
        ("a.xlsx", b"PK\x03\x04 broken", "file"),
        ("a.geojson", b"{", "file"),
        ("a.doc", b"x", "file"),
    ],
)
def test_unusable_files_are_refused_whole(tmp_path: Path, name: str, data: bytes, field: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InvalidInput) as caught:
        table_read(tmp_path / name, COLUMNS, required=["name"])
    assert caught.value.field == field


def test_missing_file() -> None:
    with pytest.raises(InvalidInput, match="没有这个文件"):
        table_read("/nowhere/x.csv", COLUMNS)


def test_cells_name_field_and_value() -> None:
    row = ImportRow(7, {"lon": "abc", "day": "soon", "n": "1,250.5"})
    assert row.number("n") == 1250.5
    for read, field in ((lambda: row.number("lon"), "lon"), (lambda: row.date("day"), "day")):
        with pytest.raises(InvalidInput) as caught:
            read()
        assert caught.value.field == field and caught.value.value
    with pytest.raises(InvalidInput, match="必填"):
        row.required("name")
