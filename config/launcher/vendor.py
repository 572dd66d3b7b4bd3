"""Copies browser libraries out of node_modules into a static folder that is not committed."""

from __future__ import annotations

import json
import shutil

from config.launcher.places import LaunchError, Places

TARGET = "maps/static/vendor"
# (package, what is taken from it, folder under the target)
LIBRARIES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (
        "maplibre-gl",
        (
            "dist/maplibre-gl.mjs",
            "dist/maplibre-gl-shared.mjs",
            "dist/maplibre-gl-worker.mjs",
            "dist/maplibre-gl.css",
            "LICENSE.txt",
        ),
        "maplibre-gl",
    ),
    ("@maplibre/maplibre-gl-leaflet", ("leaflet-maplibre-gl.js", "LICENSE"), "maplibre-gl-leaflet"),
    (
        "leaflet.markercluster",
        (
            "dist/leaflet.markercluster.js",
            "dist/MarkerCluster.css",
            "dist/MarkerCluster.Default.css",
            "MIT-LICENCE.txt",
        ),
        "leaflet.markercluster",
    ),
    ("protomaps-leaflet", ("dist/protomaps-leaflet.js", "LICENSE"), "protomaps-leaflet"),
    ("leaflet", ("dist/leaflet.js", "dist/leaflet.css", "dist/images", "LICENSE"), "leaflet"),
)


def copy(where: Places) -> int:
    """Make the folder anew. Returns the number of files. Raises LaunchError when a file is not in its package."""
    target = where.root / TARGET
    fresh = target.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for package, files, folder in LIBRARIES:
        home = where.root / "node_modules" / package
        (fresh / folder).mkdir(parents=True)
        for name in files:
            source = home / name
            if not source.exists():
                raise LaunchError(f"{package} has no {name}: ./run setup installs it, or its list in vendor.py is old.")
            if source.is_dir():
                shutil.copytree(source, fresh / folder / source.name)
            else:
                shutil.copy2(source, fresh / folder / source.name)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    return sum(1 for path in target.rglob("*") if path.is_file())


def strip_hosts(where: Places) -> None:
    """Take what names hosts (donations, origins) out of package-lock.json: `npm ci` needs none of it."""
    path = where.root / "package-lock.json"
    lock = json.loads(path.read_text(encoding="utf-8"))
    for package in lock["packages"].values():
        for name in ("funding", "resolved"):
            package.pop(name, None)
    path.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
