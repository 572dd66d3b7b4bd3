"""Writing a snapshot folder: the network with every weights generation seen, and the decisions of the database."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import numpy as np

from incidents.dispatch.snapshot import sha256
from incidents.models import Decision
from incidents.selectors.plans import decision_text
from incidents.verification.snapshot import DECISIONS, MANIFEST, NETWORK
from roads.network.export import Arrays, export_arrays
from roads.network.loader import RoadNetwork
from roads.network.profiles import INF, OPEN_MASK, Profile
from roads.network.weights import WeightView

LOOK_EVERY_S = 0.05  # wall


class WeightsKeeper:
    """Copies of the weights, one for each generation that was in force while `watch` ran."""

    def __init__(self, network: RoadNetwork) -> None:
        self.network = network
        self.kept: dict[int, dict[Profile, WeightView]] = {}
        self._lock = threading.Lock()
        self.look()

    def look(self) -> None:
        """Keep the generation in force, unless it is known."""
        if self.network.weights.generation not in self.kept:
            copies = {profile: self.network.weights.steady(profile, _copied) for profile in Profile}
            generations = {view.generation for view in copies.values()}
            if len(generations) == 1:
                with self._lock:
                    self.kept[generations.pop()] = copies

    async def watch(self) -> None:
        """Look for ever."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_EVERY_S)


def _copied(view: WeightView) -> WeightView:
    return WeightView(
        view.profile, view.generation, view.weight.copy(), view.blocked_from.copy(), view.blocked_to.copy()
    )


def profile_arrays(network: RoadNetwork, view: WeightView) -> Arrays:
    """Arrays like those of `export_arrays`, of any profile, with `arc` numbers (walkers know other nodes than cars)."""
    graph = network.graph
    arcs = np.flatnonzero(view.weight != INF)
    weight = view.weight[arcs]
    closed = weight > INF
    none = np.zeros(arcs.size)
    return {
        "lon": np.asarray(graph.state_lon),
        "lat": np.asarray(graph.state_lat),
        "arc": arcs,
        "tail": np.asarray(graph.tails(view.profile))[arcs],
        "head": np.asarray(graph.heads(view.profile))[arcs],
        "travel_s": (weight & OPEN_MASK) / 1000.0,
        "closed": closed.astype(np.uint8),
        "blocked_from": np.where(closed, view.blocked_from[arcs], 0.0) if view.blocked_from.size else none,
        "blocked_to": np.where(closed, view.blocked_to[arcs], 0.0) if view.blocked_to.size else none,
    }


def snapshot_write(folder: Path, keeper: WeightsKeeper) -> int:
    """Write the folder; returns how many decisions it holds. Weights that no decision used are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    used: dict[int, set[str]] = {}
    count = 0
    with (folder / DECISIONS).open("w", encoding="utf-8") as lines:
        for row in Decision.objects.select_related("incident", "roster").order_by("id").iterator(chunk_size=200):
            text = decision_text(row)
            head = {
                "id": row.pk,
                "incident": str(row.incident.uid),
                "origin": row.origin,
                "sha256": sha256(text),
            }
            lines.write(json.dumps(head, separators=(",", ":"))[:-1] + ',"decision":' + text + "}\n")
            used.setdefault(row.weights_generation, set()).update(_profiles(json.loads(text)))
            count += 1
    weights_write(folder, keeper, used)
    return count


def _profiles(decision: dict[str, Any]) -> set[str]:
    column = decision["unit_columns"].index("profile")
    return {row[column] for row in decision["units"] if row[column] is not None}


def weights_write(folder: Path, keeper: WeightsKeeper, used: dict[int, set[str]]) -> None:
    """The network under the last weights seen, and one file for each other generation and profile that was used."""
    latest = max(keeper.kept)
    np.savez_compressed(folder / NETWORK, **export_arrays(keeper.network.graph, keeper.kept[latest][Profile.DRIVE]))  # type: ignore[arg-type]
    names: dict[str, dict[str, str]] = {}
    for generation in sorted(set(used) & set(keeper.kept) | {latest}):
        names[str(generation)] = {}
        for profile in sorted(used.get(generation, set()) | {"drive"}):
            view = keeper.kept[generation][Profile[profile.upper()]]
            name = NETWORK
            if profile != "drive" or generation != latest:
                name = f"weights-{generation}-{profile}.npz"
                np.savez_compressed(folder / name, **profile_arrays(keeper.network, view))  # type: ignore[arg-type]
            names[str(generation)][profile] = name
    manifest = {"network_version": keeper.network.version, "weights": names}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
