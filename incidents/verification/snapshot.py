"""A folder of recorded decisions with the network they were made on, and the verdict on all of them.

`network.npz`: drive export (`lon`, `lat` by node; `edge_id`, `tail`, `head`, `length_m`, `travel_s`, `closed` ... by
directed edge). `manifest.json`: which file holds which weights: `{"weights": {"<generation>": {"<profile>": FILE}}}`.
`decisions.jsonl`: one `{"id", "incident", "origin", "sha256", "decision"}` a line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from .eligibility import SURE
from .judging import Verdict, judge
from .network import Network

NETWORK, MANIFEST, DECISIONS = "network.npz", "manifest.json", "decisions.jsonl"
SAME_QUEUE_S = 60.0


class BadSnapshot(Exception):
    """The folder is not a snapshot, or a line of it was changed."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One line of `decisions.jsonl`."""

    decision_id: int
    incident: str
    origin: str
    decision: dict[str, Any]

    @property
    def at(self) -> datetime:
        """When it was decided."""
        return datetime.fromisoformat(self.decision["at"])


@dataclass(slots=True)
class Summary:
    """The verdict on a folder."""

    decisions: int = 0
    exact: int = 0
    compared: int = 0
    straight_wrong: int = 0
    shortfalls: int = 0
    unconfirmed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def exact_share(self) -> float:
        """Share of decisions whose list is right; 1 for none."""
        return self.exact / self.decisions if self.decisions else 1.0

    @property
    def straight_wrong_share(self) -> float:
        """Share of decisions in which the straight line would have chosen wrongly."""
        return self.straight_wrong / self.compared if self.compared else 0.0


class Folder:
    """A snapshot on disk. Networks are opened once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._weights: dict[str, dict[str, str]] = json.loads((path / MANIFEST).read_text("utf-8"))["weights"]
        except (OSError, ValueError, KeyError) as error:
            raise BadSnapshot(f"{path} is no snapshot: {error}") from error
        self._opened: dict[str, Network] = {}

    def network(self, generation: int, profile: str) -> Network | None:
        """The network under the weights of a generation, None when it was not recorded."""
        name = self._weights.get(str(generation), {}).get(profile)
        if name is None:
            return None
        if name not in self._opened:
            self._opened[name] = Network.load(self.path / name)
        return self._opened[name]

    def decisions(self) -> Iterator[Recorded]:
        """The lines. Raises BadSnapshot for one whose checksum does not match."""
        with (self.path / DECISIONS).open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                row = json.loads(line)
                canonical = json.dumps(row["decision"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
                if hashlib.sha256(canonical.encode()).hexdigest() != row["sha256"]:
                    raise BadSnapshot(f"line {number}: decision {row['id']} does not match its checksum")
                yield Recorded(row["id"], row["incident"], row["origin"], row["decision"])


def verify(path: Path, progress: Callable[[str], None] | None = None) -> Summary:
    """Judge every decision of a folder. Raises BadSnapshot."""
    folder, summary = Folder(path), Summary()
    recorded = list(folder.decisions())
    for number, one in enumerate(recorded, start=1):
        verdict = judge(one.decision_id, one.decision, folder.network)
        summary.decisions += 1
        summary.exact += verdict.exact
        if not verdict.exact:
            summary.wrong.append(f"decision {one.decision_id}: " + "; ".join(verdict.faults[:3]))
        if verdict.straight_wrong is not None:
            summary.compared += 1
            summary.straight_wrong += verdict.straight_wrong
        if verdict.shortfall:
            summary.shortfalls += 1
            if not _confirmed(one, verdict, recorded):
                summary.unconfirmed.append(f"decision {one.decision_id}: {verdict.shortfall}, but somebody could go")
        if progress is not None and number % 100 == 0:
            progress(f"{number} of {len(recorded)} decisions")
    return summary


def _confirmed(one: Recorded, verdict: Verdict, recorded: list[Recorded]) -> bool:
    """Nobody sure could be there; or, in a queue solved together, everybody who could was given to another incident."""
    able = {ranked.tour_id for ranked in verdict.ranked if ranked.start.tier == SURE}
    if not able:
        return True
    if one.decision["matched"] is None:
        return False
    for other in recorded:
        near = abs((other.at - one.at).total_seconds()) <= SAME_QUEUE_S
        if other.decision_id != one.decision_id and other.decision["matched"] is not None and near:
            able -= {pick["tour_id"] for pick in other.decision["plan"]["picks"]}
    return not able
