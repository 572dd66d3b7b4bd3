"""`/api/v1/incidents/<uid>/attachments/`: add a picture to an incident, list them, fetch one."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.repeatable import HEADER, IDEMPOTENCY_PARAMETER, REPEATED_HEADER
from core.attachments.picture import SIZE_AT_MOST_BYTES, size_check
from core.attachments.scaling import PictureSize
from core.attachments.shown import attachment_shown
from core.errors import InvalidInput, NotFound
from core.idempotency import once
from incidents import services
from incidents.models import Incident
from incidents.selectors import incidents_visible_to, picture_summary, pictures_visible_to
from stations.selectors import actor_for_request
from stations.types import Actor, DataClass, Verb

UPLOAD = {
    "multipart/form-data": {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}},
        "required": ["file"],
    }
}


def _visible(actor: Actor, uid: str) -> Incident:
    incident = incidents_visible_to(actor).filter(uid=uid).first()
    if incident is None:
        raise NotFound(_("没有这条警情"), field="incident", value=str(uid))
    return incident


def _data(request: Request) -> bytes:
    """The bytes of the field `file`; too many are not even read."""
    upload: Any = request.FILES.get("file")
    if upload is None:
        raise InvalidInput(
            _("没有图片文件"),
            field="file",
            value=str(request.POST.get("file", ""))[:100],
            cure=_("以 multipart/form-data 的 file 字段上传一张图片"),
        )
    size_check(upload.size)
    data: bytes = upload.read(SIZE_AT_MOST_BYTES + 1)
    return data


class IncidentAttachmentsApi(APIView):
    """The pictures of an incident."""

    data_class = DataClass.ATTACHMENT
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW, "POST": Verb.CREATE}
    parser_classes = (MultiPartParser,)

    @extend_schema(operation_id="incident_attachments_list", responses={200: dict})
    def get(self, request: Request, uid: str) -> Response:
        """Those that this actor may see, oldest first."""
        actor = actor_for_request(request)
        rows = pictures_visible_to(actor, _visible(actor, uid)).select_related("incident")
        return Response({"attachments": [picture_summary(row) for row in rows]})

    @extend_schema(
        operation_id="incident_attachments_add",
        request=UPLOAD,
        responses={201: dict, 200: dict},
        parameters=[IDEMPOTENCY_PARAMETER],
    )
    def post(self, request: Request, uid: str) -> Response:
        """Add one JPEG, PNG or WebP picture of at most 15 MiB. It is kept as a fresh JPEG without EXIF."""
        actor = actor_for_request(request)
        _visible(actor, uid)
        data = _data(request)

        def work() -> tuple[int, Any]:
            picture = services.incident_picture_add(actor=actor, incident_uid=str(uid), data=data)
            return 201, picture_summary(picture)

        key = request.headers.get(HEADER)
        if key is None:
            return Response(work()[1], status=201)
        wanted = {"path": request.path, "sha256": hashlib.sha256(data).hexdigest()}
        answer = once(f"api:user:{actor.user_id}", key, wanted, work)
        headers = {REPEATED_HEADER: "true"} if answer.repeated else None
        return Response(answer.body, status=answer.status, headers=headers)


class IncidentAttachmentApi(APIView):
    """One picture."""

    data_class = DataClass.ATTACHMENT
    verbs: ClassVar[dict[str, Verb]] = {"GET": Verb.VIEW}

    @extend_schema(
        operation_id="incident_attachments_show",
        parameters=[OpenApiParameter("size", str, enum=[size.value for size in PictureSize])],
        responses={(200, "image/jpeg"): bytes},
    )
    def get(self, request: Request, uid: str, attachment: str) -> HttpResponse:
        """The JPEG as it is kept, or with `size` its smaller copy, where that is there already; 400 when the file is
        not what was recorded.
        """
        actor = actor_for_request(request)
        size = _size(request)
        row = pictures_visible_to(actor, _visible(actor, uid)).filter(attachment__uid=attachment).first()
        if row is None:
            raise NotFound(_("没有这张图片"), field="attachment", value=str(attachment))
        shown = attachment_shown(row.attachment, size)
        response = HttpResponse(shown.jpeg, content_type="image/jpeg")
        response["Content-Disposition"] = f'inline; filename="{row.attachment.uid}.jpg"'
        # The kept picture in place of a copy that is still to come is asked for again soon.
        response["Cache-Control"] = "private, max-age=3600, immutable" if shown.is_final else "private, max-age=10"
        response["X-Content-Type-Options"] = "nosniff"
        response["ETag"] = f'"{shown.sha256}"'
        return response


def _size(request: Request) -> PictureSize | None:
    """`?size=small`, or None for the kept picture. Raises InvalidInput for a size that does not exist."""
    text = request.query_params.get("size")
    if text is None:
        return None
    try:
        return PictureSize(text)
    except ValueError as problem:
        raise InvalidInput(
            _("未知的取值"), field="size", value=text[:40], cure="、".join(size.value for size in PictureSize)
        ) from problem
