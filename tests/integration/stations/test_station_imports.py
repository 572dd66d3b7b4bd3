"""Tables of counties: 997 of 1,000 rows in, 3 reported with line and reason; datum named or refused."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from django.core.management import CommandError, call_command

from core.geo.datum import from_wgs84
from core.models import ImportRun
from stations.models import Camera, Checkpoint, Organisation, Person, Station
from stations.selectors import device_by_token
from tests.factories.stations import a_person, a_station, a_user, an_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Organisation:
    return an_organisation("示例市", kind="city")


def _run(command: str, path: Path, *options: str) -> str:
    out = io.StringIO()
    call_command(command, str(path), *options, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def _thousand(path: Path, city: Organisation) -> Path:
    lines = ["编号,名称,类别,机构代码,经度,纬度,坐标系,值班电话"]
    for number in range(1000):
        lon, lat, kind, organisation = f"{110.4 + number / 10000:.5f}", "19.25", "警务岗亭", city.code
        if number == 99:
            lon, lat = lat, lon
        if number == 499:
            kind = "飞船"
        if number == 899:
            organisation = "无此机构"
        lines.append(f"P{number:04d},岗亭{number},{kind},{organisation},{lon},{lat},wgs84,0898-1110000")
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_997_of_1000(tmp_path: Path, city: Organisation) -> None:
    path = _thousand(tmp_path / "stations.csv", city)
    assert "dry run" in _run("import_stations", path, "--dry-run")
    assert Station.objects.count() == 0
    out = _run("import_stations", path)
    assert "997 of 1,000 in, 3 reported" in out
    assert Station.objects.filter(kind="post").count() == 997
    run = ImportRun.objects.filter(dry_run=False).latest("id")
    errors = {error.line: error for error in run.errors.all()}
    assert set(errors) == {101, 501, 901}
    assert "lon=110.41" in errors[101].cure
    assert (errors[501].field, errors[501].value) == ("kind", "飞船")
    assert errors[901].field == "organisation"


def test_datum_must_be_named(tmp_path: Path, city: Organisation) -> None:
    path = tmp_path / "stations.csv"
    lon, lat = from_wgs84(110.4746, 19.2435, "gcj02")
    path.write_text(f"code,name,organisation,lon,lat\nS1,站,{city.code},{lon},{lat}\n", "utf-8")
    assert "0 of 1 in, 1 reported" in _run("import_stations", path)
    assert ImportRun.objects.latest("id").errors.get().field == "datum"
    _run("import_stations", path, "--datum", "gcj02")
    geom = Station.objects.get().geom
    assert geom.x == pytest.approx(110.4746, abs=1e-7)
    assert geom.y == pytest.approx(19.2435, abs=1e-7)
    with pytest.raises(CommandError):
        _run("import_stations", path, "--datum", "mars")


def test_again_changes_instead_of_doubling(tmp_path: Path, city: Organisation) -> None:
    path = tmp_path / "places.csv"
    head = "kind,code,name,organisation,lon,lat,datum,ring,heading_deg\n"
    rows = "卡口,K1,东卡口,{c},110.4,19.2,wgs84,1,90\n摄像机,C1,东摄像机,{c},110.4,19.2,wgs84,{ring},\n"
    path.write_text(head + rows.format(c=city.code, ring=2), "utf-8")
    _run("import_stations", path)
    path.write_text(head + rows.format(c=city.code, ring=4).replace("东", "西"), "utf-8")
    _run("import_stations", path)
    assert (Checkpoint.objects.get().name, Checkpoint.objects.get().heading_deg) == ("西卡口", 90)
    assert (Camera.objects.get().name, Camera.objects.get().ring) == ("西摄像机", 4)
    path.write_text(head + rows.format(c=city.code, ring=7), "utf-8")
    assert "1 of 2 in, 1 reported" in _run("import_stations", path)


def test_geojson_names_its_own_datum(tmp_path: Path, city: Organisation) -> None:
    path = tmp_path / "stations.geojson"
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [110.47, 19.24]},
        "properties": {"code": "G1", "name": "站", "kind": "service", "organisation": city.code},
    }
    line = {"type": "LineString", "coordinates": [[110, 19], [111, 19]]}
    wrong = {**feature, "geometry": line, "properties": {**feature["properties"], "code": "G2"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature, wrong]}), "utf-8")
    assert "1 of 2 in, 1 reported" in _run("import_stations", path)
    assert Station.objects.get().geom.coords == pytest.approx((110.47, 19.24))


def test_everything_that_a_camera_and_a_checkpoint_hold(tmp_path: Path, city: Organisation) -> None:
    path = tmp_path / "places.csv"
    path.write_text(
        "类别,编号,名称,机构代码,经度,纬度,坐标系,车道,所属卡口,社会面\n"
        f"卡口,K1,东卡口,{city.code},110.4,19.2,wgs84,1-3,,\n"
        f"摄像机,C1,东一,{city.code},110.4,19.2,wgs84,2;1,K1,是\n"
        f"摄像机,C2,东二,{city.code},110.4,19.2,wgs84,,K9,\n"
        f"摄像机,C3,东三,{city.code},110.4,19.2,wgs84,左,,\n"
        f"摄像机,C4,东四,{city.code},110.4,19.2,wgs84,0,,\n"
        f"摄像机,C5,东五,{city.code},110.4,19.2,wgs84,,,也许\n",
        "utf-8",
    )
    assert "2 of 6 in, 4 reported" in _run("import_stations", path)
    assert Checkpoint.objects.get().lanes == [1, 2, 3]
    camera = Camera.objects.get()
    assert (camera.lanes, camera.checkpoint, camera.is_private) == ([1, 2], Checkpoint.objects.get(), True)
    found = {(error.line, error.field, error.value) for error in ImportRun.objects.latest("id").errors.all()}
    assert found == {(4, "checkpoint", "K9"), (5, "lanes", "左"), (6, "lanes", "0"), (7, "is_private", "也许")}
    path.write_text(f"类别,编号,名称,机构代码,经度,纬度,坐标系\n摄像机,C1,东一,{city.code},110.4,19.2,wgs84\n", "utf-8")
    _run("import_stations", path)
    camera.refresh_from_db()
    assert camera.is_private and camera.lanes == [1, 2] and camera.checkpoint is not None, "empty cells change nothing"


def test_hours_and_service_area_of_a_table(tmp_path: Path, city: Organisation) -> None:
    path = tmp_path / "stations.csv"
    ring = ", ".join(
        f"{lon} {lat}"
        for lon, lat in (
            from_wgs84(*each, "gcj02") for each in ((110.4, 19.2), (110.5, 19.2), (110.5, 19.3), (110.4, 19.2))
        )
    )
    lon, lat = from_wgs84(110.47, 19.24, "gcj02")
    head = "编号,名称,机构代码,经度,纬度,坐标系,开放时间,服务范围\n"
    path.write_text(
        head + f'S1,站,{city.code},{lon},{lat},gcj02,周一至周五 8:30-17:30,"POLYGON(({ring}))"\n'
        f'S2,站,{city.code},{lon},{lat},gcj02,,"POINT(110 19)"\n'
        f'S3,站,{city.code},{lon},{lat},gcj02,,"POLYGON((110 19"\n'
        f'S4,站,{city.code},{lon},{lat},gcj02,,"POLYGON((19.2 110.4, 19.3 110.4, 19.3 110.5, 19.2 110.4))"\n'
        f'S5,站,{city.code},{lon},{lat},gcj02,,"POLYGON((110 19, 111 20, 111 19, 110 20, 110 19))"\n',
        "utf-8",
    )
    assert "1 of 5 in, 4 reported" in _run("import_stations", path)
    station = Station.objects.get()
    assert station.opening_hours == {"text": "周一至周五 8:30-17:30"}
    assert station.service_area is not None
    assert station.service_area.extent == pytest.approx((110.4, 19.2, 110.5, 19.3), abs=1e-6)
    fields = [error.field for error in ImportRun.objects.latest("id").errors.order_by("line")]
    assert fields[:2] == ["service_area", "service_area"] and fields[3] == "service_area"


def test_a_layer_of_service_areas(tmp_path: Path, city: Organisation) -> None:
    path = tmp_path / "areas.gpkg"
    square = shapely.box(110.4, 19.2, 110.5, 19.3)
    fields = {
        "code": ["A1", "A2", "A3"],
        "name": ["甲站", "乙站", "丙站"],
        "kind": ["service"] * 3,
        "organisation": [city.code] * 3,
        "lon": [110.41, None, None],
        "lat": [19.21, None, None],
    }
    a_station(city, lon=110.6, lat=19.4, code="A2")
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb([square] * 3),
        field_data=[np.array(each, dtype=object if isinstance(each[0], str) else float) for each in fields.values()],
        fields=list(fields),
        geometry_type="Polygon",
        crs="EPSG:4326",
    )
    assert "3 of 3 in" in _run("import_stations", path)
    places = {row.code: row for row in Station.objects.all()}
    assert all(row.service_area.area == pytest.approx(0.01) for row in places.values())
    assert places["A1"].geom.coords == (110.41, 19.21), "where its columns say"
    assert places["A2"].geom.coords == (110.6, 19.4), "where it was"
    assert places["A3"].service_area.contains(places["A3"].geom), "within its area"
    # A later table without an area leaves it alone.
    table = tmp_path / "stations.csv"
    table.write_text(
        f"code,name,kind,organisation,lon,lat,datum\nA1,甲站,service,{city.code},110.42,19.22,wgs84\n", "utf-8"
    )
    _run("import_stations", table)
    assert Station.objects.get(code="A1").service_area is not None


def test_people(tmp_path: Path, city: Organisation) -> None:
    path = tmp_path / "people.csv"
    path.write_text(
        f"姓名,类别,机构代码,警号,手机,带班民警\n甲,民警,{city.code},A1,13900001111,\n乙,辅警,{city.code},F1,,A1\n"
        f"丙,机器人,{city.code},X1,,\n丁,辅警,{city.code},F2,,没有\n",
        "utf-8",
    )
    assert "2 of 4 in, 2 reported" in _run("import_people", path)
    helper = Person.objects.get(staff_number="F1")
    assert helper.supervising_officer == Person.objects.get(staff_number="A1")
    assert Person.objects.get(personal_phone_index="13900001111").name == "甲"
    _run("import_people", path)
    assert Person.objects.count() == 2


def test_create_token_prints_it_once(city: Organisation) -> None:
    person = a_person(city)
    out = io.StringIO()
    call_command("create_token", person.user.get_username(), stdout=out, stderr=io.StringIO())
    assert person.user.api_tokens.count() == 1
    assert len(out.getvalue().strip()) >= 43
    assert device_by_token(out.getvalue().strip()) is None
    with pytest.raises(CommandError):
        call_command("create_token", "nobody", stdout=out)
    user = a_user()
    with pytest.raises(CommandError):
        call_command("create_token", user.get_username(), "--days", "0", stdout=out)
