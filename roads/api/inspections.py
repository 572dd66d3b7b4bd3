"""`/api/v1/inspections/`: the log of inspections, an entry with its pictures in one request, one picture."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.filters import uuid_of
from core.api.repeatable import HEADER, REPEATED_HEADER
from core.attachments.picture import SIZE_AT_MOST_BYTES, size_check
from core.attachments.scaling import PictureSize
from core.errors import InvalidInput, NotFound
from roads import services
from roads.api.base import PAGE_PARAMETERS, RoadView
from roads.api.pictures import picture_answer
from roads.models import InspectionPicture
from roads.selectors import inspection_summary, inspections_visible_to
from roads.services.inspections import PICTURES_AT_MOST
from stations.types import DataClass, Verb


class InspectionIn(serializers.Serializer):
    """An entry; with pictures it is a form whose field `file` may come three times."""

    segment = serializers.UUIDField()
    finding = serializers.CharField(max_length=10)
    text = serializers.CharField(required=False, allow_blank=True, default="", max_length=4000)
    lon = serializers.FloatField()
    lat = serializers.FloatField()
    datum = serializers.CharField(max_length=10)
    place_source = serializers.CharField(max_length=4)
    accuracy_m = serializers.FloatField(required=False, allow_null=True, default=None, min_value=0)
    held_s = serializers.FloatField(required=False, default=0.0)
    device_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class InspectionCollection(RoadView):
    """The log."""

    data_class = DataClass.ROUND
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW, "POST": Verb.CREATE}
    published = False
    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema(
        operation_id="inspections_list",
        parameters=[*PAGE_PARAMETERS, OpenApiParameter("segment", OpenApiTypes.UUID)],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Entries that the actor may see, newest first; of one segment with `?segment=`."""
        rows = inspections_visible_to(self.actor)
        if uid := uuid_of(request, "segment"):
            rows = rows.filter(segment__uid=uid)
        return self.page(rows, inspection_summary)

    @extend_schema(
        operation_id="inspections_log",
        parameters=[OpenApiParameter(HEADER, str, OpenApiParameter.HEADER, required=True)],
        request=InspectionIn,
        responses={201: OpenApiTypes.OBJECT, 200: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Write an entry: 201 when new, 200 with the first one when the key is known."""
        data = self.checked(InspectionIn)
        data["segment_uid"] = str(data.pop("segment"))
        entry = services.InspectionEntry(pictures=_pictures(request), **data)
        row, is_new = services.inspection_log(actor=self.actor, entry=entry, client_key=request.headers.get(HEADER, ""))
        row = inspections_visible_to(self.actor).get(pk=row.pk)
        headers = None if is_new else {REPEATED_HEADER: "true"}
        return Response(inspection_summary(row), status=201 if is_new else 200, headers=headers)


def _pictures(request: Request) -> tuple[bytes, ...]:
    """The bytes of every `file`; too many, or too large ones, are not even read."""
    uploads: list[Any] = request.FILES.getlist("file")
    if len(uploads) > PICTURES_AT_MOST:
        raise InvalidInput(_("图片过多"), field="file", value=len(uploads), cure=_("一次巡查最多 3 张图片"))
    for upload in uploads:
        size_check(upload.size)
    return tuple(upload.read(SIZE_AT_MOST_BYTES + 1) for upload in uploads)


class InspectionPictureItem(RoadView):
    """One picture of an entry."""

    data_class = DataClass.ROUND
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}
    published = False

    @extend_schema(
        operation_id="inspection_pictures_show",
        parameters=[OpenApiParameter("size", str, enum=[size.value for size in PictureSize])],
        responses={(200, "image/jpeg"): bytes},
    )
    def get(self, request: Request, uid: uuid.UUID, attachment: uuid.UUID) -> HttpResponse:
        """The JPEG as it is kept, or with `size` its smaller copy where that is there already."""
        visible = inspections_visible_to(self.actor).filter(uid=uid).values("pk")
        row = (
            InspectionPicture.objects.filter(inspection__in=visible, attachment__uid=attachment)
            .select_related("attachment")
            .first()
        )
        if row is None:
            raise NotFound(_("没有这张图片"), field="attachment", value=str(attachment))
        return picture_answer(request, row.attachment)
