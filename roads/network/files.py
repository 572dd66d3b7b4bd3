"""A graph as a versioned directory of .npy files with a manifest of SHA-256 sums; loaded as read-only memory maps."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .graph import ARRAY_FIELDS, RoadGraph
from .source import Float64, Int32

FORMAT = 1
# How the name of a folder begins that is being written.
INCOMPLETE = ".building-"
MANIFEST = "manifest.json"
STRINGS = "strings.json"
AXIS_FIELDS = ("edge_axis", "edge_axis_from_m", "edge_axis_to_m")


class GraphFileError(Exception):
    """A graph directory is missing, of another format, or does not match its checksums."""


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_array(directory: Path, name: str, array: np.ndarray[Any, Any]) -> dict[str, Any]:
    path = directory / f"{name}.npy"
    np.save(path, np.ascontiguousarray(array), allow_pickle=False)
    return {"sha256": _digest(path), "dtype": str(array.dtype), "shape": list(array.shape)}


def _write_manifest(directory: Path, manifest: dict[str, Any]) -> None:
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    part = directory / (MANIFEST + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(directory / MANIFEST)


def write_graph(graph: RoadGraph, parent: Path) -> Path:
    """Write `graph` to `parent/<version>` and return that path. The version is a hash of the content (axes left out),
    so that the same network built twice is the same directory. Written aside and moved in place when complete."""
    parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=INCOMPLETE, dir=parent))
    try:
        arrays = {name: _write_array(work, name, getattr(graph, name)) for name in ARRAY_FIELDS}
        (work / STRINGS).write_text(json.dumps(graph.strings, ensure_ascii=False), encoding="utf-8")
        key = hashlib.sha256(f"{FORMAT}".encode())
        for name in sorted(arrays):
            if name not in AXIS_FIELDS:
                key.update(f"{name}:{arrays[name]['sha256']}".encode())
        strings = _digest(work / STRINGS)
        key.update(strings.encode())
        version = key.hexdigest()[:16]
        _write_manifest(
            work,
            {
                "format": FORMAT,
                "version": version,
                "name": graph.name,
                "attribution": graph.attribution,
                "generated": graph.generated,
                "counts": graph.counts,
                "skipped": graph.skipped,
                "strings_sha256": strings,
                "arrays": arrays,
            },
        )
        work.chmod(0o755)
        target = parent / version
        if target.exists():
            shutil.rmtree(work)
        else:
            work.rename(target)
        return target
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise


def read_manifest(directory: Path) -> dict[str, Any]:
    """The manifest of a graph directory. Raises GraphFileError when absent, unreadable or of another format."""
    path = directory / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise GraphFileError(
            f"no network graph in {directory}: {MANIFEST} is missing; build it with build_network"
        ) from error
    except ValueError as error:
        raise GraphFileError(f"{path} is not readable: {error}; build the network again") from error
    if manifest.get("format") != FORMAT:
        raise GraphFileError(
            f"{directory} has graph format {manifest.get('format')}, this program reads {FORMAT}; build again"
        )
    return manifest


def _check(path: Path, expected: str) -> None:
    if _digest(path) != expected:
        raise GraphFileError(f"{path} does not match its checksum; build the network again")


def load_graph(directory: Path, *, verify: bool = True) -> RoadGraph:
    """Open a graph directory as read-only memory maps. Raises GraphFileError on a wrong format, shape, type or (with
    `verify`) checksum. Processes that open a directory another process has verified may pass verify=False."""
    manifest = read_manifest(directory)
    values: dict[str, Any] = {}
    for name in ARRAY_FIELDS:
        path, entry = directory / f"{name}.npy", manifest["arrays"].get(name)
        if entry is None or not path.exists():
            raise GraphFileError(f"{path} is missing; build the network again")
        if verify:
            _check(path, entry["sha256"])
        try:
            array = np.load(path, mmap_mode="r", allow_pickle=False)
        except ValueError as error:
            raise GraphFileError(f"{path} is not readable: {error}; build the network again") from error
        if str(array.dtype) != entry["dtype"] or list(array.shape) != entry["shape"]:
            raise GraphFileError(f"{path} does not have the shape of its manifest; build the network again")
        values[name] = array.view(np.ndarray)
    if verify:
        _check(directory / STRINGS, manifest["strings_sha256"])
    strings = tuple(json.loads((directory / STRINGS).read_text(encoding="utf-8")))
    return RoadGraph(
        name=manifest["name"],
        attribution=manifest["attribution"],
        generated=manifest["generated"],
        strings=strings,
        version=manifest["version"],
        counts=manifest["counts"],
        skipped=manifest["skipped"],
        **values,
    )


def write_axes(directory: Path, axis: Int32, axis_from_m: Float64, axis_to_m: Float64) -> None:
    """Set the place of each edge on a road axis: axis number (-1 none) and metres at the edge's first and last point
    (falling where the edge runs against the axis). The version stays; processes see it when they open the network
    again."""
    manifest = read_manifest(directory)
    edges = manifest["arrays"]["edge_axis"]["shape"][0]
    values: tuple[np.ndarray[Any, Any], ...] = (axis, axis_from_m, axis_to_m)
    for name, array, kind in zip(AXIS_FIELDS, values, (np.int32, np.float64, np.float64), strict=True):
        if array.shape != (edges,):
            raise ValueError(f"{name} has shape {array.shape}, the network has {edges} edges")
        part = directory / f"{name}.part.npy"
        np.save(part, np.ascontiguousarray(array, dtype=kind), allow_pickle=False)
        part.replace(directory / f"{name}.npy")
        manifest["arrays"][name] = {
            "sha256": _digest(directory / f"{name}.npy"),
            "dtype": str(np.dtype(kind)),
            "shape": [edges],
        }
    _write_manifest(directory, manifest)


def with_version(graph: RoadGraph, version: str) -> RoadGraph:
    """The same graph under a version name (in-memory use, tests)."""
    return replace(graph, version=version)
