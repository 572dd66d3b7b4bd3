"""/api/v1/boards/<uid>/: the record of one board, and pictures of it where it hangs."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from core.attachments.picture import SIZE_AT_MOST_BYTES, size_check
from core.attachments.scaling import PictureSize
from core.errors import NotFound
from core.geo.datum import place_check
from roads import services
from roads.api.boards import BoardView, board_json
from roads.api.pictures import picture_answer
from roads.models import BoardPicture
from roads.selectors import deployment_bounds
from roads.selectors.board_records import board_record, picture_json
from stations.selectors import names_of_users
from stations.types import Verb


class PictureIn(serializers.Serializer):
    """A picture as a form: field `file`; where the phone stood (all of lon, lat, datum), since when the board hangs."""

    file = serializers.FileField()
    lon = serializers.FloatField(required=False)
    lat = serializers.FloatField(required=False)
    datum = serializers.CharField(max_length=10, required=False)
    posted_on = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class BoardItem(BoardView):
    """One board."""

    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(operation_id="boards_show", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, uid: uuid.UUID) -> Response:
        """With its steps and pictures, and who did what."""
        board = self.board(uid)
        return Response({**board_json(board), **board_record(board)})


class BoardPictures(BoardView):
    """Pictures of a board that hangs."""

    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.ACT}
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="board_pictures_add", request=PictureIn,
        responses={201: OpenApiTypes.OBJECT, 200: OpenApiTypes.OBJECT},
    )  # fmt: skip
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """Keep one: 201 when new, 200 with the first when it is there already. An issued board is posted by it."""
        board = self.board(uid)
        data = self.checked(PictureIn)
        upload = data.pop("file")
        size_check(upload.size)
        place = None
        where = {name: data.pop(name, None) for name in ("lon", "lat", "datum")}
        if any(value is not None for value in where.values()):
            place = place_check(where["lon"], where["lat"], where["datum"], deployment_bounds())
        picture, is_new = services.board_picture_add(
            actor=self.actor, board_uid=board.uid, data=upload.read(SIZE_AT_MOST_BYTES + 1), place=place, **data
        )
        board = self.board(uid)
        names = names_of_users([picture.attachment.created_by_id or 0])
        body = {**board_json(board), "picture": picture_json(board, picture, names)}
        return Response(body, status=201 if is_new else 200)


class BoardPictureItem(BoardView):
    """One picture."""

    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(
        operation_id="board_pictures_show",
        parameters=[OpenApiParameter("size", str, enum=[size.value for size in PictureSize])],
        responses={(200, "image/jpeg"): bytes},
    )
    def get(self, request: Request, uid: uuid.UUID, attachment: uuid.UUID) -> HttpResponse:
        """The JPEG as it is kept, or with `size` its smaller copy where that is there already."""
        board = self.board(uid)
        row = BoardPicture.objects.filter(board=board, attachment__uid=attachment).select_related("attachment").first()
        if row is None:
            raise NotFound(_("没有这张图片"), field="attachment", value=str(attachment))
        return picture_answer(request, row.attachment)
