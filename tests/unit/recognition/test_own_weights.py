"""Our own weights: what they are taught, how they are checked, and that both of their forms mean the same network."""

from __future__ import annotations

import hashlib
from itertools import islice
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from bench.plates_train_samples import NOBODY_ASKS, STEPS, samples
from demo.plates.texts import STYLES, Style
from recognition.plates.constraints import EVERY_KIND
from recognition.reading import weights
from recognition.reading.beam import Beam
from recognition.reading.engine import EngineNotReady
from recognition.reading.networks import Floats, Network
from recognition.reading.recognise import CHARACTERS, OwnNetwork, greedy, own_row
from recognition.reading.registry import make_reader
from recognition.reading.weights import MANIFEST, Role, WeightsMissing

OWN = MANIFEST.with_name("own")


class Spelling:
    """Stands for a network that has learnt its answers by heart: gives the table that a sample's steps ask for."""

    def __init__(self, steps: Any) -> None:
        self.shapes: list[tuple[int, ...]] = []
        asked = np.where(steps == NOBODY_ASKS, 0, steps)
        self.table = np.full((1, STEPS, len(CHARACTERS)), 1e-5, np.float32)
        self.table[0, np.arange(STEPS), asked] = 0.999

    def run(self, batch: Floats) -> list[Floats]:
        self.shapes.append(batch.shape)
        return [self.table]


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_what_each_step_is_taught_spells_the_plate(style: Style) -> None:
    """Also two of the same character beside each other, and two rows; and the grammar reads the same from it."""
    for one in islice(samples(11, style), 12):
        network = Spelling(one.steps)
        assert greedy(network.table[0], CHARACTERS)[0] == one.text
        assert one.row.shape == (1, 32, 128)
        assert one.row.min() >= -1
        assert one.row.max() <= 1
        flat = np.zeros((48, 160, 3), np.uint8)
        decoded = Beam(EVERY_KIND).decode(OwnNetwork(cast(Network, network)).table(flat))
        assert decoded[0].text == one.text
        assert network.shapes == [(1, 1, 32, 128)]


def test_samples_are_the_same_for_the_same_seed() -> None:
    one, other, third = (next(samples(seed)) for seed in (5, 5, 6))
    assert (one.text, one.style) == (other.text, other.style)
    assert np.array_equal(one.row, other.row)
    assert not np.array_equal(one.row, third.row)


def test_a_row_is_the_whole_plate_in_grey() -> None:
    """Light to the left, dark to the right: nothing is cut off or padded."""
    plate = np.zeros((48, 296, 3), np.uint8)
    plate[:, :148] = 255
    row = own_row(plate)
    assert row.shape == (1, 1, 32, 128)
    assert (row[..., :60].min(), row[..., 68:].max()) == (1.0, -1.0)


def test_easyocr_is_told_the_characters_of_the_grammar_in_their_order() -> None:
    told = (OWN / "luzhang_plates.yaml").read_text(encoding="utf-8")
    assert f'character_list: "{"".join(CHARACTERS[1:])}"' in told


def test_other_weights_than_the_manifest_names_are_refused(tmp_path: Path) -> None:
    (tmp_path / "own.onnx").write_bytes(b"trained elsewhere")
    entry = '[own_recogniser]\nfile = "own.onnx"\nsha256 = "{}"\n'
    (tmp_path / "weights.toml").write_text(entry.format(hashlib.sha256(b"trained here").hexdigest()))
    with pytest.raises(WeightsMissing, match=r"own_recogniser: .+own\.onnx has sha256"):
        weights.manifest(tmp_path).of(Role.OWN_RECOGNISER).data()
    (tmp_path / "weights.toml").write_text(entry.format(hashlib.sha256(b"trained elsewhere").hexdigest()))
    assert weights.manifest(tmp_path).of(Role.OWN_RECOGNISER).data() == b"trained elsewhere"


def test_the_default_engine_reads_without_our_own_weights(tmp_path: Path) -> None:
    """A third opinion that is not there is no reason to read nothing."""
    gone = '[own_recogniser]\nfile = "gone.onnx"\nsha256 = "00"\n'
    (tmp_path / "weights.toml").write_text(gone)
    found = weights.manifest(tmp_path)
    assert found.missing() == weights.manifest().missing()
    assert found.missing([Role.OWN_RECOGNISER]) == [f"own_recogniser: {tmp_path / 'gone.onnx'} is not there"]
    for name in ("own", "fused-own", "easyocr-own"):
        with pytest.raises(EngineNotReady, match=rf"{name}: .+; .+"):
            make_reader(tmp_path, name=name)
