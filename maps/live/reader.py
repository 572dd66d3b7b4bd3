"""One reader of the feed: what it may see, and its bounded queue."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

from maps.live.messages import FeedMessage
from stations.selectors.standing import Credential
from stations.types import Actor, DataClass, Role, Verb

# A reader that lags this many messages behind is told to start anew: it would only fall further behind.
MAX_QUEUED = 2000

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader asked for: positions of units within bounds (west, south, east, north) or everywhere it may see.

    `own_only`: the stream of a phone or a chief, which carries only what concerns this person and its tour; with bounds
    also the positions within them that the person may see.
    """

    positions: bool = False
    bounds: Bounds | None = None
    own_only: bool = False


@dataclass(slots=True, eq=False)
class Reader:
    """An open stream. `own_tour_ids` are the open tours on which the reader's person is present; `credential` is asked
    about again while the stream is open.
    """

    actor: Actor
    wanted: Wanted
    own_tour_ids: frozenset[int] = frozenset()
    credential: Credential | None = None
    queue: deque[bytes] = field(default_factory=deque)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    cut: str = ""
    last_seq: int = 0
    _scopes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def sees(self, message: FeedMessage) -> bool:
        """Whether a feed row may reach this reader: its own tour's business, what is pressed upon its person, what
        happens where its person answers as a chief, or its data class within its scope.
        """
        if message.tour_id is not None and message.tour_id in self.own_tour_ids:
            return True
        person_id = self.actor.person_id
        if person_id is not None and (
            person_id == message.pressed_id or (person_id in message.chief_ids and self.actor.has_role(Role.CHIEF))
        ):
            return True
        if self.wanted.own_only:
            return False
        scope = self.scope(message.audience)
        return any(path.startswith(scope) for path in (message.organisation_path, *message.partner_paths))

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
