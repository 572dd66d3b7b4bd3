"""Whose road is this at time T: chains of chiefs with leave and deputies, by segment or by axis and metre."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from core.db.prepared import prepared
from core.geo.srid import STORE_SRID
from roads.models import ChiefAssignment, Segment
from roads.types import ChiefInChain, SegmentAtPlace

# Within this distance of a border both chiefs are told, and the first to sign owns it (design §5).
BORDER_M = 50.0

# One level of a chain with who stands in. `a` is an assignment in force at %(at)s, `v` the leave of its chief, `d` the
# first deputy who is not away as well. OFFSET 0 keeps the parts apart: PostgreSQL would need longer to think of every
# order of these joins than to answer.
_CHAIN_COLUMNS = """a.rank, a.level_name, a.escalation_s, a.id, a.person_id, a.name, a.phone,
           CASE WHEN v.id IS NOT NULL THEN coalesce(v.deputy_id, d.person_id) END,
           CASE WHEN v.id IS NOT NULL THEN coalesce(v.deputy_name, d.name, '') ELSE '' END,
           CASE WHEN v.id IS NULL THEN ''
                WHEN v.deputy_id IS NOT NULL THEN coalesce(v.deputy_phone, '')
                ELSE coalesce(d.phone, '') END,
           a.duty_hours"""
_ASSIGNMENTS = """SELECT a.id, a.segment_id, a.person_id, l.rank, l.name AS level_name, l.escalation_s, p.name,
                   coalesce(nullif(a.duty_phone, ''), p.duty_phone) AS phone, a.duty_hours
              FROM roads_chiefassignment a
              JOIN roads_chieflevel l ON l.id = a.level_id
              JOIN stations_person p ON p.id = a.person_id
             WHERE a.valid @> %(at)s::timestamptz"""
_STAND_INS = """LEFT JOIN LATERAL (
            SELECT v.id, v.deputy_id, p.name AS deputy_name, p.duty_phone AS deputy_phone
              FROM roads_chiefleave v LEFT JOIN stations_person p ON p.id = v.deputy_id
             WHERE v.person_id = a.person_id AND v.valid @> %(at)s::timestamptz
            OFFSET 0
           ) v ON true
      LEFT JOIN LATERAL (
            SELECT d.person_id, p.name, coalesce(nullif(d.duty_phone, ''), p.duty_phone) AS phone
              FROM roads_chiefdeputy d JOIN stations_person p ON p.id = d.person_id
             WHERE d.assignment_id = a.id AND d.valid @> %(at)s::timestamptz
               AND NOT EXISTS (SELECT 1 FROM roads_chiefleave x
                                WHERE x.person_id = d.person_id AND x.valid @> %(at)s::timestamptz)
             ORDER BY d."order" LIMIT 1
           ) d ON v.id IS NOT NULL"""
_CHAIN_SQL = f"""
    SELECT a.segment_id, {_CHAIN_COLUMNS}
      FROM ({_ASSIGNMENTS} AND a.segment_id = ANY(%(segments)s) OFFSET 0) a
      {_STAND_INS}
     ORDER BY a.segment_id, a.rank
"""  # noqa: S608  only the constants above


def _placed_sql(is_border: str, condition: str) -> str:
    """Segments in force with their chains, a row for each level, in one statement: intake asks it for every incident,
    and building two queries with the ORM takes ten times as long as answering them.
    """
    return f"""
    WITH found AS MATERIALIZED (
        SELECT s.id, s.uid, s.code, s.name, s.organisation_id, o.path, {is_border} AS is_border, s.from_m
          FROM roads_segment s JOIN stations_organisation o ON o.id = s.organisation_id
         WHERE s.valid @> %(at)s::timestamptz AND {condition}
    )
    SELECT f.id, f.uid::text, f.code, f.name, f.organisation_id, coalesce(f.path, ''), f.is_border, {_CHAIN_COLUMNS}
      FROM found f
      LEFT JOIN LATERAL ({_ASSIGNMENTS} AND a.segment_id = f.id OFFSET 0) a ON true
      {_STAND_INS}
     ORDER BY f.is_border, f.from_m, f.id, a.rank
"""  # noqa: S608  only constants of this module


_AT_METRE_SQL = _placed_sql(
    "NOT (s.from_m <= %(metre)s AND %(metre)s < s.to_m)",
    """s.axis_id = %(axis)s AND s.sides && int4range(%(low)s, %(high)s)
               AND s.from_m <= %(until_m)s AND s.to_m > %(after_m)s""",
)
_OF_AREA_SQL = _placed_sql(
    "false", "s.axis_id IS NULL AND ST_Contains(s.area, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), %(srid)s))"
)


def chains_at(segment_ids: Iterable[int], at: datetime) -> dict[int, tuple[ChiefInChain, ...]]:
    """The chain of chiefs of each segment at an instant, highest level first. A segment without chiefs is absent."""
    ids = sorted(set(segment_ids))
    chains: dict[int, list[ChiefInChain]] = defaultdict(list)
    if ids:
        with connection.cursor() as cursor:
            prepared(cursor, _CHAIN_SQL, {"segments": ids, "at": at})
            for row in cursor.fetchall():
                chains[row[0]].append(ChiefInChain(*row[1:]))
    return {segment_id: tuple(chain) for segment_id, chain in chains.items()}


def segments_at_metre(axis_id: int, metre: float, side: str, at: datetime) -> tuple[SegmentAtPlace, ...]:
    """Segments in force at a metre of an axis: the one that holds it first, then those whose border is within 50 m.

    With an unknown side the segments of both sides count. Ranges are half-open, so a border metre belongs to the
    segment that starts there.
    """
    low, high = {"down": (0, 1), "up": (1, 2)}.get(side, (0, 2))
    near = {"axis": axis_id, "metre": metre, "until_m": metre + BORDER_M, "after_m": metre - BORDER_M}
    return _placed(_AT_METRE_SQL, {**near, "low": low, "high": high, "at": at})


def segments_of_area(lon: float, lat: float, at: datetime) -> tuple[SegmentAtPlace, ...]:
    """Area segments (bundles of village roads) that contain a WGS-84 point."""
    return _placed(_OF_AREA_SQL, {"lon": lon, "lat": lat, "srid": STORE_SRID, "at": at})


def _placed(sql: str, values: dict[str, Any]) -> tuple[SegmentAtPlace, ...]:
    segments: dict[int, list[Any]] = {}
    chains: dict[int, list[ChiefInChain]] = defaultdict(list)
    with connection.cursor() as cursor:
        prepared(cursor, sql, values)
        for row in cursor.fetchall():
            segments.setdefault(row[0], [*row[:7]])
            if row[7] is not None:
                chains[row[0]].append(ChiefInChain(*row[7:]))
    return tuple(SegmentAtPlace(*[*row, tuple(chains[row[0]])]) for row in segments.values())


def segment_ids_of_chief(person_id: int, at: datetime) -> list[int]:
    """Segments for which a person answers at an instant: as chief, as deputy of one, or as stand-in during leave."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.segment_id FROM roads_chiefassignment a
             WHERE a.person_id = %(person)s AND a.valid @> %(at)s::timestamptz
            UNION
            SELECT a.segment_id FROM roads_chiefassignment a JOIN roads_chiefdeputy d ON d.assignment_id = a.id
             WHERE d.person_id = %(person)s AND d.valid @> %(at)s::timestamptz AND a.valid @> %(at)s::timestamptz
            UNION
            SELECT a.segment_id FROM roads_chiefassignment a JOIN roads_chiefleave v ON v.person_id = a.person_id
             WHERE v.deputy_id = %(person)s AND v.valid @> %(at)s::timestamptz AND a.valid @> %(at)s::timestamptz
            """,
            {"person": person_id, "at": at},
        )
        return [row[0] for row in cursor.fetchall()]


def segments_without_chief(at: datetime, paths: Iterable[str]) -> list[Segment]:
    """Segments in force without any chief at an instant, within organisation paths: the list that somebody must see."""
    scope = Q(pk__in=[])
    for path in paths:
        scope |= Q(organisation__path__startswith=path)
    answered = ChiefAssignment.objects.filter(segment=OuterRef("pk"), valid__contains=at)
    return list(
        Segment.objects.filter(scope, valid__contains=at)
        .filter(~Exists(answered))
        .select_related("organisation", "axis")
        .order_by("organisation__path", "code")
    )
