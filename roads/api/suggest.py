"""`/api/v1/places/suggest/`: places as a caller says them, while they are typed."""

from __future__ import annotations

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import InvalidInput
from roads.api.base import RoadView
from roads.selectors import places_suggest
from roads.selectors.suggesting import LIMIT
from stations.types import DataClass, Verb


class PlaceSuggestions(RoadView):
    """For who takes incidents in."""

    data_class = DataClass.INCIDENT
    verbs = {"GET": Verb.CREATE}

    @extend_schema(
        operation_id="places_suggest",
        parameters=[OpenApiParameter("q", str, required=True), OpenApiParameter("limit", int)],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Kilometre posts (both carriageways), junctions, places by name, pinyin or initials, stations, roads."""
        text = request.query_params.get("limit", str(LIMIT))
        if not (text.isascii() and text.isdecimal() and len(text) < 6):
            raise InvalidInput(_("limit 应为整数"), field="limit", value=text[:20], cure=_("如 limit=20"))
        found = places_suggest(request.query_params.get("q", ""), limit=max(1, int(text)))
        return Response({"results": [each.as_json() for each in found]})
