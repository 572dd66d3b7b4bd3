"""`dispatch_preview` and `export_network` are enough: plain Dijkstra over what they print gives the same times."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from incidents.models import DispatchPolicyVersion
from tests.factories.incidents import World
from tests.factories.roads import lonlat

Place = tuple[int, int, float]
Drive = Callable[[Place, list[Place]], float]


def _preview(east_m: float, north_m: float) -> dict[str, Any]:
    out = StringIO()
    lon, lat = lonlat(east_m, north_m)
    call_command("dispatch_preview", str(lon), str(lat), "--json", "--k", "9", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return found


def _network(folder: Path) -> dict[str, Any]:
    path = folder / "network.npz"
    call_command("export_network", str(path), stdout=StringIO(), stderr=StringIO())
    with np.load(path) as arrays:
        return dict(arrays)


def _search(arrays: dict[str, Any], prefix: str) -> Drive:
    """Seconds from a place to the nearest of several, over the arrays of a name."""
    free = arrays[f"{prefix}closed"] == 0
    tail, head = arrays[f"{prefix}tail"][free], arrays[f"{prefix}head"][free]
    travel_s = arrays[f"{prefix}travel_s"][free]
    seconds = {(int(a), int(b)): float(t) for a, b, t in zip(tail, head, travel_s, strict=True)}
    assert len(seconds) == tail.size, "each (tail, head) once"
    nodes = arrays["lon"].size
    matrix = csr_matrix((travel_s, (tail, head)), (nodes, nodes))

    def drive(start: Place, goals: list[Place]) -> float:
        left = (1.0 - start[2]) * seconds[start[:2]]
        distance = dijkstra(matrix, indices=start[1])
        best = float("inf")
        for goal in goals:
            if goal[:2] not in seconds:
                continue
            if goal[:2] == start[:2] and goal[2] >= start[2]:
                best = min(best, (goal[2] - start[2]) * seconds[start[:2]])
            best = min(best, left + float(distance[goal[0]]) + goal[2] * seconds[goal[:2]])
        return best

    return drive


def _goals(shown: dict[str, Any]) -> list[Place]:
    return [(each["tail"], each["head"], each["fraction"]) for each in (shown, *shown["alternatives"])]


def _rerun(shown: dict[str, Any], arrays: dict[str, Any]) -> int:
    node = arrays["foot_node"]
    drive, walk = _search(arrays, ""), _search(arrays, "foot_")
    for each in shown["candidates"]:
        start = (each["tail"], each["head"], each["fraction"])
        if each["profile"] == "foot":
            goals = [(int(node[tail]), int(node[head]), fraction) for tail, head, fraction in _goals(shown)]
            took = walk((int(node[start[0]]), int(node[start[1]]), start[2]), goals)
        else:
            took = drive(start, _goals(shown))
        assert took == pytest.approx(each["drive_s"], abs=0.1), each["unit"]
        assert each["travel_s"] == pytest.approx(took + each["turn_out_s"] + each["age_s"], abs=0.1)
    order = [each["travel_s"] for each in shown["candidates"]]
    assert order == sorted(order)
    return len(order)


def test_on_a_divided_road_each_carriageway_is_a_place(world: World, tmp_path: Path) -> None:
    for east_m, north_m in ((500.0, 0.0), (5500.0, 40.0), (2000.0, 900.0), (2000.0, -500.0)):
        world.crew(east_m, north_m)
    shown = _preview(4300.0, 5.0)
    assert len(_goals(shown)) == 2, "seen from either side"
    assert _rerun(shown, _network(tmp_path)) == 4


def test_units_on_foot_are_rerun_over_the_walkers_arrays(world: World, tmp_path: Path) -> None:
    DispatchPolicyVersion.objects.create(version=2, content={"foot_within_m": 800.0})
    world.crew(2000.0, 950.0, kind="foot")
    world.crew(2100.0, 1500.0, kind="foot")
    world.crew(2000.0, -800.0)
    shown = _preview(2000.0, 1100.0)
    assert {each["profile"] for each in shown["candidates"]} == {"foot", "drive"}, shown["rejected"]
    assert _rerun(shown, _network(tmp_path)) == 3
