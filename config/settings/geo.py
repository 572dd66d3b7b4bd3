"""GeoDjango's libraries and the maps of forms."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

from config.settings.values import ENVIRONMENT

__all__ = ["LEAFLET_CONFIG", "LUZHANG_BASEMAP", "LUZHANG_METRIC_SRID"]

LUZHANG_METRIC_SRID = ENVIRONMENT.metric_srid
# A raster map beneath ours, where the deployment has one; its tiles' datum is moved back to WGS-84 in the browser.
LUZHANG_BASEMAP = (
    {
        "url": ENVIRONMENT.basemap_url,
        "datum": ENVIRONMENT.basemap_datum,
        "attribution": ENVIRONMENT.basemap_attribution,
        "max_zoom": ENVIRONMENT.basemap_max_zoom,
    }
    if ENVIRONMENT.basemap_url
    else None
)

# No tile server from outside: the base layer is our own.
LEAFLET_CONFIG = {"TILES": [], "RESET_VIEW": False, "ATTRIBUTION_PREFIX": ""}

_LIBRARY_FOLDERS = ("/usr/lib", "/usr/local/lib", "/lib")


def _system_has(pattern: str) -> bool:
    """Is such a shared library in the usual places? Cheaper than find_library, which starts a compiler or ldconfig."""
    return any(
        next(Path(folder).glob(found), None)
        for folder in _LIBRARY_FOLDERS
        if Path(folder).is_dir()
        for found in (pattern, f"*/{pattern}")
    )


def _wheel_library(package: str, folder: str, pattern: str) -> str | None:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    found = sorted((Path(spec.origin).parent.parent / folder).glob(pattern))
    return str(found[0]) if found else None


if not _system_has("libgdal.so*") or not _system_has("libgeos_c.so*"):
    # Loading the two packages first brings in what their libraries link to.
    import pyogrio
    import shapely  # noqa: F401

    _gdal = _wheel_library("pyogrio", "pyogrio.libs", "libgdal-*.so*")
    _geos = _wheel_library("shapely", "shapely.libs", "libgeos_c-*.so*")
    if _gdal is not None and _geos is not None:
        GDAL_LIBRARY_PATH, GEOS_LIBRARY_PATH = _gdal, _geos
        __all__ += ["GDAL_LIBRARY_PATH", "GEOS_LIBRARY_PATH"]
        os.environ.setdefault("PROJ_DATA", str(Path(pyogrio.__file__).parent / "proj_data"))
