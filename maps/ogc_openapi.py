"""The OpenAPI 3.0 description of `/ogc/`, as the standard asks for it. Plain data."""

from __future__ import annotations

from typing import Any

_GEOJSON = {"application/geo+json": {"schema": {"type": "object"}}}
_JSON = {"application/json": {"schema": {"type": "object"}}}


def _parameter(name: str, place: str, schema: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    extra = {"style": "form", "explode": False} if place == "query" else {}
    return {"name": name, "in": place, "required": required, "schema": schema, **extra}


def _get(name: str, content: dict[str, Any], parameters: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    answers = {"200": {"description": "OK", "content": content}, "default": {"description": "error", "content": _JSON}}
    return {"get": {"operationId": name, "parameters": parameters or [], "responses": answers}}


def document(base: str, names: tuple[str, ...]) -> dict[str, Any]:
    """The description; `base` is the absolute address of `/ogc`, `names` the collections."""
    which = _parameter("collectionId", "path", {"type": "string", "enum": list(names)}, required=True)
    numbers = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
    query = [
        _parameter("bbox", "query", numbers),
        _parameter("datetime", "query", {"type": "string"}),
        _parameter("limit", "query", {"type": "integer", "minimum": 1, "maximum": 10000, "default": 100}),
        _parameter("offset", "query", {"type": "integer", "minimum": 0, "default": 0}),
    ]
    feature = _parameter("featureId", "path", {"type": "string"}, required=True)
    return {
        "openapi": "3.0.3",
        "info": {"title": "Luzhang OGC API - Features", "version": "1.0.0"},
        "servers": [{"url": base}],
        "paths": {
            "/": _get("getLandingPage", _JSON),
            "/conformance": _get("getConformance", _JSON),
            "/collections": _get("getCollections", _JSON),
            "/collections/{collectionId}": _get("describeCollection", _JSON, [which]),
            "/collections/{collectionId}/items": _get("getFeatures", _GEOJSON, [which, *query]),
            "/collections/{collectionId}/items/{featureId}": _get("getFeature", _GEOJSON, [which, feature]),
        },
    }
