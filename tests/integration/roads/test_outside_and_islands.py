"""Where the county ends, and roads that no road joins to the others: accepted and flagged."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.management import call_command

from core import clock
from core.geo.datum import place_check
from core.geo.srid import STORE_SRID
from roads.models import NetworkBuild, RoadEdge
from roads.network.placement import OFF_NETWORK_M
from roads.selectors import current_network, deployment_bounds, place_locate
from stations.services import place_point, station_create
from tests.factories.roads import NODES, WAYS, Way, a_network, a_source, lonlat
from tests.factories.stations import SYSTEM, an_organisation

pytestmark = pytest.mark.django_db


def _flags(east_m: float, north_m: float) -> set[str]:
    return set(place_locate(*lonlat(east_m, north_m), at=clock.now()).flags)


def _serving(organisation: Any, west_m: float, south_m: float, east_m: float, north_m: float) -> None:
    corners = [(west_m, south_m), (east_m, south_m), (east_m, north_m), (west_m, north_m), (west_m, south_m)]
    area = MultiPolygon(Polygon([lonlat(*corner) for corner in corners]), srid=STORE_SRID)
    station_create(
        actor=SYSTEM,
        organisation=organisation,
        kind="police_station",
        code=f"S{organisation.pk}",
        name="示例所",
        point=place_point(*lonlat(west_m, south_m), "wgs84"),
        service_area=area,
    )


@pytest.mark.parametrize(
    ("east_m", "north_m", "outside"),
    [
        (3000.0, 500.0, False),
        (6000.0, -1500.0, False),  # beyond the last road, within the margin
        (-1500.0, 0.0, False),
        (-2600.0, 0.0, True),
        (8600.0, 0.0, True),
        (6000.0, -3000.0, True),  # in the box of the network, not in its hull
        (3000.0, 15_000.0, True),
    ],
)
def test_without_areas_the_hull_of_the_network_decides(
    network: Any, east_m: float, north_m: float, outside: bool
) -> None:
    assert ("outside_area" in _flags(east_m, north_m)) is outside


def test_the_wide_box_still_only_tells_swapped_coordinates(network: Any) -> None:
    lon, lat = lonlat(3000.0, 15_000.0)
    assert place_check(lon, lat, "wgs84", bounds=deployment_bounds()) == pytest.approx((lon, lat))
    west, south, east, north = NetworkBuild.objects.get(is_current=True).bounds.extent
    assert deployment_bounds() == pytest.approx((west - 0.2, south - 0.2, east + 0.2, north + 0.2))


def test_what_a_station_serves_is_inside_however_far_the_roads(city: Any, network: Any) -> None:
    assert "outside_area" in _flags(3000.0, 15_000.0)
    _serving(an_organisation("北区", parent=city), 0.0, 10_000.0, 6000.0, 16_000.0)
    assert "outside_area" not in _flags(3000.0, 15_000.0)
    assert "outside_area" not in _flags(3000.0, 17_500.0), "the margin holds for areas too"
    assert "outside_area" not in _flags(3000.0, 500.0), "an area of a part says nothing about the rest"
    assert "outside_area" in _flags(3000.0, 19_000.0)


def test_the_area_of_the_whole_house_decides_alone(city: Any, network: Any) -> None:
    _serving(city, 0.0, -1000.0, 2500.0, 1000.0)
    assert "outside_area" not in _flags(2000.0, 0.0)
    assert "outside_area" in _flags(5500.0, 0.0), "a road of the network beyond the border"


@pytest.fixture
def archipelago(city: Any) -> Any:
    """The invented network, a village road of its own 20 km to the east, and a footpath that hangs in the air."""
    first = len(NODES)
    nodes = (*NODES, (20_000.0, 0.0), (21_000.0, 0.0), (21_000.0, 500.0), (3000.0, 700.0), (3400.0, 700.0))
    ways = (*WAYS, Way((first, first + 1, first + 2), name="岛上路"), Way((first + 3, first + 4), road_class=17))  # type: ignore[arg-type]
    return a_network(city, source=a_source(nodes, ways, name="archipelago"))


def test_a_place_on_an_island_is_accepted_and_flagged(archipelago: Any) -> None:
    there = place_locate(*lonlat(20_500.0, 5.0), at=clock.now())
    assert "island" in there.flags and there.road_name == "岛上路"
    assert "island" not in _flags(3000.0, 5.0)
    assert "island" not in _flags(3200.0, 700.0), "a footpath is apart by nature"
    assert archipelago.report["counts"]["islands"] == 1
    assert (
        RoadEdge.objects.filter(is_island=True, name="岛上路").count() == archipelago.report["counts"]["island_edges"]
    )


def test_a_unit_on_an_island_is_nowhere_on_the_network(archipelago: Any) -> None:
    network = current_network()
    assert network.snap(*lonlat(20_500.0, 5.0), max_m=OFF_NETWORK_M) == []
    assert network.snap(*lonlat(3000.0, 5.0), max_m=OFF_NETWORK_M)


_OSM = """<?xml version="1.0"?><osm version="0.6" generator="hand">
{nodes}
<way id="1" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/></way>
<way id="2" version="1"><nd ref="4"/><nd ref="5"/><tag k="highway" v="residential"/></way>
<way id="3" version="1"><nd ref="6"/><nd ref="7"/><tag k="highway" v="residential"/></way>
<way id="4" version="1"><nd ref="8"/><nd ref="9"/><tag k="highway" v="footway"/></way>
</osm>"""


def test_the_import_prints_how_many_islands_there_are(city: Any, tmp_path: Path) -> None:
    east = {1: 0, 2: 1000, 3: 2000, 4: 5000, 5: 5300, 6: 9000, 7: 9200, 8: 100, 9: 200}
    nodes = "".join(
        f'<node id="{n}" lon="{lonlat(x, 0)[0]:.7f}" lat="{19.2 + n / 1e5:.7f}" version="1"/>' for n, x in east.items()
    )
    path = tmp_path / "islands.osm"
    path.write_text(_OSM.format(nodes=nodes), encoding="utf-8")
    err = StringIO()
    call_command("import_roads", osm=path, stdout=StringIO(), stderr=err)
    assert "2 islands of 2 edges, 0.5 km" in err.getvalue()
