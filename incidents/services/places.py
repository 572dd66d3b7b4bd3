"""A place as people give it: a point, a chainage, or a road and a junction. Always ends as a point with its datum."""

from __future__ import annotations

from django.utils.translation import gettext as _

from core.errors import InvalidInput
from core.geo.datum import Datum
from roads.selectors import junctions_of_roads, points_of_chainage


def place_resolve(
    *, lon: float | None, lat: float | None, datum: str, chainage: str, road: str, junction: str
) -> tuple[float, float, str, float | None]:
    """(lon, lat, datum, course_deg) of a reported place.

    A point needs its datum named. A chainage that means two places (both carriageways, a repeated kilometre) is refused
    with the choices; so is a junction of two roads that meet more than once more than 100 m apart.
    """
    if lon is not None and lat is not None:
        return lon, lat, datum, None
    if lon is not None or lat is not None:
        # Half a point is a mistake, whatever else was given.
        raise InvalidInput(
            _("缺少坐标"),
            field="lat" if lat is None else "lon",
            cure=_("给出 lon、lat 和 datum，或 chainage，或 road 与 junction"),
        )
    if chainage:
        points = points_of_chainage(chainage)
        if len(points) > 1:
            raise InvalidInput(
                _("桩号对应多个位置，请补充方向或选择其一"),
                code="ambiguous_place",
                field="chainage",
                value=chainage,
                cure="；".join(point.text for point in points),
                details=[
                    {"text": point.text, "lon": round(point.lon, 6), "lat": round(point.lat, 6), "side": point.side}
                    for point in points
                ],
            )
        return points[0].lon, points[0].lat, Datum.WGS84.value, points[0].course_deg
    if road and junction:
        crossings = junctions_of_roads(road, junction)
        if len(crossings) > 1:
            raise InvalidInput(
                _("两条道路有多个交叉口，请在地图上选择"),
                code="ambiguous_place",
                field="junction",
                value=f"{road} / {junction}",
                cure="；".join(f"lon={x:.6f}, lat={y:.6f}" for x, y in crossings),
                details=[{"lon": round(x, 6), "lat": round(y, 6)} for x, y in crossings],
            )
        return crossings[0][0], crossings[0][1], Datum.WGS84.value, None
    raise InvalidInput(_("缺少位置"), field="lon", cure=_("给出 lon、lat 和 datum，或 chainage，或 road 与 junction"))
