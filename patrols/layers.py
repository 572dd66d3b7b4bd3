"""Map layer of this room: units on duty that the actor may see, with the age of their position."""

from __future__ import annotations

from typing import Any

from core.geo.layer import Layer
from stations.types import DataClass, Verb

_SQL = """
    SELECT p.geom, u.uid::text AS id, u.call_sign, u.kind, u.agency, p.course_deg, p.speed_mps, p.is_mock, t.exercise,
           extract(epoch FROM core_now() - p.fixed_at)::int AS age_s
      FROM patrols_tourposition p
      JOIN patrols_tour t ON t.id = p.tour_id AND t.state = 'open'
      JOIN patrols_unit u ON u.id = t.unit_id
     WHERE t.organisation_path LIKE ANY(%(paths)s)
        OR EXISTS (SELECT 1 FROM patrols_tour_partners j JOIN stations_organisation o ON o.id = j.organisation_id
                    WHERE j.tour_id = t.id AND o.path LIKE ANY(%(paths)s))
"""


def _units(actor: Any, z: int) -> tuple[str, dict[str, Any]]:
    return _SQL, {"paths": [f"{path}%" for path in actor.scope_paths(Verb.VIEW, DataClass.POSITION)]}


LAYERS: tuple[Layer, ...] = (
    Layer(
        name="units",
        public=False,
        data_class=DataClass.POSITION.value,
        cache_s=0,
        rows_sql=_units,
        title="在岗单元",
        properties=("id", "call_sign", "kind", "agency", "course_deg", "speed_mps", "is_mock", "exercise", "age_s"),
    ),
)
