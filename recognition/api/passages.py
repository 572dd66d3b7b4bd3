"""`/api/v1/recognition/passages/` and `…/stream/`: passages of JSON clients and of a plate reader's webhook."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import BaseParser, FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.errors import Forbidden, InvalidInput, TooLarge, Unavailable
from recognition import metrics
from recognition.intake.asgi import TooLarge as BodyTooLarge
from recognition.intake.asgi import unpacked
from recognition.intake.incoming import Sender, Taken
from recognition.intake.readings import MAX_ITEMS, passages_of, stream_items
from recognition.services import passages_take
from stations.selectors import devices_visible_to
from stations.types import DataClass, Verb, system_actor

MAX_BODY_BYTES = 4 * 2**20
# Of the threads that serve people, passages never hold more than these.
AT_ONCE = 2
PATIENCE_S = 0.2
_running = threading.BoundedSemaphore(AT_ONCE)


class GzipJSONParser(BaseParser):
    """`application/json`, packed (`Content-Encoding: gzip`) or not."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The value of the body. Raises TooLarge, or InvalidInput for what is no (gzip of) JSON."""
        request = (parser_context or {}).get("request")
        body = stream.read(MAX_BODY_BYTES + 1)
        try:
            if len(body) > MAX_BODY_BYTES:
                raise BodyTooLarge
            if request is not None and request.headers.get("Content-Encoding", "").lower() in ("gzip", "x-gzip"):
                body = unpacked(body, MAX_BODY_BYTES)
            return json.loads(body)
        except BodyTooLarge:
            raise TooLarge(_("请求内容过大"), field="body", cure=_("每次最多 1000 条过车")) from None
        except (ValueError, RecursionError):
            raise InvalidInput(
                _("请求内容无法解析"), code="malformed", field="body", cure=_("发送 UTF-8 的 JSON，可用 gzip 压缩")
            ) from None


class _PassagesView(APIView):
    """What takes passages of a device in."""

    data_class = DataClass.PASSAGE
    verbs: ClassVar[dict[str, Verb]] = {"POST": Verb.CREATE}

    def take(self, request: Request, items: Sequence[object]) -> Response:
        """Store and compare; 200 with what became of each. 503 while as many as may are being taken in."""
        if len(items) > MAX_ITEMS:
            raise TooLarge(
                _("过车过多"), field="passages", value=len(items), cure=_("每次最多 %(most)s 条") % {"most": MAX_ITEMS}
            )
        sender = _sender(request)
        if not _running.acquire(timeout=PATIENCE_S):
            metrics.count("storms")
            raise Unavailable(_("暂时繁忙"), cure=_("稍后重试，重复提交不会重复生效"))
        try:
            now = clock.now()
            read, refused = passages_of(items, received_at=now)
            metrics.count("refused", len(refused))
            taken = passages_take(sender, list(read.values()), received_at=now)
        finally:
            _running.release()
        return Response(
            {
                "received": len(items),
                "stored": taken.count(Taken.STORED),
                "duplicates": taken.count(Taken.DUPLICATE),
                "clock_wrong": [index for index, passage in read.items() if passage.clock.impossible],
                "refused": [asdict(one) for one in refused],
            }
        )


class PassagesApi(_PassagesView):
    """A batch of passages, with the bearer token of a device."""

    parser_classes = (GzipJSONParser,)

    @extend_schema(
        operation_id="recognition_passages_take",
        request=dict,
        responses={200: dict},
        parameters=[OpenApiParameter("Content-Encoding", str, OpenApiParameter.HEADER, description="gzip")],
    )
    def post(self, request: Request) -> Response:
        """`{"passages": [{"id", "camera", "passed_at", "plate", …}]}`, at most 1,000. Answered after the commit; a bad
        item is named in `refused` and the rest stands. Repeating a batch changes nothing.
        """
        body = request.data
        items = body.get("passages") if isinstance(body, dict) else None
        if not isinstance(items, list):
            raise InvalidInput(_("缺少过车列表"), field="passages", cure='{"passages": […]}')
        return self.take(request, items)


class StreamApi(_PassagesView):
    """The webhook of Plate Recognizer Stream; the token goes into its `webhook_header`."""

    parser_classes = (GzipJSONParser, MultiPartParser, FormParser)

    @extend_schema(operation_id="recognition_stream", request=dict, responses={200: dict})
    def post(self, request: Request) -> Response:
        """JSON, or a form whose field `json` holds it. Each result is a passage of the camera `camera_id`."""
        body: Any = request.data
        if not isinstance(body, dict) or "json" in body:
            try:
                body = json.loads(str(body["json"]))
            except (KeyError, TypeError, ValueError):
                body = None
        try:
            items = stream_items(body)
        except (KeyError, TypeError, AttributeError, IndexError):
            raise InvalidInput(
                _("不是 Stream 的推送内容"), field="data", cure='{"data": {"camera_id", "timestamp", "results": […]}}'
            ) from None
        return self.take(request, items)


def _sender(request: Request) -> Sender:
    """The device whose token came."""
    actor: Any = getattr(request._request, "luzhang_actor", None)
    device = None
    if actor is not None and actor.device_id is not None:
        rows = devices_visible_to(system_actor("passages")).select_related("organisation")
        device = rows.filter(pk=actor.device_id).first()
    if device is None:
        raise Forbidden(_("过车须由设备上传"), field="device", cure=_("使用设备的令牌"))
    return Sender(device.pk, device.organisation_id, device.organisation.path or "?", device.datum)
