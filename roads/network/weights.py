"""Live travel times: one memory-mapped file a network and host, two buffers, one writer, any number of readers.

Layout of `weights.bin`: a page of int64 slots, then two equal buffers of int32 (3, arcs) times and float32 (2, arcs)
block fractions. Buffer `generation & 1` holds a generation. The writer announces the generation it begins, fills the
buffer that is not in force, then publishes. A reader takes the published generation and checks, when its search is
done, that no generation two or more later was begun: only then its buffer may have been touched, and it searches again.
"""

from __future__ import annotations

import fcntl
import mmap
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from .graph import RoadGraph
from .live import ArcSpeeds, EdgeClosure, LiveArrays, live_arrays
from .profiles import Profile, default_hour_factors
from .source import Float32, Float64, Int32, Int64

FILE = "weights.bin"
LOCK = "weights.lock"
HOUR_FACTORS = "hour_factors.npy"
MAGIC = 0x4C5A57454947_0001
HEADER_BYTES = 4096
MAX_RETRIES = 50
_MAGIC, _ARCS, _KEY, _BEGUN, _PUBLISHED, _HOUR, _CLOSURES = range(7)
T = TypeVar("T")


class WriterBusy(Exception):
    """Another process of this host writes the weights of this network."""


class TornRead(Exception):
    """The weights changed faster than a search could read them, many times in a row."""


@dataclass(frozen=True, slots=True)
class WeightView:
    """Weights of one profile at one generation. `weight` by arc: ms, `INF` impassable, `INF | open_ms` blocked for now
    on the fractions `blocked_from`..`blocked_to` (meaningful for blocked arcs only)."""

    profile: Profile
    generation: int
    weight: Int32
    blocked_from: Float32
    blocked_to: Float32


def static_view(graph: RoadGraph, profile: Profile, live: LiveArrays | None = None) -> WeightView:
    """A view without a file: base times, or the given live arrays."""
    weight = np.asarray(graph.base_ms[profile]) if live is None else live.weight[profile]
    none = np.zeros(0, np.float32)
    return WeightView(
        profile,
        -1,
        readonly(weight),
        readonly(none if live is None else live.blocked_from),
        readonly(none if live is None else live.blocked_to),
    )


def readonly(array: np.ndarray[tuple[int, ...], np.dtype[T]]) -> np.ndarray[tuple[int, ...], np.dtype[T]]:  # type: ignore[type-var]
    """A read-only view: the compiled search exists for read-only arrays only."""
    view = array.view()
    view.flags.writeable = False
    return view


def _key(graph: RoadGraph) -> int:
    return int.from_bytes(graph.version.encode()[:7].ljust(7, b"\0"), "little")


def _size(arcs: int) -> int:
    return HEADER_BYTES + 2 * arcs * 20


class _Mapping:
    """The arrays of an open weights file."""

    def __init__(self, path: Path, arcs: int, *, write: bool) -> None:
        with path.open("r+b" if write else "rb") as file:
            self.memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_WRITE if write else mmap.ACCESS_READ)
        if len(self.memory) != _size(arcs):
            raise ValueError(f"{path} has {len(self.memory)} bytes, {_size(arcs)} expected")
        self.header: Int64 = np.frombuffer(self.memory, np.int64, 16)
        self.weight: list[Int32] = []
        self.block: list[Float32] = []
        for b in range(2):
            at = HEADER_BYTES + b * arcs * 20
            self.weight.append(np.frombuffer(self.memory, np.int32, 3 * arcs, at).reshape(3, arcs))
            self.block.append(np.frombuffer(self.memory, np.float32, 2 * arcs, at + 12 * arcs).reshape(2, arcs))

    def matches(self, graph: RoadGraph) -> bool:
        """Whether the file belongs to this graph."""
        return (int(self.header[_MAGIC]), int(self.header[_ARCS]), int(self.header[_KEY])) == (
            MAGIC,
            graph.arc_count,
            _key(graph),
        )


class WeightsReader:
    """Reads the weights in force. Without a file (no writer yet) it answers the base times as generation 0."""

    def __init__(self, graph: RoadGraph, directory: Path | None) -> None:
        self._graph = graph
        self._path = None if directory is None else directory / FILE
        self._mapping: _Mapping | None = None
        self._lock = threading.Lock()
        none = readonly(np.zeros(0, np.float32))
        self._base = {p: WeightView(p, 0, readonly(np.asarray(graph.base_ms[p])), none, none) for p in Profile}
        self._views: dict[tuple[int, int], tuple[Int32, Float32, Float32]] = {}

    def _open(self) -> _Mapping | None:
        if self._mapping is None and self._path is not None and self._path.exists():
            with self._lock:
                if self._mapping is None:
                    mapping = _Mapping(self._path, self._graph.arc_count, write=False)
                    if not mapping.matches(self._graph):
                        raise ValueError(f"{self._path} belongs to another network")
                    for b in range(2):
                        for p in Profile:
                            self._views[b, int(p)] = (mapping.weight[b][p], mapping.block[b][0], mapping.block[b][1])
                    self._mapping = mapping
        return self._mapping

    def current(self, profile: Profile) -> WeightView:
        """The weights in force now. Check `still_valid` after using them, or use `steady`."""
        mapping = self._open()
        if mapping is None:
            return self._base[profile]
        generation = int(mapping.header[_PUBLISHED])
        return WeightView(profile, generation, *self._views[generation & 1, int(profile)])

    def still_valid(self, view: WeightView) -> bool:
        """False when the buffer under `view` may have been written since it was taken."""
        mapping = self._mapping
        return mapping is None or view.generation <= 0 or int(mapping.header[_BEGUN]) < view.generation + 2

    def steady(self, profile: Profile, compute: Callable[[WeightView], T]) -> T:
        """`compute(view)` on weights that stayed whole while it ran; repeated when they did not. Raises TornRead after
        50 repetitions."""
        for _ in range(MAX_RETRIES):
            view = self.current(profile)
            answer = compute(view)
            if self.still_valid(view):
                return answer
        raise TornRead(f"the weights of {self._path} changed during {MAX_RETRIES} searches in a row")

    @property
    def generation(self) -> int:
        """Generation in force; 0 without a file."""
        mapping = self._open()
        return 0 if mapping is None else int(mapping.header[_PUBLISHED])

    @property
    def hour_of_week(self) -> int:
        """Hour of the week whose factors are in force; -1 for none."""
        mapping = self._open()
        return -1 if mapping is None else int(mapping.header[_HOUR])

    @property
    def closure_version(self) -> int:
        """The caller's number of the closures in force; 0 without a file."""
        mapping = self._open()
        return 0 if mapping is None else int(mapping.header[_CLOSURES])


class WeightsWriter:
    """The one writer of a network's weights on this host; holds a file lock until closed. Raises WriterBusy.

    Only one thread may use it."""

    def __init__(self, graph: RoadGraph, directory: Path) -> None:
        self.graph = graph
        self.directory = directory
        self._lock_file = (directory / LOCK).open("ab")
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock_file.close()
            raise WriterBusy(f"{directory / LOCK} is held by another process") from error
        self._mapping = self._open_or_create()
        self._lag: Int64 | None = None

    def _open_or_create(self) -> _Mapping:
        path = self.directory / FILE
        if path.exists():
            try:
                mapping = _Mapping(path, self.graph.arc_count, write=True)
            except ValueError:
                mapping = None
            if mapping is not None and mapping.matches(self.graph):
                return mapping
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            file.truncate(_size(self.graph.arc_count))
        mapping = _Mapping(part, self.graph.arc_count, write=True)
        mapping.weight[1][:] = self.graph.base_ms
        for slot, value in (
            (_MAGIC, MAGIC),
            (_ARCS, self.graph.arc_count),
            (_KEY, _key(self.graph)),
            (_BEGUN, 1),
            (_PUBLISHED, 1),
            (_HOUR, -1),
            (_CLOSURES, 0),
        ):
            mapping.header[slot] = value
        part.replace(path)
        return mapping

    @property
    def generation(self) -> int:
        """Generation in force."""
        return int(self._mapping.header[_PUBLISHED])

    def hour_factors(self) -> Float64:
        """Factors (168, classes) of `hour_factors.npy` beside the graph; all 1.0 without it."""
        path = self.directory / HOUR_FACTORS
        return np.load(path, allow_pickle=False).astype(np.float64) if path.exists() else default_hour_factors()

    def apply(
        self,
        closures: Sequence[EdgeClosure],
        speeds: ArcSpeeds | None = None,
        hour_of_week: int | None = None,
        *,
        closure_version: int = 0,
    ) -> int:
        """Compute all weights anew from the base times and put them in force; returns the generation."""
        live = live_arrays(self.graph, closures, speeds, hour_of_week, self.hour_factors())
        target, block = self._begin()
        target[:] = live.weight
        block[0], block[1] = live.blocked_from, live.blocked_to
        self._mapping.header[_HOUR] = -1 if hour_of_week is None else hour_of_week
        self._mapping.header[_CLOSURES] = closure_version
        self._lag = None
        return self._publish()

    def update(self, arc_ids: Int32, weights: Int32, *, closure_version: int | None = None) -> int:
        """Quick path: set the times of some arcs, `weights` (3, arcs given) by profile or (arcs given) for drive
        alone; returns the generation. What it sets holds until the next `apply`."""
        ids = np.asarray(arc_ids, np.int64)
        active = self.generation & 1
        target, block = self._begin()
        if self._lag is None:
            target[:] = self._mapping.weight[active]
            block[:] = self._mapping.block[active]
        else:
            target[:, self._lag] = self._mapping.weight[active][:, self._lag]
        if weights.ndim == 1:
            target[Profile.DRIVE, ids] = weights
        else:
            target[:, ids] = weights
        if closure_version is not None:
            self._mapping.header[_CLOSURES] = closure_version
        self._lag = ids
        return self._publish()

    def _begin(self) -> tuple[Int32, Float32]:
        generation = self.generation + 1
        self._mapping.header[_BEGUN] = generation
        return self._mapping.weight[generation & 1], self._mapping.block[generation & 1]

    def _publish(self) -> int:
        generation = int(self._mapping.header[_BEGUN])
        self._mapping.header[_PUBLISHED] = generation
        return generation

    def close(self) -> None:
        """Give the lock back."""
        self._lock_file.close()

    def __enter__(self) -> WeightsWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
