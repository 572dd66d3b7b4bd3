"""Segments for lists and the public: who answers now, what is closed, what became of old ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from core import clock
from core.errors import NotFound
from roads.axes.chainage import format_chainage
from roads.models import ChiefAssignment, Closure, ReviewItem, RoadAxis, Segment, SegmentLineage
from roads.selectors.chainage import axis_chainage_text, axis_shapes
from roads.types import ChiefInChain
from stations.selectors import days_counted, opening_at, path_filter
from stations.types import Actor, DataClass, Verb

SIDE_NAMES = {(0, 1): "down", (1, 2): "up", (0, 2): "both"}
MAX_GENERATIONS = 20
GEOJSON_DECIMALS = 7
# About twenty metres: less cannot be seen on a map of a county.
SCREEN_DEG = 0.0002
_OUTLINES_SQL = """
    SELECT s.id, ST_AsGeoJSON(ST_SimplifyPreserveTopology(coalesce(s.geom, s.area), %(fine)s), 5)
      FROM roads_segment s WHERE s.id = ANY(%(segments)s)
"""


def side_name(sides: Any) -> str:
    """`down`, `up` or `both` of a range of sides; empty without one."""
    return "" if sides is None else SIDE_NAMES.get((sides.lower, sides.upper), "both")


def segments_visible_to(actor: Actor, at: datetime | None = None) -> QuerySet[Segment]:
    """Segments in force at an instant (now by default). Who answers for roads is published, so everybody sees all."""
    visible = path_filter(actor, Verb.VIEW, DataClass.SEGMENT, field="organisation__path")
    rows = Segment.objects.filter(visible, valid__contains=at or clock.now())
    return rows.select_related("organisation", "axis").order_by("organisation__path", "code")


def segment_by_uid(uid: Any) -> Segment:
    """A segment, in force or not. Raises NotFound."""
    segment = Segment.objects.select_related("organisation", "axis").filter(uid=uid).first()
    if segment is None:
        raise NotFound(_("没有这个路段"), field="segment", value=str(uid), cure=_("请检查编号或重新搜索"))
    return segment


def axis_by_uid(uid: Any, field: str = "axis") -> RoadAxis:
    """An axis. Raises NotFound."""
    axis = RoadAxis.objects.select_related("organisation").filter(uid=uid).first()
    if axis is None:
        raise NotFound(_("没有这条道路轴线"), field=field, value=str(uid))
    return axis


def heirs_of(segment: Segment) -> list[Segment]:
    """What a cut or joined segment became, through all generations: the segments in force now."""
    now, found, looked = clock.now(), [], {segment.pk}
    generation = [segment.pk]
    for _generation in range(MAX_GENERATIONS):
        links = SegmentLineage.objects.filter(parent_id__in=generation).select_related("child__organisation")
        # A joined segment is a child of several.
        children = list({link.child_id: link.child for link in links if link.child_id not in looked}.values())
        if not children:
            break
        looked.update(child.pk for child in children)
        found += [child for child in children if now in child.valid]
        generation = [child.pk for child in children if now not in child.valid]
    return sorted(found, key=lambda child: (child.from_m or 0.0, child.pk))


def public_chain(chain: Iterable[ChiefInChain]) -> list[dict[str, Any]]:
    """A chain as the public may see it: published levels, names and duty contacts with their hours. No ids, no personal
    number. `answers` marks the nearest level whose phone is answered now.
    """
    return public_chains({0: tuple(chain)})[0]


def public_chains(chains: Mapping[int, Sequence[ChiefInChain]]) -> dict[int, list[dict[str, Any]]]:
    """`public_chain` of many, by the same keys, with two queries at most."""
    members = [member.assignment_id for chain in chains.values() for member in chain]
    rows = ChiefAssignment.objects.filter(pk__in=members, level__is_public=True)
    published = set(rows.values_list("pk", flat=True)) if members else set()
    local = timezone.localtime(clock.now())
    days = days_counted(local.date()) if published else {}
    return {key: _published(chain, published, local, days) for key, chain in chains.items()}


def _on_duty(member: ChiefInChain, local: datetime, days: Mapping[date, int]) -> bool:
    """Whether the duty contact is answered at a local time; without hours it always is."""
    opening = opening_at({"text": member.duty_hours}, local, days) if member.duty_hours else None
    return opening is None or opening.is_open


def _published(
    members: Sequence[ChiefInChain], published: set[int], local: datetime, days: Mapping[date, int]
) -> list[dict[str, Any]]:
    shown = [
        {
            "level": member.level_rank,
            "level_name": member.level_name,
            "name": member.name,
            "duty_phone": member.duty_phone,
            "on_leave": member.acting_person_id is not None or bool(member.acting_name),
            "acting_name": member.acting_name,
            "acting_phone": member.acting_phone,
            "duty_hours": member.duty_hours,
            "on_duty": _on_duty(member, local, days),
            "answers": False,
        }
        for member in members
        if member.assignment_id in published
    ]
    # Whom to call first: the nearest level whose phone is answered now.
    for entry in reversed(shown):
        if entry["on_duty"] and (entry["acting_phone"] or entry["duty_phone"]):
            entry["answers"] = True
            break
    return shown


def closures_in_force(at: datetime | None = None) -> QuerySet[Closure]:
    """Closures in force at an instant (now by default), newest first. Closures are published."""
    moment = at or clock.now()
    not_ended = Q(ended_at__isnull=True) | Q(ended_at__gt=moment)
    return (
        Closure.objects.filter(not_ended, valid__contains=moment)
        .select_related("axis", "organisation")
        .order_by("-created_at", "-pk")
    )


def closures_of_segment(segment: Segment, at: datetime | None = None) -> list[Closure]:
    """Closures in force on the metres and sides of a segment."""
    if segment.axis_id is None:
        return []
    rows = closures_in_force(at).filter(
        axis_id=segment.axis_id, from_m__lt=segment.to_m, to_m__gt=segment.from_m, sides__overlap=segment.sides
    )
    return list(rows)


def chainage_of(axis_id: int | None, metre: float | None, side: str = "") -> str:
    """`G98 K12+300 下行`; empty without an axis."""
    return "" if axis_id is None or metre is None else axis_chainage_text(axis_id, metre, side)


def segment_ends(rows: Iterable[Segment]) -> dict[int, tuple[str, str]]:
    """Chainage of both ends of segments by primary key; all axes are looked at together."""
    rows = list(rows)
    shapes = axis_shapes({segment.axis_id for segment in rows if segment.axis_id is not None})
    found = {}
    for segment in rows:
        if segment.axis_id is None or segment.from_m is None or segment.to_m is None:
            found[segment.pk] = ("", "")
            continue
        shape = shapes[segment.axis_id]
        road, at = shape.code or shape.name, shape.calibration.chainage_at
        found[segment.pk] = (format_chainage(road, at(segment.from_m)), format_chainage(road, at(segment.to_m)))
    return found


def segments_without_geometry(rows: QuerySet[Segment]) -> QuerySet[Segment]:
    """The same segments without the geometry of theirs and their axes: lists need it as text, if at all."""
    return rows.defer("geom", "area", "axis__geom", "axis__geom_up", "axis__up_measures_m")


def segment_geometries(rows: Iterable[Segment]) -> dict[int, Any]:
    """The GeoJSON geometry (WGS-84, to a centimetre) of segments by primary key, written by the database."""
    shapes = (
        Segment.objects.filter(pk__in=[row.pk for row in rows])
        .annotate(
            line=AsGeoJSON("geom", precision=GEOJSON_DECIMALS), surface=AsGeoJSON("area", precision=GEOJSON_DECIMALS)
        )
        .values_list("pk", Coalesce("line", "surface"))
    )
    return {pk: None if shape is None else json.loads(shape) for pk, shape in shapes}


def segment_outlines(rows: Iterable[Segment]) -> dict[int, Any]:
    """For small maps: the lines of segments (of an area its outer rings) as lists of [lon, lat] (WGS-84), thinned to
    what a screen can show, by primary key. The database thins and writes them: hundreds at once cost a general chief's
    page more than all the rest.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OUTLINES_SQL, {"segments": [row.pk for row in rows], "fine": SCREEN_DEG})
        shapes = {pk: json.loads(text) for pk, text in cursor.fetchall() if text is not None}
    return {pk: _rings(shape["type"], shape["coordinates"]) for pk, shape in shapes.items()}


def _rings(kind: str, coordinates: list[Any]) -> list[Any]:
    if kind == "LineString":
        return [coordinates]
    if kind == "Polygon":
        return coordinates[:1]
    return [polygon[0] for polygon in coordinates] if kind == "MultiPolygon" else coordinates


def review_items_visible_to(actor: Actor) -> QuerySet[ReviewItem]:
    """Open and settled questions within the scope in which the actor may change segments."""
    visible = path_filter(actor, Verb.CHANGE, DataClass.SEGMENT, field="organisation__path")
    return ReviewItem.objects.filter(visible).select_related("organisation", "axis", "segment").order_by("-created_at")


def assignments_visible_to(actor: Actor) -> QuerySet[ChiefAssignment]:
    """Appointments of chiefs within the actor's scope, past and future ones included."""
    visible = path_filter(actor, Verb.VIEW, DataClass.CHIEF, field="organisation__path")
    rows = ChiefAssignment.objects.filter(visible)
    return rows.select_related("segment", "level", "person", "organisation").order_by("segment__code", "level__rank")
