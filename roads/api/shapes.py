"""Rows of this room as JSON."""

from __future__ import annotations

from typing import Any

from roads.api.base import feature
from roads.models import ChiefAssignment, Closure, NetworkBuild, ReviewItem, RoadAxis, Segment
from roads.selectors import chainage_of, public_chain, public_chains, segment_ends, segment_geometries, side_name
from roads.types import ChiefInChain, PlaceOnRoad


def span(valid: Any) -> dict[str, str | None]:
    """A range of time as two moments."""
    return {
        "starts_at": valid.lower.isoformat() if valid.lower else None,
        "ends_at": valid.upper.isoformat() if valid.upper else None,
    }


def segment_summary(segment: Segment, ends: tuple[str, str] | None = None) -> dict[str, Any]:
    """A segment's own fields; all published. `ends`: its chainages, where they are known already."""
    axis = segment.axis
    ends = ends or segment_ends([segment])[segment.pk]
    return {
        "uid": str(segment.uid),
        "code": segment.code,
        "name": segment.name,
        "organisation": segment.organisation.name,
        "axis": str(axis.uid) if axis else None,
        "road": str(axis) if axis else "",
        "from_m": segment.from_m,
        "to_m": segment.to_m,
        "side": side_name(segment.sides),
        "from_chainage": ends[0],
        "to_chainage": ends[1],
        "road_class": segment.road_class,
        "patrol_every_days": segment.patrol_every_days,
        "generated": segment.generated,
        **span(segment.valid),
    }


def segment_features(rows: list[Segment], chains: dict[int, tuple[ChiefInChain, ...]]) -> list[dict[str, Any]]:
    """Segments of a list; `chief` is the lowest published level that has one."""
    found = []
    ends, published, shapes = segment_ends(rows), public_chains(chains), segment_geometries(rows)
    for segment in rows:
        chain = published.get(segment.pk, [])
        properties = {**segment_summary(segment, ends[segment.pk]), "chief": chain[-1] if chain else None}
        found.append(
            {"type": "Feature", "id": str(segment.uid), "geometry": shapes[segment.pk], "properties": properties}
        )
    return found


def axis_feature(axis: RoadAxis, *, whole: bool) -> dict[str, Any]:
    """A road axis; `whole` with its other carriageway and its posts."""
    properties: dict[str, Any] = {
        "code": axis.code,
        "name": axis.name,
        "part": axis.part,
        "road_class": axis.road_class,
        "length_m": round(axis.length_m, 3),
        "version": axis.version,
        "divided": axis.geom_up is not None,
        "generated": axis.generated,
    }
    if whole:
        properties["posts"] = [
            {"distance_m": post.distance_m, "chainage_m": post.chainage_m} for post in axis.posts.order_by("order")
        ]
        up = axis.geom_up
        properties["geom_up"] = None if up is None else feature("", up, {})["geometry"]
    return feature(axis.uid, axis.geom, properties)


def closure_feature(closure: Closure) -> dict[str, Any]:
    """A closure; all published."""
    return feature(
        closure.uid,
        closure.geom,
        {
            "kind": closure.kind,
            "kind_name": closure.get_kind_display(),
            "reason": closure.reason,
            "organisation": closure.organisation.name,
            "road": str(closure.axis) if closure.axis else "",
            "from_m": closure.from_m,
            "to_m": closure.to_m,
            "from_chainage": chainage_of(closure.axis_id, closure.from_m),
            "to_chainage": chainage_of(closure.axis_id, closure.to_m),
            "side": side_name(closure.sides),
            "edge_nos": list(closure.edge_nos),
            "who_may_pass": list(closure.who_may_pass),
            "ended_at": closure.ended_at.isoformat() if closure.ended_at else None,
            **span(closure.valid),
        },
    )


def place_json(place: PlaceOnRoad) -> dict[str, Any]:
    """Whose road a place is on: the segment it lies in first, then those whose border is within 50 m."""
    return {
        "lon": round(place.lon, 7),
        "lat": round(place.lat, 7),
        "road": place.road_name,
        "road_distance_m": None if place.road_distance_m is None else round(place.road_distance_m, 1),
        "axis": {"code": place.axis_code, "name": place.axis_name} if place.axis_id is not None else None,
        "axis_m": None if place.axis_m is None else round(place.axis_m, 1),
        "side": place.side,
        "chainage": place.chainage_text,
        "segments": [
            {
                "uid": segment.segment_uid,
                "code": segment.code,
                "name": segment.name,
                "is_border": segment.is_border,
                "chain": public_chain(segment.chain),
            }
            for segment in place.segments
        ],
        "flags": list(place.flags),
    }


def network_json(build: NetworkBuild, *, report: bool) -> dict[str, Any]:
    """A build of the network; its import report is for who keeps it."""
    found: dict[str, Any] = {
        "version": build.version,
        "name": build.name,
        "state": build.state,
        "is_current": build.is_current,
        "attribution": build.attribution,
        "generated": build.generated,
        "junctions": build.junction_count,
        "directed_edges": build.arc_count,
        "length_km": round(build.length_km, 3),
        "bounds": list(build.bounds.extent) if build.bounds else None,
        "built_at": build.built_at.isoformat() if build.built_at else None,
    }
    if report:
        found |= {"source": build.source, "report": build.report, "metric_srid": build.metric_srid}
    return found


def assignment_json(row: ChiefAssignment) -> dict[str, Any]:
    """An appointment, for people on duty."""
    return {
        "uid": str(row.uid),
        "segment": str(row.segment.uid),
        "segment_code": row.segment.code,
        "segment_name": row.segment.name,
        "level": row.level.rank,
        "level_name": row.level.name,
        "person": str(row.person.uid),
        "name": row.person.name,
        "duty_phone": row.duty_phone or row.person.duty_phone,
        "duty_hours": row.duty_hours,
        "duties": row.duties,
        **span(row.valid),
    }


def review_json(item: ReviewItem) -> dict[str, Any]:
    """A question for a person."""
    return {
        "id": item.pk,
        "kind": item.kind,
        "kind_name": item.get_kind_display(),
        "text": item.text,
        "organisation": item.organisation.name,
        "axis": str(item.axis.uid) if item.axis else None,
        "segment": str(item.segment.uid) if item.segment else None,
        "details": item.details,
        "created_at": item.created_at.isoformat(),
        "settled_at": item.settled_at.isoformat() if item.settled_at else None,
    }
