"""The house's own engine: finder, rectification, two recognisers, the grammar in the beam, one calibrated answer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recognition.plates.constraints import EVERY_KIND
from recognition.plates.plate import NotAPlate, parse, reading_of
from recognition.plates.plate import Reading as Said
from recognition.reading.beam import Beam
from recognition.reading.colour import UNKNOWN, Ground, ground_of
from recognition.reading.engines.outline import plate_shapes
from recognition.reading.fuse import Weights, view_weights
from recognition.reading.locate import Found, Locator, overlap
from recognition.reading.networks import Floats, Network
from recognition.reading.priors import Priors, fits
from recognition.reading.profiles import SETTINGS, Attempt, Settings
from recognition.reading.recognise import PlateNetwork, Table, TextNetwork
from recognition.reading.rectify import (
    ROW_CUTS,
    TALL_HEIGHT_PX,
    TALL_WIDTH_PX,
    TWO_ROWS_BELOW,
    VIEWS,
    View,
    brightened,
    raised,
    side_by_side,
    sides,
    upright,
    whole,
)
from recognition.reading.types import (
    Alternative,
    Corners,
    Picture,
    PlateRead,
    Profile,
    Reading,
    Silence,
    Stamp,
    UnreadPlate,
)
from recognition.reading.weights import Manifest, Role

NAME = "fused"
_RULES = "1"
# Bounds that share so much of the smaller are of one plate; a ground is told from this certainty on.
_SAME, _TOLD = 0.5, 0.5
# A picture no larger than this, of a plate's shape, is taken for a plate cut out by somebody else.
_CUT_OUT_WIDTH_PX = 400
_CUT_OUT_RATIOS = (1.45, 6.0)
_FOREIGN_FROM = 0.80
# Below this a plate must be seen a second time from near. What only has a plate's shape gets the lowest.
_DOUBTFUL, _BY_SHAPE = 0.3, 0.1
_UPPER_ROW = 0.18
_TALL_VIEW = View(0.05, 0.05)


@dataclass(slots=True)
class _Candidate:
    """A plate while it is being read."""

    found: Found
    weights: Weights
    ground: Ground
    rows: int
    picture: Picture


class FusedReader:
    """Reads by the packaged networks. One reader a thread; about 250 MB with its networks."""

    def __init__(
        self, manifest: Manifest, profile: Profile = Profile.EVIDENCE, *, priors: Priors | None = None
    ) -> None:
        """Loads all networks. Raises WeightsMissing, ImportError (no ONNX runtime)."""
        weights = manifest.weights
        self.settings: Settings = SETTINGS[profile]
        self._stamp = Stamp(NAME, f"{manifest.version}/{_RULES}/{profile.value}")
        self._locator = Locator(Network(weights[Role.DETECTOR]))
        characters = weights[Role.PLATE_CHARACTERS].data().decode("utf-8")
        self._plates = PlateNetwork(Network(weights[Role.PLATE_RECOGNISER]), characters)
        self._texts = TextNetwork(Network(weights[Role.TEXT_RECOGNISER]))
        self._beam = Beam(EVERY_KIND)
        self._priors = priors if priors is not None else Priors()

    @property
    def stamp(self) -> Stamp:
        """Engine and version."""
        return self._stamp

    def read(self, picture: Picture, *, budget_ms: float | None = None) -> Reading:
        """All plates; the one that the picture is of first."""
        began, spent = time.perf_counter(), time.thread_time()
        budget_s = (self.settings.budget_ms if budget_ms is None else budget_ms) / 1000.0
        candidates: list[_Candidate] = []
        if _is_cut_out(picture):
            candidates.append(self._rows(picture, 1.0, [whole(picture)]))
        if not candidates or candidates[0].weights.best < self.settings.enough:
            for attempt in self.settings.attempts:
                self._attempt(picture, attempt, candidates, spent + budget_s)
                enough = max((one.weights.best for one in candidates), default=0.0) >= self.settings.enough
                if enough or time.thread_time() - spent >= budget_s:
                    break
        reads, unread = self._answers(candidates)
        cpu_ms = (time.thread_time() - spent) * 1000.0
        return Reading(reads, unread, self._stamp, (time.perf_counter() - began) * 1000.0, cpu_ms)

    def _attempt(self, picture: Picture, attempt: Attempt, candidates: list[_Candidate], until: float) -> None:
        """Find plates in one way and read those that are not read well yet. The first is always read."""
        source = brightened(picture) if attempt.bright else picture
        if attempt.by_shape:
            found = [Found(_BY_SHAPE, quad) for _, quad in plate_shapes(picture)]
        else:
            found = self._locator.find(source, side_px=attempt.side_px, least=attempt.least)
        for one in found[: self.settings.plates]:
            known = next((other for other in candidates if overlap(one, other.found) > _SAME), None)
            if known is not None and known.weights.best >= self.settings.enough:
                continue
            if candidates and time.thread_time() >= until:
                return
            read = self._plate(source, one)
            if read is None:
                continue
            if known is None:
                candidates.append(read)
            elif read.weights.best > known.weights.best:
                candidates[candidates.index(known)] = read

    def _plate(self, picture: Picture, found: Found) -> _Candidate | None:
        """Look again from near and read. None where no plate is seen from near and the first look was not sure."""
        near = self._locator.refine(picture, found)
        if near is None and _BY_SHAPE < found.score < _DOUBTFUL:
            return None
        quads = [found.quad] if near is None else [near.quad, found.quad]
        return self._rows(picture, found.score if near is None else max(found.score, near.score), quads)

    def _rows(self, picture: Picture, score: float, quads: Sequence[Floats]) -> _Candidate:
        """Read one plate: as one row, as two where its shape allows, whichever weighs more. `quads`: its corners, the
        best guess first.
        """
        best = self._one_row(picture, Found(score, quads[0]), quads)
        width, height = sides(quads[0])
        if width < TWO_ROWS_BELOW * height and best.weights.best < self.settings.sure:
            # The finder often takes the lower row for the whole plate.
            for quad in (quads[0], raised(quads[0], _UPPER_ROW)):
                tall = self._two_rows(picture, Found(score, quad))
                best = tall if tall.weights.best > best.weights.best else best
                if best.weights.best > self.settings.sure:
                    break
        return best

    def _one_row(self, picture: Picture, found: Found, quads: Sequence[Floats]) -> _Candidate:
        weights, ground = Weights(), UNKNOWN
        looks = [(quad, view) for view in VIEWS for quad in quads]
        for number, (quad, view) in enumerate(looks[: self.settings.views]):
            flat = upright(picture, quad, view)
            if number == 0:
                ground = ground_of(flat)
            weights.add(view_weights(self._beam, self._tables(flat), ground, self._priors))
            if weights.best > self.settings.sure or (number and weights.best < self.settings.hopeless):
                break
        return _Candidate(found, weights, ground, 1, picture)

    def _two_rows(self, picture: Picture, found: Found) -> _Candidate:
        weights = Weights()
        flat = upright(picture, found.quad, _TALL_VIEW, (TALL_WIDTH_PX, TALL_HEIGHT_PX))
        ground = ground_of(flat)
        for cut in ROW_CUTS:
            tables = self._tables(side_by_side(flat, cut))
            weights.add(view_weights(self._beam, tables, ground, self._priors))
            if weights.best > self.settings.sure:
                break
        return _Candidate(found, weights, ground, 2, picture)

    def _tables(self, flat: Picture) -> list[Table]:
        """What the networks say; the second one only where the first is not sure by itself."""
        first = self._plates.table(flat)
        if self.settings.plain < 1.0:
            decoded = self._beam.decode(first)
            if decoded and decoded[0].probability >= self.settings.plain:
                return [first]
        return [first, self._texts.table(flat)]

    def _answers(self, candidates: list[_Candidate]) -> tuple[tuple[PlateRead, ...], tuple[UnreadPlate, ...]]:
        """Sort what was found into reads and plates that were not read; one entry a plate."""
        reads: dict[str, PlateRead] = {}
        unread: list[UnreadPlate] = []
        for one in sorted(candidates, key=lambda each: -_prominence(each)):
            read = self._read_of(one)
            if read is not None and self.settings.calibration.keeps(read.weight, read.score):
                reads.setdefault(read.text, read)
            else:
                unread.append(self._unread_of(one, read))
        return tuple(reads.values()), tuple(unread)

    def _read_of(self, one: _Candidate) -> PlateRead | None:
        ranked = one.weights.ranked()
        if not ranked:
            return None
        calibration = self.settings.calibration
        text, kind, weight = ranked[0]
        second = ranked[1][2] if len(ranked) > 1 else 0.0
        score = calibration.score(weight=weight, second=second)
        fitting = fits(kind, one.ground.colour) or one.ground.certainty < _TOLD
        others = tuple(
            Alternative(other, other_kind, calibration.score(weight=mass, second=weight), mass)
            for other, other_kind, mass in ranked[1:]
        )
        return PlateRead(
            text=text,
            kind=kind,
            colour=one.ground.colour if one.ground.certainty >= _TOLD else None,
            score=score,
            auto=score >= calibration.auto and fitting,
            corners=_corners(one.found),
            detection=one.found.score,
            characters=tuple(min(share, 1.0) for share in one.weights.characters(text)),
            rows=one.rows,
            weight=weight,
            fitting=fitting,
            alternatives=others,
        )

    def _unread_of(self, one: _Candidate, guess: PlateRead | None) -> UnreadPlate:
        """A plate without a read: foreign if other letters stand on it clearly."""
        text, certainty = self._texts.text(upright(one.picture, one.found.quad, VIEWS[0]))
        parsed = parse(text)
        foreign = isinstance(parsed, NotAPlate) and reading_of(parsed) is Said.FOREIGN and certainty >= _FOREIGN_FROM
        reason = Silence.FOREIGN if foreign else Silence.UNSURE if guess is not None else Silence.UNREADABLE
        return UnreadPlate(reason, _corners(one.found), one.found.score, guess, text if foreign else "")


def _prominence(one: _Candidate) -> float:
    """How likely the picture is of this plate: how surely it is read, and how large it is."""
    width, height = sides(one.found.quad)
    area = one.picture.shape[0] * one.picture.shape[1]
    return float(one.weights.best * (width * height / area) ** 0.25)


def _is_cut_out(picture: Picture) -> bool:
    height, width = picture.shape[:2]
    least, most = _CUT_OUT_RATIOS
    return bool(width <= _CUT_OUT_WIDTH_PX and least <= width / max(1, height) <= most)


def _corners(found: Found) -> Corners:
    points = [(round(float(x), 1), round(float(y), 1)) for x, y in np.asarray(found.quad)]
    return points[0], points[1], points[2], points[3]
