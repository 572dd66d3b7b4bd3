"""Map layers of this room: stations (public) and checkpoints (signed in)."""

from __future__ import annotations

from typing import Any

from core.geo.layer import Layer
from stations.types import Actor, DataClass, Verb

_STATIONS_SQL = """
    SELECT s.geom, s.uid::text AS id, s.kind, s.code, s.name, s.address, s.duty_phone, s.generated
      FROM stations_station s
     WHERE s.is_public AND s.is_active
"""

_CHECKPOINTS_SQL = """
    SELECT c.geom, c.uid::text AS id, c.code, c.name, c.heading_deg, c.ring, c.state, c.generated
      FROM stations_checkpoint c
      JOIN stations_organisation o ON o.id = c.organisation_id
     WHERE o.path LIKE ANY(%(paths)s)
"""


def _stations(actor: Any, z: int) -> tuple[str, dict[str, Any]]:
    return _STATIONS_SQL, {}


def scope_patterns(actor: Actor, data_class: DataClass) -> list[str]:
    """LIKE patterns of the organisation paths this actor may see; an empty list matches nothing."""
    return [f"{path}%" for path in actor.scope_paths(Verb.VIEW, data_class)]


def _checkpoints(actor: Actor, z: int) -> tuple[str, dict[str, Any]]:
    return _CHECKPOINTS_SQL, {"paths": scope_patterns(actor, DataClass.CHECKPOINT)}


LAYERS: tuple[Layer, ...] = (
    Layer(
        name="stations",
        public=True,
        data_class=DataClass.STATION.value,
        cache_s=0,
        rows_sql=_stations,
        title="站点",
        properties=("id", "kind", "code", "name", "address", "duty_phone", "generated"),
    ),
    Layer(
        name="checkpoints",
        public=False,
        data_class=DataClass.CHECKPOINT.value,
        cache_s=0,
        rows_sql=_checkpoints,
        title="卡口",
        min_zoom=8,
        properties=("id", "code", "name", "heading_deg", "ring", "state", "generated"),
    ),
)
