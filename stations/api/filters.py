"""Filters of the lists: by organisation, kind, text and map frame."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib.gis.geos import Polygon
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.errors import InvalidInput
from core.geo.srid import STORE_SRID
from stations.models import Camera, Checkpoint, Device, Organisation, Person, RoleGrant, Station


def frame(text: str) -> Polygon:
    """`west,south,east,north` in WGS-84 degrees as a polygon. Raises InvalidInput."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InvalidInput(_("范围应为四个数"), field="bbox", value=text, cure="west,south,east,north") from error
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise InvalidInput(_("范围无效"), field="bbox", value=text, cure="west,south,east,north")
    polygon = Polygon.from_bbox((west, south, east, north))
    polygon.srid = STORE_SRID
    return polygon


class _OfOrganisation(django_filters.FilterSet):
    """Rows of an organisation and everything below it, named by code."""

    organisation = django_filters.CharFilter(method="within")
    q = django_filters.CharFilter(method="search")
    search_fields: tuple[str, ...] = ("code", "name")

    def within(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By code; an unknown code finds nothing."""
        path = Organisation.objects.filter(code=value).values_list("path", flat=True).first()
        return rows.filter(organisation__path__startswith=path) if path else rows.none()

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Text anywhere in code or name."""
        condition = Q()
        for field in self.search_fields:
            condition |= Q(**{f"{field}__icontains": value})
        return rows.filter(condition)


class _OnMap(_OfOrganisation):
    bbox = django_filters.CharFilter(method="inside")

    def inside(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Rows whose point lies in the frame."""
        return rows.filter(geom__bboverlaps=frame(value))


class StationFilter(_OnMap):
    """Stations."""

    class Meta:
        model = Station
        fields = ("kind", "is_active")


class CheckpointFilter(_OnMap):
    """Checkpoints."""

    class Meta:
        model = Checkpoint
        fields = ("ring", "state")


class CameraFilter(_OnMap):
    """Cameras."""

    class Meta:
        model = Camera
        fields = ("ring", "is_private")


class DeviceFilter(_OfOrganisation):
    """Devices."""

    search_fields = ("identifier",)
    locked = django_filters.BooleanFilter(field_name="locked_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Device
        fields = ("protocol",)


class PersonFilter(_OfOrganisation):
    """People."""

    search_fields = ("name", "staff_number")

    class Meta:
        model = Person
        fields = ("kind", "is_active")


class RoleGrantFilter(django_filters.FilterSet):
    """Role grants."""

    person = django_filters.UUIDFilter(field_name="person__uid")

    class Meta:
        model = RoleGrant
        fields = ("role",)


class OrganisationFilter(django_filters.FilterSet):
    """Organisations."""

    parent = django_filters.CharFilter(field_name="parent__code")

    class Meta:
        model = Organisation
        fields = ("kind", "code")
