"""Decoding under the grammar: prefix beam search over a table of probabilities in which only plates survive.

Connectionist temporal classification (Graves et al. 2006): a text's probability is the sum over all ways to spread it
over the time steps, repeats and blanks removed. Grammar in the beam and not after it: a reading that no plate can have
never pushes out one that is a plate (measured: ADR on plate reading).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recognition.plates.constraints import START, Automaton
from recognition.plates.grammar import PlateKind
from recognition.reading.recognise import BLANK, CHARACTERS, COLUMN, Table

WIDTH = 14
# Characters less likely than this in a step are no branch.
_LEAST = 2e-4
# A step that is blank beyond this only ends a character.
_SURELY_BLANK = 0.9995
_FLOOR = 1e-7


@dataclass(frozen=True, slots=True)
class Decoded:
    """A plate's text, its kind and its probability under one table."""

    text: str
    kind: PlateKind
    probability: float


class Beam:
    """Decodes tables under one automaton."""

    def __init__(self, automaton: Automaton) -> None:
        self._automaton = automaton
        self._next: list[Mapping[int, int]] = [
            {COLUMN[char]: state for char, state in automaton.follow(number).items() if char in COLUMN}
            for number in range(len(automaton))
        ]

    def decode(self, table: Table, *, width: int = WIDTH) -> list[Decoded]:
        """The likeliest whole plates, likeliest first; at most `width` of them."""
        # prefix -> [probability with a blank at its end, probability without, state of the automaton]
        beams: dict[tuple[int, ...], list[float]] = {(): [1.0, 0.0, float(START)]}
        for step in table.steps:
            blank = float(step[BLANK]) + _FLOOR
            if blank > _SURELY_BLANK:
                for entry in beams.values():
                    entry[0], entry[1] = (entry[0] + entry[1]) * blank, 0.0
                continue
            beams = self._step(beams, step, blank, width)
        whole = []
        for prefix, (with_blank, without, state) in beams.items():
            kind = self._automaton.ends(int(state))
            if kind is not None:
                text = "".join(CHARACTERS[column] for column in prefix)
                whole.append(Decoded(text, kind, with_blank + without))
        return sorted(whole, key=lambda one: -one.probability)

    def _step(
        self, beams: dict[tuple[int, ...], list[float]], step: NDArray[np.float64], blank: float, width: int
    ) -> dict[tuple[int, ...], list[float]]:
        """One time step: each prefix stays, repeats its last character, or grows by one that the grammar allows."""
        likely = [(int(column), float(step[column])) for column in np.flatnonzero(step > _LEAST) if column != BLANK]
        grown: dict[tuple[int, ...], list[float]] = {}
        for prefix, (with_blank, without, state) in beams.items():
            together = with_blank + without
            entry = grown.setdefault(prefix, [0.0, 0.0, state])
            entry[0] += together * blank
            last = prefix[-1] if prefix else BLANK
            if prefix:
                entry[1] += without * (float(step[last]) + _FLOOR)
            follow = self._next[int(state)]
            for column, probability in likely:
                after = follow.get(column)
                if after is None:
                    continue
                longer = grown.setdefault((*prefix, column), [0.0, 0.0, float(after)])
                longer[1] += probability * (with_blank if column == last else together)
        if len(grown) <= width:
            return grown
        kept = sorted(grown.items(), key=lambda item: -(item[1][0] + item[1][1]))[:width]
        return dict(kept)


def probabilities(table: Table, texts: Iterable[str]) -> dict[str, float]:
    """The exact probability of each text under a table, also of those that its own search never reached.

    The forward recursion over blank-interleaved texts, all texts at once. Texts with a character that the network was
    never taught are left out: it has nothing to say about them.
    """
    wanted = [text for text in texts if all(table.known[COLUMN[char]] for char in text)]
    if not wanted:
        return {}
    longest = max(len(text) for text in wanted)
    labels = np.zeros((len(wanted), 2 * longest + 1), int)
    for row, text in enumerate(wanted):
        labels[row, 1 : 2 * len(text) : 2] = [COLUMN[char] for char in text]
    # A character may follow the one before it without a blank between them unless both are the same.
    skips = np.zeros(labels.shape)
    skips[:, 3::2] = labels[:, 3::2] != labels[:, 1:-2:2]
    emitted = table.steps[:, labels] + _FLOOR
    alpha = np.zeros(labels.shape)
    alpha[:, 0] = 1.0
    for step in emitted:
        moved = alpha.copy()
        moved[:, 1:] += alpha[:, :-1]
        moved[:, 2:] += alpha[:, :-2] * skips[:, 2:]
        alpha = moved * step
    ends = np.array([2 * len(text) for text in wanted])
    rows = np.arange(len(wanted))
    return dict(zip(wanted, (alpha[rows, ends] + alpha[rows, ends - 1]).tolist(), strict=True))
