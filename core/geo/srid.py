"""Named spatial reference systems (Django-free). Nothing else in the house writes an EPSG number."""

from __future__ import annotations

import os

from core.errors import InvalidInput, Unavailable

STORE_SRID = 4326
"""Everything stored and everything given out: WGS-84, longitude first."""

WEB_SRID = 3857
"""Web tiles only."""

METRIC_SRID_VARIABLE = "LUZHANG_METRIC_SRID"

_configured: dict[str, int] = {}


def utm_srid(lon: float, lat: float) -> int:
    """EPSG code of the WGS-84 UTM zone of a place (without the exceptions of Norway and Svalbard)."""
    if not (-180.0 <= lon <= 180.0 and -80.0 <= lat <= 84.0):
        raise InvalidInput("UTM is defined between 80° S and 84° N only", field="lon,lat", value=(lon, lat))
    zone = min(int((lon + 180.0) // 6.0) + 1, 60)
    return (32600 if lat >= 0 else 32700) + zone


def metric_srid_configure(srid: int) -> None:
    """Set the metric system of this process: who loads the network calls it with the UTM zone of that network."""
    _configured["srid"] = int(srid)


def metric_srid() -> int:
    """The system in which lengths may be measured in plane metres.

    LUZHANG_METRIC_SRID when set, else what `metric_srid_configure` was given. Raises Unavailable when neither is known.
    """
    text = os.environ.get(METRIC_SRID_VARIABLE, "").strip()
    if text:
        if not text.isdigit():
            raise InvalidInput(
                f"{METRIC_SRID_VARIABLE} is not an EPSG number",
                field=METRIC_SRID_VARIABLE,
                value=text,
                cure="give the number only, such as 32649",
            )
        return int(text)
    if "srid" in _configured:
        return _configured["srid"]
    raise Unavailable(
        "no metric reference system is known yet",
        field=METRIC_SRID_VARIABLE,
        cure=f"load a road network, or set {METRIC_SRID_VARIABLE}",
    )
