"""What the API views of this room share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from core import clock
from core.errors import InvalidInput, NotFound
from patrols.models import Tour
from patrols.selectors import tours_visible_to
from stations.selectors import actor_for_request
from stations.types import Actor, DataClass, Verb


class PatrolView(APIView):
    """Subclasses declare `data_class` and `verbs`; the door (`PolicyPermission`) refuses what does not."""

    data_class: ClassVar[DataClass]
    verbs: ClassVar[dict[str, Verb]] = {}

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return actor_for_request(self.request)

    def checked(self, serializer_class: type[BaseSerializer]) -> dict[str, Any]:
        """The checked body. Raises DRF's ValidationError (400, fields named)."""
        body = serializer_class(data=self.request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def tour_seen(self, uid: Any) -> Tour:
        """The tour with this uid among those the actor may see; what it may not see does not exist (404)."""
        tour = tours_visible_to(self.actor).filter(uid=uid).first()
        if tour is None:
            raise NotFound(_("没有这次出勤"), field="tour", value=str(uid))
        return tour


def day_of(request: Request, name: str = "date") -> date | None:
    """`?date=2026-11-21`, or None. Raises InvalidInput."""
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise InvalidInput(_("日期无效"), field=name, value=text, cure="2026-11-21")
    return day


def today() -> date:
    """The local date of the deployment."""
    return timezone.localdate(clock.now())


def moment_of(request: Request, name: str) -> datetime | None:
    """`?from=2026-11-21T08:00:00+08:00`, or None. Raises InvalidInput, also without an offset."""
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        # An unescaped plus sign of the offset arrives as a space.
        moment = parse_datetime(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidInput(_("时间无效或缺少时区"), field=name, value=text, cure="2026-11-21T08:00:00+08:00")
    return moment
