"""Map layer of this room: open incidents that the actor may see."""

from __future__ import annotations

from typing import Any

from core.geo.layer import Layer
from incidents.states import SETTLED
from stations.types import DataClass, Verb

_SQL = """
    SELECT i.geom, i.uid::text AS id, i.number, i.kind, i.title, i.state, i.grade, i.shortfall, i.exercise
      FROM incidents_incident i
     WHERE i.organisation_path LIKE ANY(%(paths)s) AND NOT i.state = ANY(%(settled)s)
"""


def _incidents(actor: Any, z: int) -> tuple[str, dict[str, Any]]:
    paths = [f"{path}%" for path in actor.scope_paths(Verb.VIEW, DataClass.INCIDENT)]
    return _SQL, {"paths": paths, "settled": sorted(SETTLED)}


LAYERS: tuple[Layer, ...] = (
    Layer(
        name="incidents",
        public=False,
        data_class=DataClass.INCIDENT.value,
        cache_s=0,
        rows_sql=_incidents,
        title="警情",
        properties=("id", "number", "kind", "title", "state", "grade", "shortfall", "exercise"),
    ),
)
