"""Live weights: one writer, switches seen at once, torn reads noticed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from roads.network.build import build_graph
from roads.network.files import load_graph, write_graph
from roads.network.live import ArcSpeeds, EdgeClosure
from roads.network.profiles import CLASS_COUNT, INF, OPEN_MASK, Profile
from roads.network.weights import HOUR_FACTORS, TornRead, WeightsReader, WeightsWriter, WeightView, WriterBusy
from tests.unit.network.sources import random_source


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return write_graph(build_graph(random_source(1)), tmp_path)


def first_drive_arc(graph: object) -> int:
    return int(np.flatnonzero((graph.base_ms[0] < INF) & (graph.arc_edge >= 0))[0])  # type: ignore[attr-defined]


def test_reader_sees_base_times_then_every_switch(place: Path) -> None:
    graph = load_graph(place)
    reader = WeightsReader(graph, place)
    assert reader.generation == 0
    assert np.array_equal(reader.current(Profile.DRIVE).weight, graph.base_ms[0])
    with WeightsWriter(graph, place) as writer:
        assert reader.generation == 1
        arc = first_drive_arc(graph)
        edge = int(graph.arc_edge[arc])
        writer.apply([EdgeClosure(edge)], None, None, closure_version=7)
        view = reader.current(Profile.DRIVE)
        assert view.generation == 2 and reader.closure_version == 7 and reader.hour_of_week == -1
        assert view.weight[arc] == INF | int(graph.base_ms[0, arc])
        assert (view.blocked_from[arc], view.blocked_to[arc]) == (0.0, 1.0)
        writer.apply([])
        assert np.array_equal(reader.current(Profile.DRIVE).weight, graph.base_ms[0])


def test_quick_updates_accumulate_over_both_buffers(place: Path) -> None:
    graph = load_graph(place)
    reader = WeightsReader(graph, place)
    arcs = np.flatnonzero((graph.base_ms[0] < INF) & (graph.arc_edge >= 0))[:6].astype(np.int32)
    with WeightsWriter(graph, place) as writer:
        expected = np.array(graph.base_ms[0])
        for i, arc in enumerate(arcs.tolist()):
            writer.update(np.array([arc], np.int32), np.array([1000 + i], np.int32))
            expected[arc] = 1000 + i
            assert np.array_equal(reader.current(Profile.DRIVE).weight, expected)
        assert np.array_equal(reader.current(Profile.FOOT).weight, graph.base_ms[2])


def test_one_writer_a_host(place: Path) -> None:
    graph = load_graph(place)
    with WeightsWriter(graph, place) as first:
        with pytest.raises(WriterBusy):
            WeightsWriter(graph, place)
        generation = first.apply([])
    with WeightsWriter(graph, place) as second:
        assert second.generation == generation


def test_torn_read_is_noticed_and_repeated(place: Path) -> None:
    graph = load_graph(place)
    reader = WeightsReader(graph, place)
    arc = np.array([first_drive_arc(graph)], np.int32)
    with WeightsWriter(graph, place) as writer:
        view = reader.current(Profile.DRIVE)
        writer.update(arc, np.array([5], np.int32))
        assert reader.still_valid(view)  # one switch writes the other buffer
        writer.update(arc, np.array([6], np.int32))
        assert not reader.still_valid(view)
        view = reader.current(Profile.DRIVE)
        writer.update(arc, np.array([7], np.int32))
        writer._begin()  # a second switch begun, not yet published, already touches the buffer
        assert not reader.still_valid(view)
        writer._publish()
        calls: list[int] = []

        def compute(view: WeightView) -> int:
            calls.append(view.generation)
            if len(calls) < 3:
                for value in (8, 9):
                    writer.update(arc, np.array([value], np.int32))
            return int(view.weight[arc[0]])

        assert reader.steady(Profile.DRIVE, compute) == 9
        assert len(calls) == 3

        def never(view: WeightView) -> None:
            writer.update(arc, np.array([1], np.int32))
            writer.update(arc, np.array([2], np.int32))

        with pytest.raises(TornRead):
            reader.steady(Profile.DRIVE, never)


def test_a_writer_that_died_half_way_leaves_the_old_weights_in_force(place: Path) -> None:
    graph = load_graph(place)
    reader = WeightsReader(graph, place)
    writer = WeightsWriter(graph, place)
    writer.apply([])
    target, _ = writer._begin()
    target[:] = 1
    view = reader.current(Profile.DRIVE)
    assert np.array_equal(view.weight, graph.base_ms[0]) and reader.still_valid(view)
    writer.close()
    with WeightsWriter(graph, place) as after:
        after.apply([])
        assert np.array_equal(reader.current(Profile.DRIVE).weight, graph.base_ms[0])


def test_hour_factors_and_observed_speeds(place: Path) -> None:
    graph = load_graph(place)
    factors = np.ones((168, CLASS_COUNT))
    factors[8] = 2.0
    np.save(place / HOUR_FACTORS, factors)
    arc = first_drive_arc(graph)
    length = float(graph.edge_length_m[graph.arc_edge[arc]])
    reader = WeightsReader(graph, place)
    with WeightsWriter(graph, place) as writer:
        writer.apply([], None, 8)
        assert abs(int(reader.current(Profile.DRIVE).weight[arc]) - 2 * int(graph.base_ms[0, arc])) <= 1
        emergency = int(reader.current(Profile.EMERGENCY).weight[arc])
        assert abs(emergency - 1.5 * int(graph.base_ms[1, arc])) <= 1
        assert int(reader.current(Profile.FOOT).weight[arc]) == int(graph.base_ms[2, arc])
        writer.apply([], ArcSpeeds(np.array([arc], np.int32), np.array([3.6], np.float32)), 8)
        assert abs(int(reader.current(Profile.DRIVE).weight[arc]) - length * 1000) <= 1
        with pytest.raises(ValueError, match="hour_of_week"):
            writer.apply([], None, 168)
        with pytest.raises(ValueError, match="edge_no"):
            writer.apply([EdgeClosure(graph.edge_count)])
        with pytest.raises(ValueError, match="above 0"):
            writer.apply([], ArcSpeeds(np.array([arc], np.int32), np.array([0.0], np.float32)))
        # A refused call changes nothing that readers see.
        assert abs(int(reader.current(Profile.DRIVE).weight[arc]) - length * 1000) <= 1


def test_several_blocks_on_one_edge_count_as_one_from_first_to_last(place: Path) -> None:
    graph = load_graph(place)
    arc = first_drive_arc(graph)
    edge = int(graph.arc_edge[arc])
    forward, backward = graph.edge_arc[edge].tolist()
    reader = WeightsReader(graph, place)
    with WeightsWriter(graph, place) as writer:
        writer.apply(
            [EdgeClosure(edge, 0.1, 0.2), EdgeClosure(edge, 0.5, 0.6), EdgeClosure(edge, blocked=False, penalty_ms=500)]
        )
        view = reader.current(Profile.DRIVE)
        assert (view.blocked_from[forward], view.blocked_to[forward]) == pytest.approx((0.1, 0.6))
        assert (view.blocked_from[backward], view.blocked_to[backward]) == pytest.approx((0.4, 0.9))
        assert view.weight[arc] & OPEN_MASK == int(graph.base_ms[0, arc]) + 500
