"""What the API views of this room share: the policy declaration, pages of results, and looking rows up by uid."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from rest_framework.generics import GenericAPIView
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from core.errors import InvalidInput, NotFound
from stations.models import Organisation
from stations.selectors import actor_for_request, organisations_visible_to
from stations.types import Actor, DataClass, Verb


class Pages(PageNumberPagination):
    """`?page=2&page_size=100`, at most 1,000 a page."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000


class PolicyView(GenericAPIView):
    """Base of views: subclasses declare `data_class` and `verbs`; `PolicyPermission` closes what does not."""

    data_class: DataClass
    verbs: dict[str, Verb] = {}
    public = False
    pagination_class = Pages
    lookup_field = "uid"

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return actor_for_request(self.request)

    def validated(self, serializer_class: type[BaseSerializer], *, partial: bool = False) -> dict[str, Any]:
        """The checked body. Raises DRF's ValidationError (400, fields named)."""
        serializer = serializer_class(data=self.request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def row(self, rows: QuerySet[Any], uid: uuid.UUID | str) -> Any:
        """The row with this uid among those the actor may see. Raises NotFound for rows of others too: 404."""
        found = rows.filter(uid=uid).first()
        if found is None:
            raise NotFound(_("没有找到"), field="uid", value=str(uid))
        return found

    def page_of(self, rows: QuerySet[Any], serializer_class: type[BaseSerializer]) -> Response:
        """One page of rows, filtered by the view's filter set."""
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(serializer_class(page, many=True).data)

    def features_of(self, rows: QuerySet[Any], feature: Any) -> Response:
        """One page as a GeoJSON FeatureCollection; `feature(row)` gives one feature. WGS-84 always."""
        page = self.paginate_queryset(self.filter_queryset(rows)) or []
        inside = self.get_paginated_response([feature(row) for row in page]).data
        results = inside.pop("results")
        return Response({"type": "FeatureCollection", **inside, "features": results})


def organisation_of(actor: Actor, uid: Any, field: str = "organisation") -> Organisation:
    """The organisation that a body names. Raises InvalidInput when the actor does not know it."""
    found = organisations_visible_to(actor).filter(uid=uid).first()
    if found is None:
        raise InvalidInput(_("没有这个机构"), field=field, value=str(uid), cure=_("请从您可见的机构中选择"))
    return found


def geojson_feature(row: Model, properties: dict[str, Any]) -> dict[str, Any]:
    """A GeoJSON feature of a row with a point `geom`; its id is the uid."""
    point = row.geom  # type: ignore[attr-defined]
    return {
        "type": "Feature",
        "id": str(row.uid),  # type: ignore[attr-defined]
        "geometry": {"type": "Point", "coordinates": [round(point.x, 7), round(point.y, 7)]},
        "properties": properties,
    }


FEATURES_SCHEMA = OpenApiTypes.OBJECT
