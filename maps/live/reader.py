"""One reader of the feed: what it may see, and its bounded queue."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

from stations.types import Actor, DataClass, Verb

# A reader that lags this many messages behind is told to start anew: it would only fall further behind.
MAX_QUEUED = 2000

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader asked for: positions of units within bounds (west, south, east, north) or everywhere it may see.

    `own_only`: the phone's stream, which carries only its own tour's assignments and tasks.
    """

    positions: bool = False
    bounds: Bounds | None = None
    own_only: bool = False


@dataclass(slots=True, eq=False)
class Reader:
    """An open stream. `person_tour_ids` are the open tours on which the reader's person is present."""

    actor: Actor
    wanted: Wanted
    own_tour_ids: frozenset[int] = frozenset()
    queue: deque[bytes] = field(default_factory=deque)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    cut: str = ""
    last_seq: int = 0
    _scopes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def sees(self, audience: str, organisation_path: str, tour_id: int | None) -> bool:
        """Whether a feed row may reach this reader: its data class within its scope, or its own tour's business."""
        if tour_id is not None and tour_id in self.own_tour_ids:
            return True
        if self.wanted.own_only:
            return False
        return any(organisation_path.startswith(path) for path in self.scope(audience))

    def scope(self, audience: str) -> tuple[str, ...]:
        """The organisation paths within which this reader may see a data class."""
        known = self._scopes.get(audience)
        if known is None:
            try:
                known = self.actor.scope_paths(Verb.VIEW, DataClass(audience))
            except ValueError:
                known = ()
            self._scopes[audience] = known
        return known

    def push(self, message: bytes) -> None:
        """Queue a message; a reader that lags too far is cut and told to start anew."""
        if self.cut:
            return
        if len(self.queue) >= MAX_QUEUED:
            self.queue.clear()
            self.cut = "lagging"
        else:
            self.queue.append(message)
        self.ready.set()

    def stop(self, reason: str) -> None:
        """End the stream; the client reconnects and gets a fresh look at who it is."""
        self.cut = self.cut or reason
        self.ready.set()
