"""`python -m bench.plates_calibrate [evidence|stream]`: the calibration of scores, and the two thresholds.

Fits on odd rows (the first, third … of each set's labels) of the shared photographs, frames and crops and of generated
plates, and prints a `Calibration` to be written into `recognition/reading/confidence.py`. The benchmark judges on
all rows and on the even ones apart.
"""

from __future__ import annotations

import math
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from bench import plates_sets as sets
from bench.plates_worker import main as work

# An alarm without a person: at most this share of such reads may be wrong where the thresholds are chosen.
AUTO_WRONG = 0.005
# Below this share of right ones a read is kept back.
ABSTAIN_RIGHT = 0.30
_LEAST = 1e-6
# Pulls the curve towards flat, so that a set without errors does not make it a step.
_RIDGE = 0.05


def figures(rows: list[dict[str, Any]]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """What a score is made of (as `Calibration.score`), and whether the read was right."""
    parts, right = [], []
    for row in rows:
        guess = row["guess"]
        if guess is None:
            continue
        total = guess["weight"] + guess["second"]
        margin = guess["weight"] / total if total else 0.0
        parts.append((1.0, math.log(max(guess["weight"], _LEAST)), margin))
        right.append(guess["right"])
    return np.array(parts), np.array(right, float)


def fit(parts: np.ndarray[Any, Any], right: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Logistic regression by Newton's method, lightly pulled towards zero."""
    coefficients = np.zeros(parts.shape[1])
    pull = np.diag([0.0, *[_RIDGE] * (parts.shape[1] - 1)])
    for _ in range(60):
        chance = 1 / (1 + np.exp(-np.clip(parts @ coefficients, -40, 40)))
        slope = parts.T @ (right - chance) - pull @ coefficients
        bend = (parts * (chance * (1 - chance))[:, None]).T @ parts + pull + 1e-9 * np.eye(parts.shape[1])
        coefficients = coefficients + np.linalg.solve(bend, slope)
    return coefficients


def thresholds(scores: np.ndarray[Any, Any], right: np.ndarray[Any, Any]) -> tuple[float, float]:
    """(auto, abstain): the lowest score from which on at most AUTO_WRONG are wrong, and the lowest at which reads are
    right as often as ABSTAIN_RIGHT.
    """
    order = np.argsort(-scores)
    wrong = np.cumsum(1 - right[order])
    kept = np.flatnonzero(wrong <= AUTO_WRONG * len(scores))
    auto = float(scores[order][kept[-1]]) if len(kept) else 1.0
    return auto, ABSTAIN_RIGHT


def main(profile: str) -> None:
    """Print the calibration of one profile."""
    with tempfile.TemporaryDirectory(prefix="luzhang-plates-") as folder:
        sets.generate(Path(folder))
        folders = [sets.SHARED / name for name in sets.REAL if (sets.SHARED / name / sets.LABELS).is_file()]
        folders += [Path(folder) / sets.GENERATED, Path(folder) / sets.CUT_OUT]
        answer = work("fused", profile, 3600.0, [str(one) for one in folders])
    rows = [row for found in answer["sets"].values() for row in found if row["row"] % 2 == 0]
    report(rows)


def report(rows: list[dict[str, Any]]) -> None:
    """Fit on these rows and print."""
    parts, right = figures(rows)
    constant, weight, margin = fit(parts, right)
    scores = 1 / (1 + np.exp(-np.clip(parts @ np.array((constant, weight, margin)), -40, 40)))
    auto, abstain = thresholds(scores, right)
    print(f"{len(rows)} rows, {len(right)} guesses, {right.mean():.3f} right")
    print(
        f"Calibration(constant={constant:.3f}, weight={weight:.3f}, margin={margin:.3f}, "
        f"auto={auto:.4f}, abstain={abstain:.2f})"
    )
    sure = scores >= auto
    print(f"auto: {sure.sum() / len(rows):.3f} of rows, {int((1 - right)[sure].sum())} wrong")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "evidence")
