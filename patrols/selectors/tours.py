"""Open tours with their crews and positions, read in one statement: this runs once for every dispatch decision."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet

from patrols.models import Tour, Unit
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
           u.radio <> '', t.generated
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


def _rows(where: str, params: dict[str, object]) -> list[TourOnDuty]:
    with connection.cursor() as cursor:
        cursor.execute(_ON_DUTY_SQL.format(where=where), params)
        return [
            TourOnDuty(
                *row[:10],
                powers=powers_of(row[10]),
                people_kinds=tuple(row[10]),
                lon=row[11],
                lat=row[12],
                fixed_at=row[13],
                received_at=row[14],
                speed_mps=row[15],
                course_deg=row[16],
                accuracy_m=row[17],
                is_mock=row[18],
                position_source=row[19],
                post_lon=row[20],
                post_lat=row[21],
                post_is_station=row[22],
                has_radio=row[23],
                generated=row[24],
            )
            for row in cursor.fetchall()
        ]


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
    """The open tours whose positions this actor may see."""
    paths = actor.scope_paths(Verb.VIEW, DataClass.POSITION)
    return system_tours_on_duty(at=at, paths=paths) if paths else []


def tours_visible_to(actor: Actor) -> QuerySet[Tour]:
    """Tours this actor may see; the members of a tour always see their own."""
    visible = path_filter(actor, Verb.VIEW, DataClass.TOUR)
    if actor.person_id is not None:
        visible |= Q(members__person_id=actor.person_id)
    return Tour.objects.filter(visible).distinct()


def units_visible_to(actor: Actor) -> QuerySet[Unit]:
    """Units this actor may see."""
    return Unit.objects.filter(path_filter(actor, Verb.VIEW, DataClass.UNIT, field="organisation__path"))


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
