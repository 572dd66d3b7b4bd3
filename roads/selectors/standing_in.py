"""Leave and who stands in: whom a chief may name, what leave means for the segments, what is planned."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from core import clock
from roads.models import ChiefDeputy, ChiefLeave
from stations.selectors import people_visible_to, system_actor
from stations.types import Actor, Role

# How many segments each person stands in for when `person` is away at an instant and names nobody: the first deputy of
# each appointment who is there; without any the name is empty, and nobody answers at that level.
_STAND_INS_SQL = """
    SELECT coalesce(p.name, ''), count(*)
      FROM roads_chiefassignment a
      LEFT JOIN LATERAL (
            SELECT d.person_id FROM roads_chiefdeputy d
             WHERE d.assignment_id = a.id AND d.valid @> %(at)s::timestamptz
               AND NOT EXISTS (SELECT FROM roads_chiefleave x
                                WHERE x.person_id = d.person_id AND x.valid @> %(at)s::timestamptz)
             ORDER BY d."order" LIMIT 1) d ON true
      LEFT JOIN stations_person p ON p.id = d.person_id
     WHERE a.person_id = %(person)s AND a.valid @> %(at)s::timestamptz
     GROUP BY p.id, p.name ORDER BY p.id IS NULL, count(*) DESC, p.name
"""


def deputies_allowed(person: Any) -> QuerySet[Any]:
    """People whom a chief may name: the appointed deputies of the own segments, and chiefs of the own organisation."""
    now = clock.now()
    appointed = ChiefDeputy.objects.filter(assignment__person=person, valid__contains=now).values("person_id")
    same_house = Q(
        organisation_id=person.organisation_id,
        role_grants__role=Role.CHIEF.value,
        role_grants__valid__contains=now,
    )
    rows = people_visible_to(system_actor("roads")).filter(Q(pk__in=appointed) | same_house, is_active=True)
    return rows.exclude(pk=person.pk).distinct().order_by("name")


def stand_ins(person_id: int, at: datetime) -> list[tuple[str, int]]:
    """(name, segments) of who would stand in at an instant without a named deputy; an empty name is nobody."""
    with connection.cursor() as cursor:
        cursor.execute(_STAND_INS_SQL, {"person": person_id, "at": at})
        return [(name, count) for name, count in cursor.fetchall()]


def leaves_of(actor: Actor) -> QuerySet[ChiefLeave]:
    """The actor's own leave that is running or planned, soonest first."""
    rows = ChiefLeave.objects.filter(person_id=actor.person_id or 0)
    return (
        rows.filter(Q(valid__endswith__gt=clock.now()) | Q(valid__upper_inf=True))
        .select_related("deputy", "person")
        .order_by("valid")
    )
