"""Passages that a search on the record found, as GeoJSON with names of cameras, places in words and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from recognition.selectors.pictures import pictures_of
from roads.selectors import places_named
from stations.selectors import cameras_visible_to
from stations.types import Actor, system_actor


def passage_features(actor: Actor, found: Sequence[dict[str, Any]], *, with_pictures: bool) -> list[dict[str, Any]]:
    """`found` as `passages_search` gave it to this actor. WGS-84; at an unknown place there is no geometry."""
    # Who sees the passage may know the name of its camera.
    cameras = cameras_visible_to(system_actor("passages")).filter(code__in={row["camera_code"] for row in found})
    names = dict(cameras.values_list("code", "name"))
    places = sorted({(row["lon"], row["lat"]) for row in found if row["lon"] is not None and row["lat"] is not None})
    words = dict(zip(places, places_named(places), strict=True))
    keys = [(row["device_id"], row["source_key"]) for row in found] if with_pictures else []
    pictures = pictures_of(actor, keys) if keys else {}
    return [_feature(row, names, words, pictures) for row in found]


def _feature(
    row: dict[str, Any],
    names: dict[str, str],
    words: dict[tuple[float, float], str],
    pictures: dict[tuple[int, str], list[dict[str, Any]]],
) -> dict[str, Any]:
    told = dict(row)
    lon, lat = told.pop("lon"), told.pop("lat")
    device, source_key = told.pop("device_id"), told.pop("source_key")
    placed = lon is not None and lat is not None
    told |= {
        "camera_name": names.get(told["camera_code"], told["camera_code"]),
        "place_text": words.get((lon, lat), "") if placed else "",
        "shown": pictures.get((device, source_key), []),
    }
    return {
        "type": "Feature",
        "id": f"{told.pop('day')}/{device}/{source_key}",
        "geometry": {"type": "Point", "coordinates": [lon, lat]} if placed else None,
        "properties": told,
    }
