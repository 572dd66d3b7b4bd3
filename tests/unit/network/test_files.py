"""Graph files: what is written is read, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from roads.network.build import build_graph
from roads.network.files import GraphFileError, load_graph, write_axes, write_graph
from roads.network.graph import ARRAY_FIELDS
from roads.network.loader import open_network
from tests.unit.network.sources import Way, make_source, random_source


def test_round_trip_is_memory_mapped_and_named_by_content(tmp_path: Path) -> None:
    graph = build_graph(random_source(1))
    place = write_graph(graph, tmp_path)
    assert write_graph(build_graph(random_source(1)), tmp_path) == place
    assert write_graph(build_graph(random_source(2)), tmp_path) != place
    loaded = load_graph(place)
    assert loaded.version == place.name and loaded.counts == graph.counts and loaded.strings == graph.strings
    for name in ARRAY_FIELDS:
        assert np.array_equal(getattr(loaded, name), getattr(graph, name)), name
    with pytest.raises(ValueError, match="read-only"):
        loaded.base_ms[0, 0] = 1
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".building")]


def test_changed_missing_or_foreign_files_are_refused(tmp_path: Path) -> None:
    place = write_graph(build_graph(random_source(1)), tmp_path)
    file = place / "base_ms.npy"
    good = file.read_bytes()
    file.write_bytes(good[:-4] + b"\1\2\3\4")
    with pytest.raises(GraphFileError, match="checksum"):
        load_graph(place)
    file.write_bytes(good[:-40])
    with pytest.raises(GraphFileError):
        load_graph(place, verify=False)
    file.unlink()
    with pytest.raises(GraphFileError, match="missing"):
        load_graph(place)
    file.write_bytes(good)
    manifest = json.loads((place / "manifest.json").read_text())
    (place / "manifest.json").write_text(json.dumps(manifest | {"format": 99}))
    with pytest.raises(GraphFileError, match="format 99"):
        load_graph(place)
    (place / "manifest.json").write_text("{")
    with pytest.raises(GraphFileError, match="not readable"):
        load_graph(place)
    with pytest.raises(GraphFileError, match="build_network"):
        load_graph(tmp_path / "nowhere")


def test_axes_are_added_later_and_the_version_stays(tmp_path: Path) -> None:
    graph = build_graph(random_source(1))
    place = write_graph(graph, tmp_path)
    before = open_network(place)
    assert open_network(place) is before
    axis = np.arange(graph.edge_count, dtype=np.int32)
    write_axes(place, axis, axis * 10.0, axis * 10.0 + 5)
    after = open_network(place)
    assert after is not before and after.version == before.version
    assert np.array_equal(after.graph.edge_axis, axis)
    assert after.graph.edge_axis_to_m[3] == 35.0
    with pytest.raises(ValueError, match="edges"):
        write_axes(place, axis[:2], axis[:2] * 1.0, axis[:2] * 1.0)


def test_edges_keep_length_shape_and_islands() -> None:
    places = [(0, 0), (1000, 0), (1000, 1000), (5000, 5000), (6000, 5000), (0, 500)]
    ways = [Way([0, 1, 2]), Way([2, 5, 0]), Way([3, 4])]
    graph = build_graph(make_source(places, ways))
    # Two ways between the same two junctions: the longer, if any, is cut in two; the far road is an island.
    assert graph.counts["divided_edges"] == 1 and graph.edge_count == 4
    assert graph.edge_island.tolist().count(1) == 1
    assert graph.edge_arc[int(np.flatnonzero(graph.edge_island)[0])].tolist() == [-1, -1]
    total = float(graph.edge_length_m[graph.edge_island == 0].sum())
    assert total == pytest.approx(1000 + 994.4 + 497.2 + 1118, abs=8)


def test_a_network_without_two_joined_places_is_refused() -> None:
    with pytest.raises(ValueError, match="connected both ways"):
        build_graph(make_source([(0, 0), (100, 0)], [Way([0, 1], oneway=1)]))
    with pytest.raises(ValueError, match="connected both ways"):
        build_graph(make_source([(0, 0)], []))
