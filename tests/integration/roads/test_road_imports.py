"""Tables that counties keep, and road files that are broken: what is clear goes in, what is not is said by line."""

from __future__ import annotations

import bz2
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from core import clock
from core.models import ImportRun
from roads.models import ChiefAssignment, NetworkBuild, ReviewItem, Segment
from roads.selectors import chains_at, current_network, networks_directory
from roads.services import gazetteer_replace
from stations.selectors import people_visible_to
from tests.factories.roads import a_segment, levels, lonlat, the_axis
from tests.factories.stations import SYSTEM, a_person

pytestmark = pytest.mark.django_db

HEADER = "道路,起点,终点,方向,路长,级别,联系电话,值班电话\n"


def _run(command: str, path: Path, **options: Any) -> str:
    out = StringIO()
    call_command(command, str(path), stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def _table(folder: Path, text: str, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def scheme(city: Any, network: Any) -> Any:
    """Four levels, and a place to name."""
    gazetteer_replace(actor=SYSTEM, organisation=city, rows=[("清湖村", "village", *lonlat(3000, 1520))])
    return levels(city)


def test_a_countys_own_table_becomes_segments_with_chiefs(city: Any, scheme: Any, tmp_path: Path) -> None:
    table = _table(
        tmp_path,
        HEADER
        + "X201,K0+500,K1+800,,王示例,三级路长,13900000001,\n"
        + "那环北路,K2+000,与清湖路交叉口,,李示例,3,0898-1,\n"
        + "清湖路,起点,清湖村,双向,王示例,二级,,0898-2\n",
    )
    said = _run("import_segments", table)
    assert "3 of 3 in, 0 reported" in said
    spans = {(s.axis.name, round(s.from_m), round(s.to_m)) for s in Segment.objects.select_related("axis")}
    assert ("那环北路", 500, 1800) in spans and len(spans) == 3
    people = {person.name: person for person in people_visible_to(SYSTEM)}
    assert people["王示例"].personal_phone == "13900000001"
    held = {a.person.name + a.level.name: a.duty_phone for a in ChiefAssignment.objects.all()}
    assert held == {"王示例三级路长": "", "李示例二级路长": "0898-1", "王示例二级路长": "0898-2"}
    before = (Segment.objects.count(), ChiefAssignment.objects.count())
    assert "3 of 3 in" in _run("import_segments", table)
    assert (Segment.objects.count(), ChiefAssignment.objects.count()) == before, "importing again changes nothing"


def test_doubtful_stretches_wait_for_a_person(city: Any, scheme: Any, tmp_path: Path) -> None:
    table = _table(tmp_path, HEADER + "那环北路,无名村,K2+000,,王示例,3,13900000001,\n")
    said = _run("import_segments", table)
    assert "line 2: to review" in said and "1 of them on the review list" in said
    item = ReviewItem.objects.get()
    assert item.kind == "stretch_doubtful" and item.axis == the_axis("X201")
    assert item.details["line"] == 2 and "13900000001" not in str(item.details)
    assert not Segment.objects.exists()


def test_997_of_1000_rows_go_in_and_3_are_reported(city: Any, scheme: Any, tmp_path: Path) -> None:
    rows = [f"X201,K{m // 1000}+{m % 1000:03d},K{(m + 60) // 1000}+{(m + 60) % 1000:03d},,,,,\n" for m in range(997)]
    rows.insert(100, "不存在的路,K0+000,K1+000,,,,,\n")
    rows.insert(500, "X201,K0+000,K1+000,斜行,,,,\n")
    rows.insert(900, ",K0+000,K1+000,,,,,\n")
    said = _run("import_segments", _table(tmp_path, HEADER + "".join(rows)))
    assert "997 of 1,000 in, 3 reported" in said
    errors = ImportRun.objects.latest("pk").errors.order_by("line")
    assert [(e.line, e.field) for e in errors] == [(102, "road"), (502, "side"), (902, "road")]
    assert all(error.message for error in errors)


def test_a_dry_run_saves_nothing(city: Any, scheme: Any, tmp_path: Path) -> None:
    table = _table(tmp_path, HEADER + "X201,K0+500,K1+800,,王示例,3,,\n那环北路,无名村,K2+000,,,,,\n")
    said = _run("import_segments", table, dry_run=True)
    assert "dry run" in said and "to review" in said
    assert not Segment.objects.exists() and not ReviewItem.objects.exists()


def test_chiefs_from_xlsx(city: Any, scheme: Any, tmp_path: Path) -> None:
    segment = a_segment(city, the_axis("X201"), 0, 1000, code="X201-01")
    a_person(city, login=False, name="王示例", staff_number="A1")
    a_person(city, login=False, name="李示例", staff_number="A2")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["路段编号", "级别", "警号", "任期开始", "任期结束", "值班电话", "副职"])
    sheet.append(["X201-01", "三级路长", "A1", "2020-01-01", "", "0898-1", "李示例"])
    sheet.append(["X201-01", 4, "A2", "2020-06-01", "", "", ""])
    sheet.append(["X999-01", 3, "A2", "2020-06-01", "", "", ""])
    sheet.append(["X201-01", 9, "A2", "2020-06-01", "", "", ""])
    sheet.append(["X201-01", 2, "没有此人", "2020-06-01", "", "", ""])
    path = tmp_path / "chiefs.xlsx"
    book.save(path)
    said = _run("import_chiefs", path)
    assert "1 of 5 in, 4 reported" in said and "王示例" in said, "who holds it is named"
    errors = ImportRun.objects.latest("pk").errors.order_by("line")
    assert [(e.line, e.field) for e in errors] == [(3, "valid"), (4, "segment"), (5, "level"), (6, "person")]
    (chief,) = chains_at([segment.pk], clock.now())[segment.pk]
    assert (chief.name, chief.duty_phone) == ("王示例", "0898-1")
    assert ChiefAssignment.objects.get().deputies.get().person.name == "李示例"
    assert "1 of 5 in" in _run("import_chiefs", path)


def test_export_is_the_contract(city: Any, network: Any, tmp_path: Path) -> None:
    path = tmp_path / "network.npz"
    _run("export_network", path)
    with np.load(path) as arrays:
        assert {"lon", "lat", "edge_id", "tail", "head", "length_m", "travel_s", "closed"} <= set(arrays)
        assert arrays["tail"].size == arrays["head"].size == arrays["travel_s"].size == arrays["closed"].size
        assert arrays["head"].max() < arrays["lon"].size and not arrays["closed"].any()
        assert str(arrays["version"]) == network.version
    with pytest.raises(CommandError, match="npz"):
        _run("export_network", tmp_path / "network.zip")


_OSM_HEAD = '<?xml version="1.0"?><osm version="0.6" generator="hand">'
_NODES = "".join(f'<node id="{n}" lon="{110.4 + n / 1000}" lat="19.2" version="1"/>' for n in range(1, 4))
_ROAD = '<way id="9" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/></way>'
_HOUSE = '<way id="9" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="building" v="yes"/></way>'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.osm", (_OSM_HEAD + _NODES + _ROAD[:60]).encode()),
        ("houses.osm", (_OSM_HEAD + _NODES + _HOUSE + "</osm>").encode()),
        ("empty.osm", b""),
        ("cut.osm.bz2", bz2.compress((_OSM_HEAD + _NODES * 400 + _ROAD + "</osm>").encode())[:-40]),
        ("noise.osm.pbf", bytes(range(256)) * 8),
        ("roads.txt", b"not even a road file"),
        ("missing.osm", None),
        ("missing.graphml", None),
    ],
)
def test_broken_road_files_are_refused_and_leave_everything_as_it_was(
    city: Any, network: Any, tmp_path: Path, name: str, content: bytes | None
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError) as caught:
        call_command("import_roads", osm=path, stdout=StringIO(), stderr=StringIO())
    said = str(caught.value)
    assert said.startswith(f"{path}: "), "the file is named"
    assert "[osm]" in said and "(" in said, "what is wrong, and the cure"
    assert NetworkBuild.objects.get(is_current=True).version == network.version
    assert current_network().version == network.version


def test_damaged_graph_files_are_found_and_built_anew(city: Any, tmp_path: Path) -> None:
    path = _table(tmp_path, _OSM_HEAD + _NODES + _ROAD + "</osm>", "road.osm")
    call_command("import_roads", osm=path, stdout=StringIO(), stderr=StringIO())
    version = NetworkBuild.objects.get(is_current=True).version
    damaged = networks_directory() / version / "base_ms.npy"
    damaged.write_bytes(damaged.read_bytes()[:-4] + b"\0\0\0\1")
    with pytest.raises(CommandError, match="build_network --osm"):
        call_command("build_network", stdout=StringIO(), stderr=StringIO())
    out = StringIO()
    call_command("build_network", osm=path, stdout=out, stderr=StringIO())
    assert out.getvalue().strip() == version
    call_command("build_network", stdout=StringIO(), stderr=StringIO())
