"""Named spatial reference systems (Django-free). Nothing else in the house writes an EPSG number."""

from __future__ import annotations

import os

from core.errors import InvalidInput, Unavailable
from core.messages import gettext_noop as _

STORE_SRID = 4326
"""Everything stored and everything given out: WGS-84, longitude first."""

WEB_SRID = 3857
"""Web tiles only."""

METRIC_SRID_VARIABLE = "LUZHANG_METRIC_SRID"

_configured: dict[str, int] = {}


def utm_srid(lon: float, lat: float) -> int:
    """EPSG code of the WGS-84 UTM zone of a place (without the exceptions of Norway and Svalbard)."""
    if not (-180.0 <= lon <= 180.0 and -80.0 <= lat <= 84.0):
        raise InvalidInput(
            _("UTM 只适用于南纬 80° 至北纬 84°"),
            field="lon,lat",
            value=(lon, lat),
            cure=_("请用 LUZHANG_METRIC_SRID 指定米制坐标系"),
        )
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
                _("%(metric_srid_variable)s 不是 EPSG 编号", metric_srid_variable=METRIC_SRID_VARIABLE),
                field=METRIC_SRID_VARIABLE,
                value=text,
                cure=_("只填数字，如 32649"),
            )
        return int(text)
    if "srid" in _configured:
        return _configured["srid"]
    raise Unavailable(
        _("还没有确定米制坐标系"),
        field=METRIC_SRID_VARIABLE,
        cure=_("导入路网，或设置 %(metric_srid_variable)s", metric_srid_variable=METRIC_SRID_VARIABLE),
    )
