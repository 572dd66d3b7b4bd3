"""Which incidents and assignments an actor may see: by data scope, by own tour, by own segments."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from core import clock
from incidents.desk_states import BackupState
from incidents.models import Assignment, BackupRequest, Incident, Supervision
from incidents.states import SETTLED, AssignmentState
from roads.selectors import segment_ids_of_chief
from roads.selectors.responsibility import BORDER_M
from stations.selectors import path_filter
from stations.types import Actor, DataClass, Role, Verb

_AT_BORDER_SQL = """
    SELECT i.id FROM incidents_incident i
      JOIN roads_segment s ON s.id = ANY(%s) AND s.axis_id = i.axis_id AND s.id IS DISTINCT FROM i.segment_id
     WHERE i.state <> ALL(%s) AND s.from_m <= i.axis_m + %s AND s.to_m > i.axis_m - %s
       AND s.sides && CASE i.side WHEN 'down' THEN int4range(0, 1) WHEN 'up' THEN int4range(1, 2)
                                  ELSE int4range(0, 2) END
"""


def incidents_visible_to(actor: Actor) -> QuerySet[Incident]:
    """Incidents in the actor's scope, those on which its own tours were sent, those that it reported itself, and those
    on a chief's own segments, with the open ones at the border of these. A mere proposal shows nobody anything.
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
            segment_ids = segment_ids_of_chief(actor.person_id, clock.now())
            visible |= Q(segment_id__in=segment_ids) | _open_at_border_of(segment_ids)
            # Looked up apart: a join would make rows twice, and telling them apart compares every column of each.
            pressed = Supervision.objects.filter(person_id=actor.person_id)
            visible |= Q(pk__in=pressed.values("incident_id"))
    return Incident.objects.filter(visible)


def _open_at_border_of(segment_ids: Collection[int]) -> Q:
    """Open incidents of a neighbour, so near to one of these segments that both chiefs are told (design §5)."""
    if not segment_ids:
        return Q(pk__in=[])
    values = [list(segment_ids), sorted(state.value for state in SETTLED), BORDER_M, BORDER_M]
    return Q(pk__in=RawSQL(_AT_BORDER_SQL, values))  # noqa: S611  a constant, with parameters


def assignments_visible_to(actor: Actor) -> QuerySet[Assignment]:
    """Assignments in the actor's scope and those of its own tours."""
    visible = path_filter(actor, Verb.VIEW, DataClass.ASSIGNMENT)
    if actor.person_id is not None:
        own = Assignment.objects.filter(offered_at__isnull=False, tour__members__person_id=actor.person_id)
        visible |= Q(pk__in=own.values("pk"))
    return Assignment.objects.filter(visible).select_related("incident", "unit")


def backups_visible_to(actor: Actor) -> QuerySet[BackupRequest]:
    """Calls for help on the incidents of the actor's scope, whoever's unit it is that calls."""
    visible = BackupRequest.objects.filter(path_filter(actor, Verb.VIEW, DataClass.ASSIGNMENT))
    return visible.select_related("assignment__incident", "assignment__unit")


def backups_standing_to(actor: Actor) -> QuerySet[BackupRequest]:
    """Calls for help on the incidents of the actor's scope that are not answered yet."""
    return backups_visible_to(actor).exclude(state=BackupState.ANSWERED.value)


def recalls_unseen_by(actor: Actor) -> QuerySet[Assignment]:
    """Recalls that the crew of which this person is a present member has not confirmed yet."""
    return Assignment.objects.filter(
        state=AssignmentState.RECALLED.value,
        offered_at__isnull=False,
        recall_seen_at=None,
        tour__state="open",
        tour__members__person_id=actor.person_id or 0,
        tour__members__present__upper_inf=True,
    )


def supervisions_open_to(actor: Actor) -> QuerySet[Supervision]:
    """Not answered yet, in the actor's scope, whoever they are pressed upon, and those pressed upon this person."""
    seen = path_filter(actor, Verb.VIEW, DataClass.INCIDENT)
    if actor.person_id is not None:
        seen |= Q(person_id=actor.person_id)
    return Supervision.objects.filter(seen, settled_at=None).select_related("incident")


def supervisions_for(actor: Actor) -> QuerySet[Supervision]:
    """Not answered yet: what is pressed upon this person, and, for who reviews incidents, what lies with nobody as the
    stretch has no chief.
    """
    mine = Q(person_id=None) & path_filter(actor, Verb.REVIEW, DataClass.INCIDENT)
    if actor.person_id is not None:
        mine |= Q(person_id=actor.person_id)
    return Supervision.objects.filter(mine, settled_at=None).select_related("incident")
