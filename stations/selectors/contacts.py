"""Whom the public may call: published contacts of organisations and stations. No person is in here (invariant 11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from core.geo.srid import STORE_SRID
from stations.models import Organisation, Station
from stations.selectors.tree import ancestor_paths

# Where somebody is at the counter; posts and persuasion stations are no address for a complaint.
_COUNTERS = (Station.Kind.SERVICE.value, Station.Kind.POLICE_STATION.value)
_REACH_DEG = 0.5


@dataclass(frozen=True, slots=True)
class Contacts:
    """Of an organisation, each from the nearest at or above it that has one."""

    duty_phone: str = ""
    supervision_phone: str = ""


@dataclass(frozen=True, slots=True)
class StationContact:
    """A published station as a board or page names it."""

    uid: str
    name: str
    duty_phone: str
    hours: str
    address: str


_STATIONS_SQL = """
    SELECT p.n, s.uid::text, s.name, s.duty_phone, coalesce(s.opening_hours->>'text', ''), s.address
      FROM unnest(%(numbers)s::int[], %(lons)s::float8[], %(lats)s::float8[], %(paths)s::text[])
               AS p(n, lon, lat, path),
           LATERAL (
            SELECT t.uid, t.name, t.duty_phone, t.opening_hours, t.address
              FROM stations_station t JOIN stations_organisation o ON o.id = t.organisation_id
             WHERE t.is_public AND t.is_active AND t.kind = ANY(%(kinds)s)
               AND ST_DWithin(t.geom, ST_SetSRID(ST_MakePoint(p.lon, p.lat), %(srid)s), %(reach)s)
             ORDER BY o.path = p.path DESC, t.geom <-> ST_SetSRID(ST_MakePoint(p.lon, p.lat), %(srid)s), t.id
             LIMIT 1) s
"""


def contacts_of(paths: Iterable[str]) -> dict[str, Contacts]:
    """Published contacts by organisation path."""
    wanted = set(paths)
    above = {path: ancestor_paths(path) for path in wanted}
    known = {
        row[0]: (row[1], row[2])
        for row in Organisation.objects.filter(
            path__in={each for chain in above.values() for each in chain}
        ).values_list("path", "duty_phone", "supervision_phone")
    }
    found = {}
    for path, chain in above.items():
        nearest_first = [known[each] for each in reversed(chain) if each in known]
        duty, supervision = (next((row[at] for row in nearest_first if row[at]), "") for at in (0, 1))
        found[path] = Contacts(duty, supervision)
    return found


def stations_answering(places: Mapping[int, tuple[float, float, str]]) -> dict[int, StationContact]:
    """The published counter that answers for each place, by the same keys: `(lon, lat, organisation path)` in WGS-84
    degrees. A station of that very organisation, else the nearest; a place without one within half a degree is absent.
    """
    if not places:
        return {}
    keys = list(places)
    values: dict[str, Any] = {
        "numbers": list(range(len(keys))),
        "lons": [places[key][0] for key in keys],
        "lats": [places[key][1] for key in keys],
        "paths": [places[key][2] for key in keys],
        "kinds": list(_COUNTERS),
        "srid": STORE_SRID,
        "reach": _REACH_DEG,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STATIONS_SQL, values)
        return {keys[row[0]]: StationContact(*row[1:]) for row in cursor.fetchall()}
