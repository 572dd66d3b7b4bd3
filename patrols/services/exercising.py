"""演练: a tour that rehearses. What is real never gets it; what is rehearsed gets it first."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Conflict, InvalidInput
from patrols.models import Tour
from patrols.selectors.snapshot import tours_busy
from patrols.services.recording import tour_locked, tour_record
from patrols.states import TourState
from stations.services import require
from stations.types import Actor, DataClass, Verb

_NOT_OVER = {TourState.PLANNED.value, TourState.OPEN.value}


def tour_exercise_set(*, actor: Actor, tour_id: int, exercise: bool, reason: str) -> Tour:
    """Take a planned or open tour out of real duty for an exercise, or back. Saying it twice changes nothing.

    Raises InvalidInput without a reason, Conflict for a tour that is over or has something to do just now.
    """
    if not reason.strip():
        raise InvalidInput(_("请说明原因"), field="reason", cure=_("填写一句话原因后再提交"))
    with transaction.atomic():
        tour = tour_locked(tour_id)
        require(actor, Verb.CHANGE, DataClass.TOUR, tour.organisation_path)
        if tour.exercise == exercise:
            return tour
        if tour.state not in _NOT_OVER:
            raise Conflict(
                _("出勤已结束"), code="tour_over", field="state", value=tour.state, cure=_("请选择在岗或计划中的出勤")
            )
        if tours_busy([tour.pk]):
            raise Conflict(
                _("该单元正在处置警情，不能改变演练标记"),
                code="tour_busy",
                field="tour",
                value=str(tour.uid),
                cure=_("等它处置完毕，或先撤回"),
            )
        tour.exercise = exercise
        tour.save(update_fields=["exercise"])
        action = "exercise_begun" if exercise else "exercise_ended"
        tour_record(actor, tour, action, {"exercise": exercise, "reason": reason.strip()[:200]})
    return tour
