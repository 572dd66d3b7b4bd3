"""Reading plates from pictures: decoding, fusing, votes, weights and the engine itself on generated plates."""

from __future__ import annotations

import hashlib
from pathlib import Path
from random import Random

import numpy as np
import pytest

from demo.plates import scenes
from demo.plates.texts import STYLES, text_of
from recognition.plates.constraints import EVERY_KIND
from recognition.plates.grammar import PlateColour, PlateKind, kind_of
from recognition.reading import weights
from recognition.reading.answers import read_as_data
from recognition.reading.beam import Beam, probabilities
from recognition.reading.colour import UNKNOWN, Ground, ground_of
from recognition.reading.confidence import EVIDENCE
from recognition.reading.engine import EngineNotReady, PlateReader
from recognition.reading.engines.lines import Line, plate_in, sort_lines
from recognition.reading.fuse import view_weights
from recognition.reading.priors import Priors
from recognition.reading.recognise import CHARACTERS, COLUMN, Table
from recognition.reading.registry import ENGINES, make_reader
from recognition.reading.types import Alternative, PlateRead, Profile, Reading, Silence, Stamp
from recognition.reading.vote import vote
from recognition.reading.weights import Role, WeightsMissing

NOWHERE = Path("/nonexistent")
FUSED = ENGINES["fused"].ready(NOWHERE)
needs_weights = pytest.mark.skipif(not FUSED.ready, reason=f"no weights here: {FUSED.why}")
FLAT = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def _table(text: str, sure: float = 0.9, instead: dict[int, str] | None = None) -> Table:
    """A network's table that spells `text`, each character for a step with a blank after it; at the places of `instead`
    it likes another character as well as that one is sure, and the true one for the rest.
    """
    steps = np.full((2 * len(text), len(CHARACTERS)), 1e-6)
    for at, char in enumerate(text):
        other = (instead or {}).get(at)
        steps[2 * at, COLUMN[char]] = sure if other is None else 1 - sure
        if other is not None:
            steps[2 * at, COLUMN[other]] = sure
        steps[2 * at, 0] = 0.01
        steps[2 * at + 1, 0] = 0.99
    return Table(steps, np.ones(len(CHARACTERS), bool))


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_a_clear_table_is_decoded_as_it_spells(style: object) -> None:
    text = text_of(style, Random(3))  # type: ignore[arg-type]
    first = Beam(EVERY_KIND).decode(_table(text))[0]
    assert (first.text, first.kind) == (text, kind_of(text))


def test_grammar_is_kept_inside_the_beam() -> None:
    """The network is surer of a zero as the office, and of a letter O in the serial: neither is a plate."""
    decoded = Beam(EVERY_KIND).decode(_table("粤DB1230", instead={1: "0", 6: "O"}))
    assert decoded[0].text == "粤DB1230"
    assert all(kind_of(one.text) is one.kind for one in decoded)


def test_repeated_characters_need_a_blank_between() -> None:
    assert Beam(EVERY_KIND).decode(_table("鲁F88888"))[0].text == "鲁F88888"


def test_exact_probability_agrees_with_the_search() -> None:
    table = _table("琼C12345", sure=0.7, instead={3: "7"})
    found = Beam(EVERY_KIND).decode(table, width=400)
    exact = probabilities(table, [one.text for one in found[:4]])
    for one in found[:4]:
        assert exact[one.text] == pytest.approx(one.probability, rel=0.02)


def test_a_character_nobody_taught_is_left_to_the_other_network() -> None:
    known = np.ones(len(CHARACTERS), bool)
    known[COLUMN["应"]] = False
    table = _table("鲁X1234应急")
    assert probabilities(Table(table.steps, known), ["鲁X1234应急", "鲁X12345"]).keys() == {"鲁X12345"}


def test_networks_that_fail_on_different_characters_correct_each_other() -> None:
    tables = [_table("沪A12B45", 0.6, {5: "9"}), _table("沪A12B45", 0.6, {3: "7"})]
    fused = view_weights(Beam(EVERY_KIND), tables, UNKNOWN, Priors())
    assert max(fused, key=lambda text: fused[text][1]) == "沪A12B45"
    assert Beam(EVERY_KIND).decode(tables[0])[0].text != "沪A12B45"


def test_the_ground_speaks_for_the_kinds_that_stand_on_it() -> None:
    table = _table("京A1234警", 0.55, {6: "9"})
    plain = view_weights(Beam(EVERY_KIND), [table], UNKNOWN, Priors())
    white = view_weights(Beam(EVERY_KIND), [table], Ground(PlateColour.WHITE, 1.0), Priors())
    assert max(plain, key=lambda text: plain[text][1]) == "京A12349"
    assert max(white, key=lambda text: white[text][1]) == "京A1234警"


@pytest.mark.parametrize(
    ("bgr", "colour"),
    [((168, 60, 18), PlateColour.BLUE), ((20, 170, 240), PlateColour.YELLOW), ((90, 195, 75), PlateColour.GREEN)],
)
def test_grounds_are_told_apart(bgr: tuple[int, int, int], colour: PlateColour) -> None:
    assert ground_of(np.full((48, 160, 3), bgr, np.uint8)).colour is colour


def test_a_grey_picture_tells_no_ground() -> None:
    stripes = np.zeros((48, 160, 3), np.uint8)
    stripes[:, ::2] = 200
    assert ground_of(stripes) == UNKNOWN


def _frame(weight: float, text: str, *others: tuple[str, float]) -> Reading:
    kind = kind_of(text)
    assert kind is not None
    read = PlateRead(
        text,
        kind,
        None,
        weight,
        False,
        FLAT,
        0.9,
        tuple(weight for _ in text),
        weight=weight,
        alternatives=tuple(Alternative(other, PlateKind.ORDINARY, mass, mass) for other, mass in others),
    )
    return Reading((read,), (), Stamp("test", "1"), 0.0, 0.0)


def test_frames_that_are_each_wrong_agree_on_what_is_right() -> None:
    frames = [
        _frame(0.3, "鲁F12845", ("鲁F12345", 0.25)),
        _frame(0.3, "苏F12345", ("鲁F12345", 0.25)),
        _frame(0.3, "鲁F12346", ("鲁F12345", 0.25)),
    ]
    chosen = vote(frames, EVIDENCE)
    assert chosen is not None
    assert chosen.text == "鲁F12345"
    assert chosen.score > max(EVIDENCE.score(weight=0.25, second=0.3) for _ in frames)


def test_no_frame_no_vote() -> None:
    assert vote([], EVIDENCE) is None
    assert vote([Reading((), (), Stamp("test", "1"), 0.0, 0.0)], EVIDENCE) is None


def test_lines_of_a_text_engine_are_sorted_under_the_grammar() -> None:
    reads, unread = sort_lines(
        [Line("号牌 鲁F·12345!", 0.8, FLAT), Line("W 1234 XY", 0.9, FLAT), Line("限速60", 0.9, FLAT)]
    )
    assert [(one.text, one.auto) for one in reads] == [("鲁F12345", False)]
    assert [(one.text, one.reason) for one in unread] == [("W1234XY", Silence.FOREIGN)]
    assert plate_in("鲁AD12345") == "鲁AD12345"
    assert plate_in("没有车牌") is None


def test_own_weights_replace_packaged_ones_and_are_checked(tmp_path: Path) -> None:
    (tmp_path / "mine.onnx").write_bytes(b"weights")
    digest = hashlib.sha256(b"weights").hexdigest()
    manifest = tmp_path / "weights.toml"
    manifest.write_text(f'version = "mine"\n[detector]\nfile = "mine.onnx"\nsha256 = "{digest}"\n')
    own = weights.manifest(tmp_path)
    assert own.version.endswith("+mine")
    assert own.weights[Role.DETECTOR].data() == b"weights"
    (tmp_path / "mine.onnx").write_bytes(b"others")
    with pytest.raises(WeightsMissing, match="sha256"):
        own.weights[Role.DETECTOR].data()
    manifest.write_text('[teleporter]\nfile = "mine.onnx"\nsha256 = "0"\n')
    with pytest.raises(WeightsMissing, match="teleporter"):
        weights.manifest(tmp_path)


def test_an_engine_without_weights_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EngineNotReady, match=r"easyocr: .+; .+"):
        make_reader(tmp_path, name="easyocr")


def test_without_weights_plates_are_found_and_nothing_is_read() -> None:
    shown = scenes.scene(Random(5), STYLES[0])
    reading = make_reader(NOWHERE, name="outline").read(shown.picture)
    assert reading.reads == ()
    assert reading.notes
    assert shown.quad is not None
    x, y = shown.quad.mean(axis=0)
    boxes = [np.array(one.corners) for one in reading.unread]
    assert any(box[:, 0].min() < x < box[:, 0].max() and box[:, 1].min() < y < box[:, 1].max() for box in boxes)


@pytest.fixture(scope="module")
def reader() -> PlateReader:
    return make_reader(NOWHERE, Profile.EVIDENCE, "fused")


@needs_weights
def test_generated_plates_are_read(reader: PlateReader) -> None:
    """One of each of the common looks, near and sharp."""
    near = scenes.Hardness(plate_px=(230.0, 300.0), yaw_deg=8.0, motion_px=3, blur_px=0.5)
    wanted = {"blue", "green", "yellow-two-row", "coach", "police", "office-o"}
    for style in (one for one in STYLES if one.name in wanted):
        shown = scenes.scene(Random(f"read {style.name}"), style, hardness=near)
        reading = reader.read(shown.picture)
        assert [one.text for one in reading.reads[:1]] == [shown.text], (style.name, reading)
        first = reading.reads[0]
        assert first.kind is style.kind
        assert first.rows == style.rows
        assert shown.quad is not None
        assert np.abs(np.array(first.corners).mean(axis=0) - shown.quad.mean(axis=0)).max() < 25
        assert 0.0 < first.score <= 1.0


@needs_weights
def test_a_picture_without_a_plate_has_none(reader: PlateReader) -> None:
    assert reader.read(scenes.empty_scene(Random(2)).picture).reads == ()
    assert reader.read(np.zeros((40, 30, 3), np.uint8)).reads == ()


@needs_weights
def test_real_photographs(reader: PlateReader, shared_data: Path) -> None:
    """A few of the measured ones; the benchmark reads them all."""
    import cv2

    folder = shared_data / "plates"
    for name, plate in (("photos/001.jpg", "京A88731"), ("photos/003.jpg", "京FK5358"), ("crops/0001.jpg", "京PL3N67")):
        if not (folder / name).exists():
            pytest.skip(f"{name} is not there")
        picture = cv2.imread(str(folder / name))
        assert picture is not None
        assert reader.read(picture).reads[0].text == plate


def test_the_shape_of_an_answer_is_the_promised_one() -> None:
    data = read_as_data(_frame(0.5, "鲁F12345", ("鲁F12346", 0.2)).reads[0])
    assert list(data) == ["text", "kind", "colour", "score", "auto", "corners", "alternatives"]
    assert data["alternatives"] == [{"text": "鲁F12346", "kind": "ordinary", "score": 0.2}]
