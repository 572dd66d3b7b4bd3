"""The statements of intake, in plain SQL: every incident pays for them, and a flood pays hundreds of times a minute.

Django's ORM needs longer to build such a query than PostgreSQL to answer it. Which columns an incident has, how each
is encrypted or converted, is still said by the model alone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection, models

from core.db.prepared import prepared
from core.geo.srid import STORE_SRID
from core.jsontext import dumps
from incidents.models import Incident, IncidentKind, IncidentStep
from incidents.states import IncidentState

KEEP_KINDS_S = 2.0

_KNOWN_SQL = "SELECT id FROM incidents_incident WHERE client_scope = %s AND client_key = %s"

# The index cuts first, in degrees; the sphere decides.
_REPEATS_SQL = """
    SELECT count(*)
      FROM incidents_incident i, (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), %(srid)s) AS geom) place
     WHERE i.received_at >= %(since)s AND NOT i.exercise AND ST_DWithin(i.geom, place.geom, %(around_deg)s)
       AND ST_DistanceSphere(i.geom, place.geom) <= %(radius_m)s
"""

# The incident with the first rows of its history. A number is the local date and seven digits of a sequence, or more.
_TAKE_SQL = """
    WITH drawn AS (SELECT nextval('incidents_number_seq')::text AS digits),
    taken AS (
        INSERT INTO incidents_incident (number, {columns})
        VALUES ((SELECT %s || lpad(digits, greatest(7, length(digits)), '0') FROM drawn), {values})
        RETURNING id, number
    ), steps AS (
        INSERT INTO incidents_incidentstep (incident_id, at, kind, from_state, to_state, actor_id, on_behalf_of_id,
                                            by_radio, device, device_time, text, details)
        SELECT taken.id, %s, %s, step.from_state, step.to_state, step.actor_id, NULL, false, '', NULL, '', step.details
          FROM taken, (VALUES (1, '', %s, %s::bigint, '{{}}'::jsonb),
                              (2, %s, %s, NULL, %s::jsonb),
                              (3, %s, %s, NULL, '{{}}'::jsonb)) step (turn, from_state, to_state, actor_id, details)
         ORDER BY step.turn
    )
    SELECT id, number FROM taken
"""


def incident_of_key(client_scope: str, client_key: str) -> Incident | None:
    """The incident that came under this key before; nearly always there is none, and then no row is built."""
    with connection.cursor() as cursor:
        prepared(cursor, _KNOWN_SQL, [client_scope, client_key])
        row = cursor.fetchone()
    return None if row is None else Incident.objects.filter(pk=row[0]).first()


def repeats_around(lon: float, lat: float, *, since: datetime, radius_m: float, around_deg: float) -> int:
    """Incidents (exercises left out) received since then within `radius_m` of a WGS-84 point; `around_deg` is a
    distance in degrees that surely covers the radius.
    """
    place: dict[str, Any] = {"lon": lon, "lat": lat, "srid": STORE_SRID}
    with connection.cursor() as cursor:
        prepared(cursor, _REPEATS_SQL, {**place, "since": since, "radius_m": radius_m, "around_deg": around_deg})
        return int(cursor.fetchone()[0])


def incident_insert(incident: Incident, *, number_prefix: str, actor_id: int | None) -> None:
    """Store a new incident with its way received → graded → pending; sets its key and number.

    In the caller's transaction. Raises IntegrityError as `save` would.
    """
    sql, fields = _take_statement()
    graded = {"grade": incident.grade, "reasons": incident.grade_reasons, "table": incident.grade_table_version}
    received, given, pending = (IncidentState.RECEIVED, IncidentState.GRADED, IncidentState.PENDING)
    values: list[Any] = [number_prefix]
    values += [field.get_db_prep_save(field.pre_save(incident, True), connection) for field in fields]
    values += [incident.received_at, IncidentStep.Kind.TRANSITION.value]
    values += [received.value, actor_id]
    values += [received.value, given.value, dumps(graded)]
    values += [given.value, pending.value]
    with connection.cursor() as cursor:
        prepared(cursor, sql, values)
        incident.pk, incident.number = cursor.fetchone()
    incident._state.adding = False
    incident._state.db = connection.alias


@cache
def _take_statement() -> tuple[str, Sequence[models.Field[Any, Any]]]:
    """The statement, and the fields that it wants in order: all but key and number, which the database gives."""
    fields = [each for each in Incident._meta.local_concrete_fields if not each.primary_key and each.name != "number"]
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    return _TAKE_SQL.format(columns=columns, values=", ".join("%s" for _field in fields)), fields


@dataclass(slots=True)
class _Kinds:
    """The active kinds by code, as this process read them last."""

    lock: threading.Lock
    by_code: dict[str, IncidentKind]
    read_at: float = float("-inf")


_kinds = _Kinds(threading.Lock(), {})


def kinds_active() -> dict[str, IncidentKind]:
    """Active kinds by code in the order of the catalogue; kept for two seconds. Do not change what it returns."""
    with _kinds.lock:
        if _kinds.by_code and time.monotonic() - _kinds.read_at < KEEP_KINDS_S:
            return _kinds.by_code
    by_code = {kind.code: kind for kind in IncidentKind.objects.filter(is_active=True)}
    with _kinds.lock:
        _kinds.by_code, _kinds.read_at = by_code, time.monotonic()
    return by_code


def kinds_forget() -> None:
    """Read the kinds anew on the next use (tests, after a change of the catalogue here)."""
    with _kinds.lock:
        _kinds.read_at = float("-inf")
