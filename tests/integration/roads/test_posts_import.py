"""Kilometre posts from a county's own list: chainage follows them, breaks and all; what does not fit is told."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from core.errors import Forbidden, InvalidInput
from core.geo.datum import Datum, from_wgs84
from core.models import ImportRun
from roads.models import CalibrationPost, RoadAxis
from roads.selectors import chainage_of, points_of_chainage
from roads.selectors.chainage import axis_project
from roads.services import posts_replace
from stations.types import Role
from tests.factories.roads import a_segment, lonlat, the_axis
from tests.factories.stations import SYSTEM, an_actor

pytestmark = pytest.mark.django_db

HEADER = "道路,桩号,方向,经度,纬度\n"


def _run(path: Path, **options: Any) -> str:
    out = StringIO()
    call_command("import_posts", str(path), stdout=out, stderr=StringIO(), **{"datum": "wgs84", **options})
    return out.getvalue()


def _csv(folder: Path, rows: list[tuple[str, str, str, float, float]], name: str = "posts.csv") -> Path:
    path = folder / name
    text = "".join(
        "{},{},{},{:.7f},{:.7f}\n".format(road, post, side, *lonlat(east, north))
        for road, post, side, east, north in rows
    )
    path.write_text(HEADER + text, encoding="utf-8")
    return path


def _posts(code: str) -> list[tuple[int, int]]:
    rows = CalibrationPost.objects.filter(axis=the_axis(code)).order_by("order")
    return [(round(post.distance_m), round(post.chainage_m)) for post in rows]


def test_posts_of_both_carriageways_calibrate_a_road(network: Any, tmp_path: Path) -> None:
    # K20 … K23 painted over 900 m each on the eastbound side; one is read on the westbound side, 40 m to the north.
    table = _csv(
        tmp_path,
        [
            ("G98", "K20+000", "下行", 1000, -4),
            ("g98线", "K21", "", 1900, 3),
            ("环岛高速", "22", "上行", 2800, 45),
            ("G98", "K23+000", "下行", 3700, 0),
        ],
    )
    version = the_axis("G98").version
    said = _run(table)
    assert "4 of 4 in, 0 reported" in said and "1 axes calibrated, 0 breaks" in said
    found = _posts("G98")
    assert [number for _metre, number in found] == [20_000, 21_000, 22_000, 23_000]
    assert [metre for metre, _number in found] == pytest.approx([1000, 1900, 2800, 3700], abs=5)
    axis = the_axis("G98")
    assert axis.version == version + 1 and axis.versions.count() == 2
    assert axis.versions.filter(valid__endswith=None).get().source == "posts.csv"
    metre = axis_project(axis.pk, *lonlat(2350, 0)).axis_m
    assert chainage_of(axis.pk, metre).startswith(("G98 K21+499", "G98 K21+500", "G98 K21+501"))
    point = next(p for p in points_of_chainage("G98 K21+500 下行") if p.axis_id == axis.pk)
    assert (point.lon, point.lat) == pytest.approx(lonlat(2350, 0), abs=1e-4)
    _run(table)
    assert the_axis("G98").version == version + 1, "the same posts again change nothing"


def test_a_break_is_two_numbers_at_one_place(network: Any, tmp_path: Path) -> None:
    rows = [("X201", f"K{5 + i}+000", "", 2000.0, -3000.0 + 1000 * i) for i in range(3)]
    rows += [("X201", "K6+400", "", 2000.0, -1000.0), ("X201", "K7+400", "", 2000.0, 0.0)]
    said = _run(_csv(tmp_path, rows))
    assert "5 of 5 in" in said and "1 breaks" in said
    axis = the_axis("X201")
    metres = {round(p.axis_m, -1) for p in points_of_chainage("X201 K6+600") if p.axis_id == axis.pk}
    assert len(metres) == 2, "a long chain: the number occurs twice"


def test_responsibility_stays_where_it_is(city: Any, network: Any, tmp_path: Path) -> None:
    segment = a_segment(city, the_axis("X201"), 500.0, 1500.0)
    _run(_csv(tmp_path, [("X201", "K5", "", 2000.0, -3000.0), ("X201", "K6", "", 2000.0, -2000.0)]))
    segment.refresh_from_db()
    assert (segment.from_m, segment.to_m) == (500.0, 1500.0)


def test_every_bad_row_is_told_and_the_rest_goes_in(network: Any, tmp_path: Path) -> None:
    rows = [("G98", f"K{10 + i}+000", "", 1000.0 * i, 0.0) for i in range(5)]
    rows += [
        ("G999", "K1+000", "", 1000.0, 0.0),  # line 7
        ("G98", "K12+50+1", "", 1000.0, 0.0),
        ("G98", "K15+000", "斜行", 5000.0, 0.0),
        ("G98", "K15+000", "", 5000.0, 900.0),
        ("G98", "K99+000", "", 2500.0, 0.0),
        ("清湖路", "K1+000", "", 3000.0, 1500.0),
    ]
    path = _csv(tmp_path, rows)
    path.write_text(path.read_text(encoding="utf-8") + "G98,K15+000,,19.2,110.4\n,K1,,110.4,19.2\n", encoding="utf-8")
    said = _run(path)
    assert "5 of 13 in, 8 reported" in said and "1 axes calibrated" in said
    found = ImportRun.objects.latest("pk").errors.order_by("line")
    assert [(e.line, e.field) for e in found] == [
        (7, "road"), (8, "post"), (9, "side"), (10, "lon"), (11, "post"), (12, "post"), (13, "lon,lat"), (14, "road"),
    ]  # fmt: skip
    assert all(error.message and error.cure for error in found)
    assert "900" in found[3].message and "K12+000" in found[4].message and "K13+000" in found[4].message


def test_a_dry_run_and_a_missing_datum_save_nothing(network: Any, tmp_path: Path) -> None:
    path = _csv(tmp_path, [("G98", "K10", "", 0.0, 0.0), ("G98", "K12", "", 2000.0, 0.0)])
    before = _posts("G98")
    assert "2 of 2 in" in _run(path, dry_run=True) and _posts("G98") == before
    assert "0 of 2 in, 2 reported" in _run(path, datum="") and _errors_of_datum() == {"datum"}
    assert _posts("G98") == before
    with pytest.raises(CommandError):
        _run(path, datum="mars")


def _errors_of_datum() -> set[str]:
    return {error.field for error in ImportRun.objects.latest("pk").errors.all()}


def test_xlsx_with_shifted_coordinates_and_geojson(network: Any, tmp_path: Path) -> None:
    places = [(number, 1000.0 * number, 0.0) for number in range(4)]
    book = openpyxl.Workbook()
    book.active.append(["路线编号", "公里数", "经度", "纬度", "坐标系"])
    for number, east, north in places:
        lon, lat = from_wgs84(*lonlat(east, north), Datum.GCJ02)
        book.active.append(["G98", 30 + number, float(lon), float(lat), "gcj02"])
    book.save(tmp_path / "posts.xlsx")
    assert "4 of 4 in" in _run(tmp_path / "posts.xlsx", datum="")
    assert [metre for metre, _n in _posts("G98")] == pytest.approx([0, 1000, 2000, 3000], abs=5)
    features = [
        {
            "type": "Feature",
            "properties": {"road": "G98", "桩号": f"K{40 + number}+000"},
            "geometry": {"type": "Point", "coordinates": lonlat(east, north)},
        }
        for number, east, north in places
    ]
    path = tmp_path / "posts.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    assert "4 of 4 in" in _run(path, datum="")
    assert [number for _m, number in _posts("G98")] == [40_000, 41_000, 42_000, 43_000]


def test_only_who_keeps_the_network_sets_posts_and_only_sound_ones(city: Any, network: Any) -> None:
    axis = the_axis("G98")
    before = (axis.version, _posts("G98"))
    with pytest.raises(Forbidden):
        posts_replace(actor=an_actor(city, Role.DISPATCHER), axis_id=axis.pk, rows=[(0.0, 1.0), (5.0, 6.0)], source="x")
    with pytest.raises(InvalidInput) as caught:
        posts_replace(actor=SYSTEM, axis_id=axis.pk, rows=[(0.0, 5000.0), (100.0, 4000.0)], source="x")
    assert caught.value.field == "post" and caught.value.cure
    assert (RoadAxis.objects.get(pk=axis.pk).version, _posts("G98")) == before
