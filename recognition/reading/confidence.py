"""From weights to a share: how often such a read is right, and what may be done with it alone.

A logistic curve over two figures of a read. Coefficients and thresholds come from `python -m bench.plates_calibrate`
(odd rows of the measured sets and generated plates); the benchmark reports on even rows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Calibration:
    """`constant` + `weight` · ln(weight) + `margin` · share of the best among best and second, through the logistic
    function. `auto`: from this score on an alarm may be raised without a person; `abstain`: below it nothing is said
    to have been read, nor below the weight `least`, which one network alone gives when it is fairly sure and the other
    has no idea. How sure the finder was adds nothing to it (measured).
    """

    constant: float
    weight: float
    margin: float
    auto: float
    abstain: float
    least: float = 0.004

    def keeps(self, weight: float, score: float) -> bool:
        """Whether such a read is said to have been read."""
        return weight >= self.least and score >= self.abstain

    def score(self, *, weight: float, second: float) -> float:
        """The calibrated share, 0 to 1."""
        total = weight + second
        margin = weight / total if total > 0 else 0.0
        sum_ = self.constant + self.weight * math.log(max(weight, _LEAST)) + self.margin * margin
        return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, sum_))))


EVIDENCE = Calibration(constant=1.016, weight=0.958, margin=5.499, auto=0.9689, abstain=0.30)
STREAM = EVIDENCE
