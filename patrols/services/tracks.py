"""Reading a track: one's own freely, another's only with the right and a reason, which is written down."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import InvalidInput
from patrols.models import Fix, Tour
from patrols.types import TrackPoint
from stations.services import require
from stations.types import Actor, DataClass, Verb

MAX_POINTS = 20_000
_FIELDS = (
    "lon", "lat", "fixed_at", "received_at", "speed_mps", "course_deg", "accuracy_m", "is_mock", "device_id",
)  # fmt: skip


def track_read(
    *, actor: Actor, tour: Tour, since: datetime | None = None, until: datetime | None = None, reason: str = ""
) -> tuple[list[TrackPoint], bool]:
    """The fixes of a tour from `since` to before `until` by the device's time, and whether more than `MAX_POINTS` were
    there. Raises Forbidden without the right to tracks, InvalidInput when another's is read without a reason.
    """
    own = (
        actor.person_id is not None
        and actor.may(Verb.VIEW_OWN, DataClass.TRACK)
        and tour.members.filter(person_id=actor.person_id).exists()
    )
    if not own:
        require(actor, Verb.VIEW, DataClass.TRACK, tour.organisation_path)
        if not reason.strip():
            raise InvalidInput(_("查看他人轨迹须填写事由"), field="reason", cure=_("请填写事由"))
    start = max(filter(None, (since, tour.opened_at)), default=None)
    if start is None:
        return [], False
    rows = Fix.objects.filter(tour_id=tour.pk, fixed_at__gte=start)
    end = min(filter(None, (until, tour.closed_at)), default=None)
    if end is not None:
        rows = rows.filter(fixed_at__lt=end)
    with transaction.atomic():
        if not own:
            audit.record(
                actor_id=actor.user_id,
                action="patrols.track_read",
                object_type="tour",
                object_id=str(tour.uid),
                organisation_path=tour.organisation_path,
                reason=reason.strip(),
                details={"since": start, "until": end},
            )
        found = [TrackPoint(*row) for row in rows.order_by("fixed_at").values_list(*_FIELDS)[: MAX_POINTS + 1]]
    return found[:MAX_POINTS], len(found) > MAX_POINTS
