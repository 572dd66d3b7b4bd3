"""What the hub reads from PostgreSQL: feed rows after a number, and units that moved. Runs in threads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from core.db.prepared import prepared
from core.events import loaded
from core.jsontext import dumps
from maps.live.messages import FeedMessage, feed_message

BATCH = 2000

# Who answers for the stretch of an incident hears of it, though a chief's scope holds no incidents.
_EVENTS_SQL = """
    SELECT e.feed_seq, e.topic, e.organisation_path, e.audience, e.subject, e.payload, e.at,
           jsonb_path_query_array(i.chain, '$.**.person_id')
               || jsonb_path_query_array(i.chain, '$.**.acting_person_id'),
           (SELECT array_agg(o.path)
              FROM patrols_tour_partners j JOIN stations_organisation o ON o.id = j.organisation_id
             WHERE e.audience = 'tour' AND jsonb_typeof(e.subject -> 'tour_id') = 'number'
               AND j.tour_id = (e.subject ->> 'tour_id')::bigint)
      FROM core_event e
      LEFT JOIN incidents_incident i
             ON e.audience = 'incident' AND jsonb_typeof(e.subject -> 'incident_id') = 'number'
            AND i.id = (e.subject ->> 'incident_id')::bigint
     WHERE e.feed_seq > %s ORDER BY e.feed_seq LIMIT %s
"""

_MOVED_SQL = """
    SELECT p.changed_seq, t.organisation_path, p.tour_id, u.uid::text, u.call_sign, u.kind, u.agency,
           round(ST_X(p.geom)::numeric, 6)::float8, round(ST_Y(p.geom)::numeric, 6)::float8,
           p.course_deg, p.speed_mps, extract(epoch FROM p.fixed_at)::float8, p.is_mock, t.agencies,
           (SELECT array_agg(o.path)
              FROM patrols_tour_partners j JOIN stations_organisation o ON o.id = j.organisation_id
             WHERE j.tour_id = t.id)
      FROM patrols_tourposition p
      JOIN patrols_tour t ON t.id = p.tour_id
      JOIN patrols_unit u ON u.id = t.unit_id
     WHERE p.changed_seq > %s AND t.state = 'open'
     ORDER BY p.changed_seq LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class MovedUnit:
    """A unit whose position changed. `text`: its part of the positions message, JSON, encoded once for all readers."""

    changed_seq: int
    # Of its organisation, then of those whose people ride along.
    paths: tuple[str, ...]
    tour_id: int
    lon: float
    lat: float
    text: str


def events_after(seq: int, limit: int = BATCH) -> list[FeedMessage]:
    """Feed rows with a greater number, in order, encoded."""
    with connection.cursor() as cursor:
        prepared(cursor, _EVENTS_SQL, [seq, limit])
        return [_message(row) for row in cursor.fetchall()]


def _message(row: Sequence[Any]) -> FeedMessage:
    chiefs: Any = loaded(row[7])
    return feed_message(
        row[0], row[1], row[2], row[3], loaded(row[4]), loaded(row[5]), row[6], chiefs or (), row[8] or ()
    )


def feed_head() -> tuple[int, int]:
    """(last number given, oldest number kept)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_seq, oldest_seq FROM core_feedhead WHERE id = 1")
        row = cursor.fetchone()
    return (row[0], row[1]) if row else (0, 1)


def moved_after(changed_seq: int, limit: int = 5000) -> list[MovedUnit]:
    """Units of open tours that moved since, in order of change."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVED_SQL, [changed_seq, limit])
        rows = cursor.fetchall()
    return [_moved(row) for row in rows]


def _moved(row: Sequence[Any]) -> MovedUnit:
    return MovedUnit(
        changed_seq=row[0],
        paths=(row[1], *(row[14] or ())),
        tour_id=row[2],
        lon=row[7],
        lat=row[8],
        text=dumps(
            {
                "tour_id": row[2],
                "unit": row[3],
                "call_sign": row[4],
                "kind": row[5],
                "agency": row[6],
                "agencies": row[13],
                "lon": row[7],
                "lat": row[8],
                "course_deg": row[9],
                "speed_mps": row[10],
                "fixed_at": row[11],
                "is_mock": row[12],
            }
        ),
    )


def position_head() -> int:
    """The newest change number, so that a stream begins with what moves from now on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(changed_seq), 0) FROM patrols_tourposition")
        return int(cursor.fetchone()[0])
