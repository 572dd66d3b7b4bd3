"""Open tours with their crews and positions, read in one statement: this runs once for every dispatch decision."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from patrols.models import Tour, TourMember, Unit
from patrols.states import TourState
from patrols.types import TourOnDuty
from stations.selectors import path_filter
from stations.services import powers_of
from stations.types import Actor, DataClass, Verb

_ON_DUTY_SQL = """
    SELECT t.id, t.uid::text, t.unit_id, u.uid::text, u.call_sign, u.kind, u.agency,
           t.organisation_id, t.organisation_path, t.on_break_since IS NOT NULL,
           coalesce(m.kinds, '{{}}'),
           ST_X(p.geom), ST_Y(p.geom), p.fixed_at, p.received_at, p.speed_mps, p.course_deg, p.accuracy_m,
           coalesce(p.is_mock, false), coalesce(p.source, ''),
           ST_X(coalesce(t.post, s.geom, u.post, h.geom)), ST_Y(coalesce(t.post, s.geom, u.post, h.geom)),
           t.post IS NULL AND (s.id IS NOT NULL OR (u.post IS NULL AND h.id IS NOT NULL)),
           u.radio <> '', t.generated, t.agencies, t.exercise
      FROM patrols_tour t
      JOIN patrols_unit u ON u.id = t.unit_id
      LEFT JOIN patrols_tourposition p ON p.tour_id = t.id
      LEFT JOIN stations_station s ON s.id = t.post_station_id
      LEFT JOIN stations_station h ON h.id = u.home_station_id
      LEFT JOIN LATERAL (
            SELECT array_agg(n.kind ORDER BY n.id) AS kinds
              FROM patrols_tourmember tm JOIN stations_person n ON n.id = tm.person_id
             WHERE tm.tour_id = t.id AND tm.present @> %(at)s::timestamptz
           ) m ON true
     WHERE t.state = 'open' {where}
     ORDER BY t.id
"""


def _rows(where: str, params: dict[str, Any]) -> list[TourOnDuty]:
    with connection.cursor() as cursor:
        cursor.execute(_ON_DUTY_SQL.format(where=where), params)
        return [_tour(row) for row in cursor.fetchall()]


def _tour(row: Sequence[Any]) -> TourOnDuty:
    """Columns come in the order of the fields; the kinds of the people present give powers and kinds."""
    values = [*row[:10], powers_of(row[10]), tuple(row[10]), *row[11:-2], tuple(row[-2]), row[-1]]
    return TourOnDuty(*values)


def tours_sendable(tour_ids: Collection[int]) -> bool:
    """Whether all of these tours are out and not on a break at this moment."""
    gone = Tour.objects.filter(pk__in=tour_ids).exclude(state=TourState.OPEN.value, on_break_since=None)
    return not gone.exists()


def system_tours_on_duty(*, at: datetime, paths: Iterable[str] | None = None) -> list[TourOnDuty]:
    """Every open tour, or those whose organisation path starts with one of `paths`. For dispatch, which asks who may
    be *sent*; who may *see* is another question (`tours_on_duty`).
    """
    if paths is None:
        return _rows("", {"at": at})
    return _rows(
        "AND t.organisation_path LIKE ANY(%(patterns)s)", {"at": at, "patterns": [f"{path}%" for path in paths]}
    )


def tours_on_duty(*, actor: Actor, at: datetime) -> list[TourOnDuty]:
    """The open tours whose positions this actor may see: those of its scope, those on which people of its scope ride
    along, and the one it is on itself.
    """
    paths = actor.scope_paths(Verb.VIEW, DataClass.POSITION)
    own = actor.person_id if actor.may(Verb.VIEW_OWN, DataClass.POSITION) else None
    if not paths and own is None:
        return []
    return _rows(
        """AND (t.organisation_path LIKE ANY(%(patterns)s::text[]) OR t.id IN (
               SELECT tour_id FROM patrols_tourmember
                WHERE person_id = %(person)s AND present @> %(at)s::timestamptz
               UNION ALL
               SELECT j.tour_id FROM patrols_tour_partners j JOIN stations_organisation o ON o.id = j.organisation_id
                WHERE o.path LIKE ANY(%(patterns)s::text[])))""",
        {"at": at, "patterns": [f"{path}%" for path in paths], "person": own},
    )


def tours_visible_to(actor: Actor) -> QuerySet[Tour]:
    """Tours this actor may see, joint ones of its organisations too; the members of a tour always see their own."""
    shared = Tour.partners.through.objects.filter(
        path_filter(actor, Verb.VIEW, DataClass.TOUR, field="organisation__path")
    )
    visible = path_filter(actor, Verb.VIEW, DataClass.TOUR) | Q(pk__in=shared.values("tour_id"))
    if actor.person_id is not None and actor.may(Verb.VIEW_OWN, DataClass.TOUR):
        visible |= Q(pk__in=TourMember.objects.filter(person_id=actor.person_id).values("tour_id"))
    return Tour.objects.filter(visible)


def units_visible_to(actor: Actor) -> QuerySet[Unit]:
    """Units of the actor's scope; who sees only what is its own sees the units it goes out with."""
    visible = path_filter(actor, Verb.VIEW, DataClass.UNIT, field="organisation__path")
    if actor.person_id is not None and actor.may(Verb.VIEW_OWN, DataClass.UNIT):
        visible |= Q(pk__in=TourMember.objects.filter(person_id=actor.person_id).values("tour__unit_id"))
    return Unit.objects.filter(visible)


def tour_next_of_person(person_id: int, at: datetime) -> Tour | None:
    """The next planned tour of a person that is not over yet, or None."""
    return (
        Tour.objects.select_related("unit")
        .filter(state=TourState.PLANNED.value, members__person_id=person_id, planned__endswith__gt=at)
        .order_by("planned__startswith", "id")
        .first()
    )


def tour_of_person(person_id: int) -> Tour | None:
    """The open tour on which a person is present, or None."""
    return (
        Tour.objects.select_related("unit")
        .filter(state=TourState.OPEN.value, members__person_id=person_id, members__present__upper_inf=True)
        .first()
    )


def tour_by_uid(uid: str) -> Tour | None:
    """The tour with this uid, whoever asks; the caller checks what may be seen or sent."""
    return Tour.objects.select_related("unit").filter(uid=uid).first()
