"""Two hands on one incident: the second is told who did what, and when, instead of undoing it unawares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core.errors import Conflict, TransitionRefused
from core.messages import spoken
from incidents.models import Incident, IncidentStep
from incidents.services.history import incident_lock
from incidents.states import IncidentState
from stations.selectors import names_of_users

Answer = TypeVar("Answer")

# What changes the case for whoever looks at it; notes, tasks and marks do not.
WEIGHTY = (
    IncidentStep.Kind.TRANSITION,
    IncidentStep.Kind.DISPATCH,
    IncidentStep.Kind.GRADE,
    IncidentStep.Kind.LINK,
)


@dataclass(frozen=True, slots=True)
class Acted:
    """What somebody did to an incident."""

    who: str
    at: datetime
    what: str

    def as_json(self) -> dict[str, str]:
        """The shape of an error's details."""
        return {"who": self.who, "at": self.at.isoformat(), "what": self.what}

    @property
    def words(self) -> str:
        """`14:05:10 王某：已审核`"""
        return f"{localtime(self.at):%H:%M:%S} {self.who}：{self.what}"


def acted_since(incident: Incident, seen: int) -> Acted | None:
    """The last weighty thing that a person did after the history row `seen`, or None."""
    step = (
        incident.steps.filter(pk__gt=seen, actor_id__isnull=False, kind__in=WEIGHTY)
        .exclude(kind=IncidentStep.Kind.TRANSITION, from_state="")
        .order_by("-id")
        .first()
    )
    if step is None or step.actor_id is None:
        return None
    return Acted(names_of_users([step.actor_id]).get(step.actor_id, _("有人")), step.at, _what(step))


def incident_acting(*, incident_uid: str, seen: int | None, act: Callable[[], Answer]) -> Answer:
    """Do `act` (one service call) to an incident as a page saw it, in one transaction.

    `seen` is the last history row that the page had (`seen` of the detail), None for who does not say. Raises Conflict
    (`acted_meanwhile`) when a person did something weighty since, and names them also where the lifecycle refuses.
    """
    try:
        with transaction.atomic():
            if seen is not None:
                incident = incident_lock(incident_uid)
                acted = acted_since(incident, seen)
                if acted is not None:
                    raise Conflict(
                        _("%(acted)s。您看到的已不是最新情况") % {"acted": acted.words},
                        code="acted_meanwhile",
                        field="incident",
                        value=incident.number,
                        cure=_("请看过最新情况后再操作"),
                        details=[acted.as_json()],
                    )
            return act()
    except TransitionRefused as refused:
        known = Incident.objects.filter(uid=incident_uid).first()
        acted = acted_since(known, 0) if known is not None else None
        if known is None or acted is None:
            raise
        raise TransitionRefused(
            _("警情现为“%(state)s”，不能这样操作（%(acted)s）")
            % {"state": spoken(IncidentState(known.state).label), "acted": acted.words},
            field="state",
            value=refused.value,
            cure=_("请看过最新情况后再操作"),
            details=[acted.as_json()],
        ) from refused


def _what(step: IncidentStep) -> str:
    if step.kind == IncidentStep.Kind.DISPATCH:
        unit = step.details.get("unit", "")
        return _("派出 %(unit)s") % {"unit": unit} if unit else _("派警")
    if step.kind == IncidentStep.Kind.GRADE:
        return _("改变等级")
    if step.kind == IncidentStep.Kind.LINK:
        return _("关联警情")
    return spoken(IncidentState(step.to_state).label)
