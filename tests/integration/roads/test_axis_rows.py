"""New axes by COPY: no column forgotten, nothing lost on the way, posts with breaks kept."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.core.management import call_command

from core.geo.srid import metric_srid
from roads.models import CalibrationPost, FacilityOnRoad, NetworkBuild, RoadAxis, RoadAxisVersion
from roads.models.spelling import spelling
from roads.selectors import points_of_chainage
from roads.services.axis_import import PostOnRoad, axes_import
from roads.services.axis_rows import AXIS_COLUMNS, POST_COLUMNS, VERSION_COLUMNS
from roads.services.network_import import graph_of, network_import, network_switch
from tests.factories.roads import Way, a_network, a_source, lonlat, silent
from tests.factories.stations import SYSTEM, a_station

pytestmark = pytest.mark.django_db

# X201 runs north through the crossing at (2000, 0): south end at -3000 m, north end at 3000 m.
LONG = [(0, 10_000.0), (2000, 12_000.0), (2000, 11_500.0), (3000, 12_500.0)]
SHORT = [(4000, 13_500.0), (4000, 14_500.0), (6000, 16_500.0)]


@pytest.mark.parametrize(
    ("model", "columns"),
    [(RoadAxis, AXIS_COLUMNS), (RoadAxisVersion, VERSION_COLUMNS), (CalibrationPost, POST_COLUMNS)],
)
def test_every_column_is_written(model: Any, columns: tuple[str, ...]) -> None:
    of_model = {field.column for field in model._meta.concrete_fields}
    assert of_model - {"id"} == set(columns) - {"id"}


def test_rows_say_what_was_derived(city: Any) -> None:
    build = a_network(city)
    axis = RoadAxis.objects.get(code="G98")
    assert (axis.name, axis.part, axis.version, axis.is_active, axis.generated) == ("环岛高速", 1, 1, True, True)
    assert axis.spelling == spelling("环岛高速") and axis.organisation == city
    assert axis.geom.srid == axis.geom_up.srid == 4326 and len(axis.up_measures_m) == len(axis.geom_up.coords)
    assert np.all(np.diff(axis.up_measures_m) < 0)
    version = axis.versions.get()
    assert version.geom == axis.geom and version.geom_up == axis.geom_up and version.source == build.version
    assert version.up_measures_m == axis.up_measures_m and version.valid.upper is None
    assert RoadAxis.objects.get(code="X201").geom_up is None
    assert all(each.posts.count() >= 2 for each in RoadAxis.objects.all())


def test_names_that_copy_would_trip_over(city: Any) -> None:
    a_network(city, a_source(ways=[Way((14, 2, 11, 15, 16), "", "环\\城\t路\\N")]))
    assert RoadAxis.objects.get().name == "环\\城 路\\N"


def _import_with(city: Any, posts: list[tuple[float, float]]) -> RoadAxis:
    """The invented network with posts at metres of X201."""
    source = a_source()
    build, graph = network_import(actor=SYSTEM, source=source, name="posts", origin="tests", progress=silent)
    placed = [PostOnRoad("X201", "那环北路", *lonlat(2006, metre - 3000), number) for metre, number in posts]
    axes_import(
        actor=SYSTEM, organisation=city, build=build, graph=graph, directory=graph_of(build)[1], posts=placed,
        progress=silent,
    )  # fmt: skip
    network_switch(actor=SYSTEM, build=build, progress=silent)
    return RoadAxis.objects.get(code="X201")


def test_imported_posts_keep_long_and_short_kilometres(city: Any) -> None:
    axis = _import_with(city, [*SHORT[::-1], *LONG])
    rows = [(round(post.distance_m, -1), post.chainage_m) for post in axis.posts.all()]
    assert rows == [(float(metre), number) for metre, number in [*LONG, *SHORT]]
    twice = points_of_chainage("X201 K11+700")
    assert [round(point.axis_m, -1) for point in twice] == [1700, 2200]
    with pytest.raises(Exception, match="没有这个桩号"):
        points_of_chainage("X201 K14+000")


def test_stations_are_tied_to_the_axes_of_an_import(city: Any, tmp_path: Path) -> None:
    near, far = a_station(city, *lonlat(2010, -1000)), a_station(city, *lonlat(-60_000, 0))
    nodes = "".join(
        f'<node id="{n}" lon="{lonlat(2000, y)[0]}" lat="{lonlat(2000, y)[1]}" version="1"/>'
        for n, y in ((1, -3000), (2, 0), (3, 3000))
    )
    way = '<way id="9" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/>'
    way += '<tag k="highway" v="primary"/><tag k="ref" v="X201"/></way>'
    path = tmp_path / "road.osm"
    path.write_text(f'<?xml version="1.0"?><osm version="0.6" generator="hand">{nodes}{way}</osm>', encoding="utf-8")
    said = StringIO()
    call_command("import_roads", osm=path, stdout=StringIO(), stderr=said)
    tie = FacilityOnRoad.objects.get(station=near)
    assert tie.axis.code == "X201" and tie.distance_m == pytest.approx(2000, abs=10)
    assert not FacilityOnRoad.objects.filter(station=far).exists()
    assert "1 on roads, 1 away" in said.getvalue()
    srid = NetworkBuild.objects.get(is_current=True).metric_srid
    assert srid == (settings.LUZHANG_METRIC_SRID or 32649) and metric_srid() == srid
