"""Which incidents and assignments an actor may see: by data scope, by own tour, by own segments."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from core import clock
from incidents.models import Assignment, Incident, Supervision
from roads.selectors import segment_ids_of_chief
from stations.selectors import path_filter
from stations.types import Actor, DataClass, Role, Verb


def incidents_visible_to(actor: Actor) -> QuerySet[Incident]:
    """Incidents in the actor's scope, those on which its own tours were sent, those that it reported itself, and those
    on a chief's own segments. A mere proposal shows nobody anything.
    """
    visible = path_filter(actor, Verb.VIEW, DataClass.INCIDENT)
    if actor.person_id is not None:
        sent = Assignment.objects.filter(
            incident=OuterRef("pk"), offered_at__isnull=False, tour__members__person_id=actor.person_id
        )
        visible |= Q(Exists(sent))
        if actor.user_id is not None and actor.may(Verb.VIEW_OWN, DataClass.INCIDENT):
            visible |= Q(created_by_id=actor.user_id)
        if actor.has_role(Role.CHIEF):
            visible |= Q(segment_id__in=segment_ids_of_chief(actor.person_id, clock.now()))
            visible |= Q(supervisions__person_id=actor.person_id)
            return Incident.objects.filter(visible).distinct()
    return Incident.objects.filter(visible)


def assignments_visible_to(actor: Actor) -> QuerySet[Assignment]:
    """Assignments in the actor's scope and those of its own tours."""
    visible = path_filter(actor, Verb.VIEW, DataClass.ASSIGNMENT)
    if actor.person_id is not None:
        own = Assignment.objects.filter(offered_at__isnull=False, tour__members__person_id=actor.person_id)
        visible |= Q(pk__in=own.values("pk"))
    return Assignment.objects.filter(visible).select_related("incident", "unit")


def supervisions_for(actor: Actor) -> QuerySet[Supervision]:
    """What is pressed upon this person and not answered yet."""
    if actor.person_id is None:
        return Supervision.objects.none()
    return Supervision.objects.filter(person_id=actor.person_id, settled_at=None).select_related("incident")
