"""The organisation tree: what may be seen, and who answers for a point."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.gis.db.models.functions import GeometryDistance
from django.contrib.gis.geos import Point
from django.db.models import Q, QuerySet
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from core.errors import NotFound
from core.geo.srid import STORE_SRID
from stations.models import Organisation, Station
from stations.selectors.scope import path_filter
from stations.types import Actor, DataClass, Verb

# Beyond this the nearest station says nothing about who answers for a point.
NEAREST_STATION_LIMIT_DEG = 0.5


def ancestor_paths(organisation_path: str) -> list[str]:
    """`1.4.9.` → `["1.", "1.4.", "1.4.9."]`: the chain from the root down to the organisation itself."""
    parts = organisation_path.split(".")[:-1]
    return [".".join(parts[: depth + 1]) + "." for depth in range(len(parts))]


def organisations_visible_to(actor: Actor) -> QuerySet[Organisation]:
    """Organisations this actor may see. Names of active ones are published, so the public sees those."""
    visible = path_filter(actor, Verb.VIEW, DataClass.ORGANISATION, field="path")
    if actor.may(Verb.VIEW_PUBLIC, DataClass.ORGANISATION):
        visible |= Q(is_active=True)
    return Organisation.objects.filter(visible)


def organisation_root() -> Organisation:
    """The root of the deployment: the first organisation without a parent. Raises NotFound in an empty database."""
    root = Organisation.objects.filter(parent=None).order_by("-is_active", "id").first()
    if root is None:
        raise NotFound(_("尚未建立任何机构"), field="organisation", cure=_("先用 import_stations 或管理后台建立根机构"))
    return root


def organisation_by_code(code: str) -> Organisation | None:
    """The organisation with this code, whoever asks, or None."""
    return Organisation.objects.filter(code=code).first()


def organisation_at(point: Any) -> Organisation:
    """The organisation that answers for a point (`(lon, lat)` WGS-84 degrees, or a Point in EPSG:4326).

    First the deepest organisation one of whose stations serves an area that covers the point, then that of the nearest
    station within half a degree, then the deployment's root: there is always an answer once a root exists.
    """
    place = point if hasattr(point, "geom_type") else Point(point[0], point[1], srid=STORE_SRID)
    stations = Station.objects.filter(is_active=True, organisation__is_active=True).select_related("organisation")
    covering = stations.filter(service_area__covers=place).order_by(Length("organisation__path").desc(), "id").first()
    if covering is not None:
        return covering.organisation
    nearest = (
        stations.filter(geom__dwithin=(place, NEAREST_STATION_LIMIT_DEG))
        .annotate(away=GeometryDistance("geom", place))
        .order_by("away", "id")
        .first()
    )
    return nearest.organisation if nearest is not None else organisation_root()


def organisation_seat(organisation_path: str) -> tuple[float, float] | None:
    """(lon, lat) in WGS-84 degrees of where an organisation sits: its first station by code, else the first of those
    above it, nearest first, else of those below it; None where there is no station at all.
    """
    rows = Station.objects.filter(is_active=True).order_by("organisation__path", "code", "id")
    for path in reversed(ancestor_paths(organisation_path)):
        found = rows.filter(organisation__path=path).values_list("geom", flat=True).first()
        if found is not None:
            return found.x, found.y
    below = rows.filter(organisation__path__startswith=organisation_path).values_list("geom", flat=True).first()
    return None if below is None else (below.x, below.y)


def organisation_names() -> dict[str, str]:
    """Names of organisations by path, for sentences that speak of an area."""
    return {path: name for path, name in Organisation.objects.values_list("path", "name") if path}


def districts_of(paths: Iterable[str]) -> dict[str, Organisation]:
    """The part of the deployment in which each organisation lies, by the part's path: the organisation right below the
    root at or above it, or the root itself. How the public knows where something is.
    """
    tops = {(ancestor_paths(path)[1:2] or ancestor_paths(path) or [""])[0] for path in paths}
    rows = Organisation.objects.filter(path__in=tops).order_by("-path")
    return {row.path: row for row in rows if row.path}


def feature_of(organisation_path: str, feature: str, default: Any = None) -> Any:
    """The value of a feature switch at an organisation: the nearest at or above it that names the feature wins."""
    rows = Organisation.objects.filter(path__in=ancestor_paths(organisation_path)).values_list("path", "features")
    for _path, features in sorted(rows, key=lambda row: -len(row[0] or "")):
        if feature in features:
            return features[feature]
    return default
