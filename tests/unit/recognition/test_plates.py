"""The grammar of plates: every shared sample, its properties, and what stands in for a plate."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognition.plates import plate as plates
from recognition.plates.codes import KIND_CODES
from recognition.plates.grammar import (
    ALPHABET,
    COLOURS,
    FORMS,
    MAX_LENGTH,
    MIN_LENGTH,
    PROVINCES,
    PlateColour,
    PlateKind,
    kind_of,
    kinds_on,
)
from recognition.plates.plate import Doubt, NotAPlate, NotAPlateReason, Plate, Reading, parse
from tests.unit.recognition.texts import plate_like, well_formed

Reason = NotAPlateReason
P = "[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新]"
S = "[A-HJ-NP-Z0-9]"
# The patterns as the standard's readers write them, apart from the sets by position that the parser is made from.
PATTERNS = {
    PlateKind.ORDINARY: f"{P}[A-HJ-Z]{S}{{5}}",
    PlateKind.NEV_SMALL: f"{P}[A-HJ-Z][A-HJK]{S}[0-9]{{4}}",
    PlateKind.NEV_LARGE: f"{P}[A-HJ-Z][0-9]{{5}}[A-HJK]",
    PlateKind.POLICE: f"{P}[A-HJ-Z]([0-9]{{4}}|[A-HJ-NP-Z][0-9]{{3}})警",
    PlateKind.COACH: f"{P}[A-HJ-Z]{S}{{4}}学",
    PlateKind.TRAILER: f"{P}[A-HJ-Z]{S}{{4}}挂",
    PlateKind.HONGKONG: f"粤Z{S}{{4}}港",
    PlateKind.MACAO: f"粤Z{S}{{4}}澳",
    PlateKind.EMBASSY: "使[0-9]{6}|[0-9]{6}使",
    PlateKind.CONSULATE: f"{P}[A-HJ-Z][0-9]{{4}}领",
    PlateKind.EMERGENCY: f"{P}[XS][0-9]{{4}}应急",
    PlateKind.ARMY: "[VKHBSLJNGCE][A-DJ-PR-TVY][0-9]{5}",
    PlateKind.ARMED_POLICE: f"WJ{P}?[0-9]{{4}}[0-9TDSHBXJ]",
}


def test_every_shared_sample_is_what_it_says(shared_data: Path) -> None:
    with (shared_data / "plate_samples.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 94
    wrong = []
    for row in rows:
        read = parse(row["plate"])
        kind = str(read.kind) if isinstance(read, Plate) else "none"
        valid = "yes" if isinstance(read, Plate) else "no"
        if (kind, valid, read.text) != (row["kind"], row["valid"], row["normalised"]):
            wrong.append((row["plate"], kind, read))
        meant = re.search(r"suggest (\S+)", row["why"])
        if meant and [one.text for one in plates.suggestions(row["plate"])] != [meant[1]]:
            wrong.append((row["plate"], "suggestion", read))
    assert wrong == []


def test_kind_codes_are_those_of_the_shared_list(shared_data: Path) -> None:
    with (shared_data / "plate_kinds.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["hpzl"]: row for row in csv.DictReader(file)}
    assert set(KIND_CODES) == set(rows)
    for code, row in rows.items():
        assert KIND_CODES[code].name_zh == row["name_zh"]
        assert (KIND_CODES[code].kind or "") == row["grammar"]


@pytest.mark.parametrize(
    ("text", "reason", "reading"),
    [
        ("", Reason.EMPTY, Reading.UNREAD),
        (" - ", Reason.EMPTY, Reading.UNREAD),
        ("无牌", Reason.NO_PLATE, Reading.NO_PLATE),
        ("未识别", Reason.UNREAD, Reading.UNREAD),
        ("null", Reason.UNREAD, Reading.UNREAD),
        ("琼C?2345", Reason.PATTERN, Reading.UNREAD),
        ("琼C＊2345", Reason.PATTERN, Reading.UNREAD),
        ("鲁F12345临", Reason.TEMPORARY, Reading.UNREAD),
        ("AB12CDE", Reason.FOREIGN, Reading.FOREIGN),
        ("F12345", Reason.PROVINCE_LOST, Reading.UNREAD),
        ("琼CI2345", Reason.LETTER_I_OR_O, Reading.UNREAD),
        ("琼C1234", Reason.LENGTH, Reading.UNREAD),
        ("琼I12345", Reason.MALFORMED, Reading.UNREAD),
        ("琼C１２３４５" * 9, Reason.LENGTH, Reading.UNREAD),
        ("\ufdfa" * 40, Reason.MALFORMED, Reading.UNREAD),
    ],
)
def test_what_is_no_plate_says_why(text: str, reason: NotAPlateReason, reading: Reading) -> None:
    read = parse(text)
    assert isinstance(read, NotAPlate)
    assert (read.raw, read.reason, plates.reading_of(read)) == (text, reason, reading)


@pytest.mark.parametrize(
    ("text", "kind", "codes"),
    [
        ("粤O12345", PlateKind.ORDINARY, ("01", "02", "07", "08", "13", "05", "06", "11", "12")),
        ("京A12D4学", PlateKind.COACH, ("16", "17")),
        ("沪A1234领", PlateKind.CONSULATE, ("04", "10")),
        ("川S1234应急", PlateKind.EMERGENCY, ()),
        ("粤Z12A4澳", PlateKind.MACAO, ("27",)),
        ("琼CDA1234", PlateKind.NEV_SMALL, ("52",)),
    ],
)
def test_a_plate_knows_its_kind_and_codes(text: str, kind: PlateKind, codes: tuple[str, ...]) -> None:
    read = parse(text)
    assert isinstance(read, Plate)
    assert (read.kind, read.kind_codes) == (kind, codes)
    assert "".join(read.rows) == text


def test_a_ground_that_the_kind_never_has_is_a_doubt() -> None:
    lost = parse("琼CD1234", PlateColour.GREEN)
    assert isinstance(lost, Plate) and lost.doubts == (Doubt.COLOUR,)
    assert "琼CD1234?" in plates.shortened(lost) and "琼CD12?34" in plates.shortened(lost)
    police = parse("琼C1234警")
    assert isinstance(police, Plate) and plates.shortened(police) == frozenset()
    sure = parse("琼CD1234", PlateColour.BLUE)
    assert isinstance(sure, Plate) and sure.doubts == () and sure.kind_codes == ("02", "08")
    unknown = parse("琼CD1234", PlateColour.OTHER)
    assert isinstance(unknown, Plate) and unknown.doubts == ()


def test_a_green_plate_without_province_is_no_foreign_one() -> None:
    for colour, reason in ((None, Reason.FOREIGN), (PlateColour.GREEN, Reason.PROVINCE_LOST)):
        read = parse("FD12345", colour)
        assert isinstance(read, NotAPlate) and read.reason is reason


def test_repairs_are_offered_never_made() -> None:
    assert [one.text for one in plates.suggestions("粵BO23I5")] == ["粤B02315"]
    assert [one.text for one in plates.suggestions("瓊C12345")] == ["琼C12345"]
    assert plates.suggestions("粤O12345") == ()  # the office letter O is real
    assert plates.suggestions("无牌") == ()


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("鲁F?2345", {PlateKind.ORDINARY}),
        ("鲁F12345?", {PlateKind.NEV_LARGE}),
        ("琼CD1234?", {PlateKind.NEV_SMALL}),
        ("粤Z123??", {"ordinary", "coach", "trailer", "hongkong", "macao", "police", "consulate"}),
        ("*使", {PlateKind.EMBASSY}),
        ("WJ*", {PlateKind.ARMED_POLICE}),
        ("*", set(PlateKind)),
        ("鲁I?????", set()),
        ("鲁F1234567", set()),
    ],
)
def test_possible_kinds_of_a_partial_text(text: str, kinds: set[PlateKind]) -> None:
    assert plates.possible_kinds(text) == kinds


@settings(deadline=None)
@given(well_formed)
def test_every_text_of_a_form_is_a_plate_of_its_kind_alone(text: str) -> None:
    read = parse(text)
    assert isinstance(read, Plate) and read.text == text
    assert {form.kind for form in FORMS if form.fits(text)} == {read.kind}
    assert MIN_LENGTH <= len(text) <= MAX_LENGTH
    assert read.province is None or read.province in PROVINCES
    assert plates.possible_kinds(text) == {read.kind} and plates.suggestions(text) == ()


@settings(deadline=None, max_examples=120)
@given(
    well_formed,
    st.integers(0, 8),
    st.sampled_from(["set", "insert", "drop"]),
    st.sampled_from(sorted(ALPHABET) + ["I"]),
)
def test_near_plates_are_judged_as_the_patterns_do(text: str, at: int, change: str, char: str) -> None:
    place = at % len(text)
    tail = text[place:] if change == "insert" else text[place + 1 :]
    near = text[:place] + ("" if change == "drop" else char) + tail
    kinds = [kind for kind, pattern in PATTERNS.items() if re.fullmatch(pattern, near)]
    read = parse(near)
    assert ([read.kind] if isinstance(read, Plate) else []) == kinds


@settings(deadline=None)
@given(well_formed, st.sampled_from("·•.- 　－"), st.integers(0, 8))
def test_width_case_and_separators_change_nothing(text: str, separator: str, at: int) -> None:
    wide = "".join(chr(ord(char) + 0xFEE0) if char.isascii() else char for char in text)
    for written in (wide, text.lower(), text[:at] + separator + text[at:], f" {text}\n"):
        assert plates.normalise(written) == text


@settings(deadline=None)
@given(well_formed, st.integers(0, 8), st.sampled_from("?*"))
def test_an_unread_place_leaves_the_kind_possible(text: str, at: int, wildcard: str) -> None:
    place = at % len(text)
    assert kind_of(text) in plates.possible_kinds(text[:place] + wildcard + text[place + 1 :])


@settings(deadline=None)
@given(st.text(max_size=60) | plate_like, st.sampled_from([None, *PlateColour]))
def test_nothing_makes_the_parser_fail(text: str, colour: PlateColour | None) -> None:
    assert plates.normalise(plates.normalise(text)) == plates.normalise(text)
    read = parse(text, colour)
    assert plates.reading_of(read) in Reading
    assert isinstance(read, NotAPlate) or kind_of(read.text) is read.kind
    for meant in plates.suggestions(text, colour):
        assert kind_of(meant.text) is meant.kind


def test_every_kind_has_a_form_and_a_ground() -> None:
    assert {form.kind for form in FORMS} == set(COLOURS) == set(PlateKind)
    assert kinds_on(None) == kinds_on(PlateColour.OTHER) == frozenset(PlateKind)
    assert kinds_on(PlateColour.GREEN) == {PlateKind.NEV_SMALL, PlateKind.NEV_LARGE}
    for row in KIND_CODES.values():
        assert row.kind is None or row.colour in COLOURS[row.kind]
