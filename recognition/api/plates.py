"""`/api/v1/recognition/plates:read`: the plates of a picture, with what a person needs to check them."""

from __future__ import annotations

import base64
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.attachments.picture import SIZE_AT_MOST_BYTES, size_check
from core.errors import InvalidInput
from core.geo.datum import Datum
from recognition.reading.answers import details_as_data, read_as_data, unread_as_data
from recognition.reading.types import Corners, Picture, Profile, Reading, Silence
from recognition.services import PicturePlates, plates_read
from stations.selectors import actor_for_request
from stations.types import DataClass, Verb


class PlatesReadIn(serializers.Serializer):
    """What comes beside the picture."""

    file = serializers.FileField()
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    profile = serializers.ChoiceField([one.value for one in Profile], required=False, default=Profile.EVIDENCE.value)


class PlatesRead(APIView):
    """Reading one picture."""

    data_class = DataClass.VEHICLE_IDENTITY
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.LOOKUP}
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="recognition_plates_read",
        request={"multipart/form-data": PlatesReadIn},
        responses={200: dict},
    )
    def post(self, request: Request) -> Response:
        """Read one JPEG, PNG or WebP picture of at most 15 MiB and 40 megapixels. It is not kept.

        `outcome`: `read`, `foreign`, `unsure` (seen, not read), `no_plate`, or `no_engine`. `auto`: sure enough to
        raise an alarm without a person; everything else is for a person to check against the pictures in the answer.
        """
        upload: Any = request.FILES.get("file")
        if upload is None:
            raise InvalidInput(
                _("没有图片文件"),
                field="file",
                value=str(request.POST.get("file", ""))[:100],
                cure=_("以 multipart/form-data 的 file 字段上传一张图片"),
            )
        size_check(upload.size)
        body = PlatesReadIn(data=request.data)
        body.is_valid(raise_exception=True)
        plates = plates_read(
            actor=actor_for_request(request),
            data=upload.read(SIZE_AT_MOST_BYTES + 1),
            reason=body.validated_data["reason"],
            profile=Profile(body.validated_data["profile"]),
        )
        return Response(_answer(plates))


def _answer(plates: PicturePlates) -> dict[str, Any]:
    # Drawing brings OpenCV into the process: not before somebody has a picture read.
    from recognition.reading.proof import marked

    reading, picture = plates.reading, plates.picture
    height_px, width_px = picture.shape[:2]
    place = None
    if plates.lon is not None and plates.lat is not None:
        place = {"lon": plates.lon, "lat": plates.lat, "datum": Datum.WGS84.value, "source": "exif"}
    picture_with_marks = marked(
        picture, [one.corners for one in reading.reads], [one.corners for one in reading.unread]
    )
    return {
        "outcome": _outcome(reading),
        "reads": [
            {**read_as_data(one), **details_as_data(one), "crop": _crop(picture, one.corners)} for one in reading.reads
        ],
        "unread": [{**unread_as_data(one), "crop": _crop(picture, one.corners)} for one in reading.unread],
        "ms": round(reading.ms, 1),
        "engine": str(reading.stamp),
        "notes": list(reading.notes),
        "at": plates.at,
        "at_source": "exif" if plates.at_camera else "server",
        "place": place,
        "picture": {"width_px": width_px, "height_px": height_px, "marked": _data_address(picture_with_marks)},
    }


def _outcome(reading: Reading) -> str:
    if reading.reads:
        return "read"
    if reading.notes:
        return "no_engine"
    if any(one.reason is Silence.FOREIGN for one in reading.unread):
        return "foreign"
    return "unsure" if reading.unread else "no_plate"


def _crop(picture: Picture, corners: Corners) -> str:
    from recognition.reading.proof import cut_out

    return _data_address(cut_out(picture, corners))


def _data_address(jpeg: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"
