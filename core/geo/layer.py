"""What a room says about one of its map layers; `maps` turns it into vector tiles and OGC collections (Django-free)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

# rows_sql(actor, z) -> (sql, params). The SELECT yields `geom` (EPSG:4326) and one column a property, plus `id` (text).
RowsSql = Callable[[Any, int], tuple[str, dict[str, Any]]]

# Beyond every zoom: the rows as they are stored, nothing merged or left out for drawing (features API, exports).
PLAIN_ROWS = 99


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of rows with geometry.

    `public` layers need no sign-in and give the same rows to everybody, so that one cached tile serves all. Others
    give the rows that `actor` may see, and nobody enters without VIEW (or VIEW_OWN) on `data_class`. `cache_s` is how
    long a tile may be kept: 0 for whatever people change, such as places and who answers for a road. The room filters
    by actor only; clipping to the tile, projecting and encoding are the business of `maps`, which wraps the SQL:
    `SELECT … FROM (sql) AS rows WHERE rows.geom && tile`.
    """

    name: str
    public: bool
    data_class: str | None
    cache_s: int
    rows_sql: RowsSql
    title: str = ""
    min_zoom: int = 0
    properties: tuple[str, ...] = field(default=())
