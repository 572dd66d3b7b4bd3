"""What the simulation did and what it was told: counts, complaints, acknowledged intakes, offers seen on the stream."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

MAX_COMPLAINTS = 50


@dataclass(slots=True)
class Tally:
    """`acknowledged`: uids answered by client key. `offered`: how often each assignment's offer came by the stream."""

    counts: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)
    acknowledged: dict[str, set[str]] = field(default_factory=dict)
    offered: Counter[str] = field(default_factory=Counter)
    sequences: Counter[int] = field(default_factory=Counter)

    def count(self, what: str) -> None:
        """One more of these."""
        self.counts[what] += 1

    def complain(self, text: str) -> None:
        """Keep the first complaints in words; all are counted."""
        self.counts["complaints"] += 1
        if len(self.complaints) < MAX_COMPLAINTS:
            self.complaints.append(text)

    def acknowledge(self, key: str, uid: str) -> None:
        """The API answered an intake."""
        self.acknowledged.setdefault(key, set()).add(uid)
