"""The house's own weights, alone and as a third opinion beside the two borrowed networks.

Finder, rectification, beam and fusion are those of `fused`; only who reads a row is another. Scores of these weights
are not calibrated: nothing that they have a part in raises an alarm without a person.
"""

from __future__ import annotations

from dataclasses import replace

from recognition.reading.fused import FusedReader
from recognition.reading.networks import Network
from recognition.reading.priors import Priors
from recognition.reading.recognise import OwnNetwork, Table
from recognition.reading.types import Picture, Profile, Stamp
from recognition.reading.weights import Manifest, Role

# No score reaches it.
_NEVER = 2.0


class OwnReader(FusedReader):
    """Reads by our own weights alone; the text network still tells foreign plates."""

    name = "own"

    def __init__(
        self, manifest: Manifest, profile: Profile = Profile.EVIDENCE, *, priors: Priors | None = None
    ) -> None:
        """Raises WeightsMissing, ImportError (no ONNX runtime)."""
        super().__init__(manifest, profile, priors=priors)
        weight = manifest.of(Role.OWN_RECOGNISER)
        self._own = OwnNetwork(Network(weight))
        self._stamp = Stamp(self.name, f"{self._stamp.version}/{weight.sha256[:8]}")
        self.settings = replace(self.settings, calibration=replace(self.settings.calibration, auto=_NEVER))

    def _tables(self, flat: Picture) -> list[Table]:
        return [self._own.table(flat)]


class TogetherReader(OwnReader):
    """Reads by all three."""

    name = "fused-own"

    def _tables(self, flat: Picture) -> list[Table]:
        return [*super(OwnReader, self)._tables(flat), self._own.table(flat)]
