"""New axes as rows: COPY, because a county has a hundred thousand of them."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from django.db import connection, transaction

from core import clock
from core.db.spelling import spelling
from core.geo.srid import STORE_SRID
from roads.axes.derive import AxisDraft
from roads.axes.locate import AxisLine
from roads.axes.posts import posts_on_line
from roads.models import CalibrationPost, NetworkBuild, RoadAxis, RoadAxisVersion

AXIS_COLUMNS = (
    "id", "uid", "organisation_id", "code", "name", "spelling", "part", "road_class", "version", "length_m", "geom",
    "geom_up", "up_measures_m", "generated", "is_active", "created_at",
)  # fmt: skip
VERSION_COLUMNS = ("axis_id", "version", "valid", "length_m", "geom", "geom_up", "up_measures_m", "source")
POST_COLUMNS = ("axis_id", "order", "distance_m", "chainage_m")

# Of a road: longitudes, latitudes, chainages of its posts.
RoadPosts = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]


def axes_copy(
    *,
    organisation: Any,
    build: NetworkBuild,
    drafts: Sequence[AxisDraft],
    posts_of: Mapping[tuple[str, str], RoadPosts],
) -> list[int]:
    """Store new axes with their first version and their calibration in one transaction; primary keys by draft."""
    geoms = _hex_lines([(draft.line_lon, draft.line_lat) for draft in drafts])
    opposites = _opposites(drafts)
    now = clock.now().isoformat()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [RoadAxis._meta.db_table, len(drafts)],
        )
        keys = [int(row[0]) for row in cursor.fetchall()]
        axes: list[tuple[Any, ...]] = []
        versions: list[tuple[Any, ...]] = []
        posts: list[tuple[Any, ...]] = []
        for key, draft, geom, (geom_up, measures) in zip(keys, drafts, geoms, opposites, strict=True):
            line = (draft.length_m, geom, geom_up, measures)
            identity = (draft.code, draft.name, spelling(draft.name), draft.part, int(draft.road_class))
            axes.append((key, uuid.uuid4(), organisation.pk, *identity, 1, *line, build.generated, True, now))
            versions.append((key, 1, f"[{now},)", *line, build.version))
            calibration = _calibration(draft, posts_of.get((draft.code, draft.name)))
            posts.extend((key, order, metre, chainage) for order, (metre, chainage) in enumerate(calibration))
        _copy(cursor, RoadAxis, AXIS_COLUMNS, axes)
        _copy(cursor, RoadAxisVersion, VERSION_COLUMNS, versions)
        _copy(cursor, CalibrationPost, POST_COLUMNS, posts)
    return keys


def _calibration(draft: AxisDraft, posts: RoadPosts | None) -> list[tuple[float, float]]:
    """(metre of the axis, chainage) of the imported posts where they fit, else as derived."""
    placed = posts_on_line(AxisLine(draft.line_lon, draft.line_lat), *posts) if posts is not None else []
    return placed or [(post.distance_m, post.chainage_m) for post in draft.calibration.posts]


def _hex_lines(lines: Sequence[tuple[Any, Any]]) -> list[str]:
    """EWKB in hexadecimal of lines given by longitudes and latitudes."""
    if not lines:
        return []
    owner = np.repeat(np.arange(len(lines)), [lon.size for lon, _lat in lines])
    lon, lat = (np.concatenate([line[k] for line in lines]) for k in (0, 1))
    made = shapely.set_srid(shapely.linestrings(np.c_[lon, lat], indices=owner), STORE_SRID)
    return list(shapely.to_wkb(made, hex=True, include_srid=True))


def _opposites(drafts: Sequence[AxisDraft]) -> list[tuple[str | None, str | None]]:
    """By draft: the opposite carriageway and the metres at its vertices, or twice None."""
    found: list[tuple[str | None, str | None]] = [(None, None)] * len(drafts)
    dual = [number for number, draft in enumerate(drafts) if draft.opposite_lon is not None]
    lines = _hex_lines([(drafts[number].opposite_lon, drafts[number].opposite_lat) for number in dual])
    for number, line in zip(dual, lines, strict=True):
        measures = drafts[number].opposite_m
        assert measures is not None
        found[number] = line, "{" + ",".join(map(repr, measures.tolist())) + "}"
    return found


def _copy(cursor: Any, model: Any, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY rows into the table of a model."""
    quote = connection.ops.quote_name
    text = io.StringIO("".join("\t".join(map(_text, row)) + "\n" for row in rows))
    cursor.copy_expert(
        f"COPY {quote(model._meta.db_table)} ({', '.join(map(quote, columns))}) FROM STDIN",
        text,
    )


def _text(value: Any) -> str:
    """A value in COPY's text format."""
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, float):
        return repr(value)
    return str(value).replace("\\", "\\\\").replace("\t", " ").replace("\n", " ").replace("\r", " ")
