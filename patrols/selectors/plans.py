"""Shifts, requirements and tasks that an actor may see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from patrols.models import DutyTask, Requirement, Shift, Tour, TourMember
from stations.selectors import path_filter
from stations.types import Actor, DataClass, Verb


def shifts_visible_to(actor: Actor) -> QuerySet[Shift]:
    """Shifts of the actor's scope."""
    return Shift.objects.filter(path_filter(actor, Verb.VIEW, DataClass.REQUIREMENT, field="organisation__path"))


def requirements_visible_to(actor: Actor) -> QuerySet[Requirement]:
    """Requirements of the actor's scope."""
    return Requirement.objects.filter(
        path_filter(actor, Verb.VIEW, DataClass.REQUIREMENT, field="organisation__path")
    ).select_related("organisation", "station", "segment")


def tasks_visible_to(actor: Actor) -> QuerySet[DutyTask]:
    """Tasks of tours in the actor's scope, and those of the tours it goes out with."""
    visible = path_filter(actor, Verb.VIEW, DataClass.TASK, field="tour__organisation_path")
    if actor.person_id is not None and actor.may(Verb.VIEW_OWN, DataClass.TASK):
        visible |= Q(tour__in=TourMember.objects.filter(person_id=actor.person_id).values("tour_id"))
    return DutyTask.objects.filter(visible).select_related("segment", "tour")


def segments_named(uids: Iterable[Any]) -> list[Any]:
    """Segments by uid; who answers for which road is public."""
    model: Any = Tour._meta.get_field("segments").related_model
    return list(model.objects.filter(uid__in=list(uids)))
