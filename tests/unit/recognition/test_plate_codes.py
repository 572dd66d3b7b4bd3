"""Codes of the interfaces: the same digit is another colour elsewhere."""

from __future__ import annotations

import pytest

from recognition.plates.codes import (
    COLOUR_CODES,
    KIND_CODES,
    ColourInterface,
    colour_code,
    colour_of,
    kind_codes_of,
)
from recognition.plates.grammar import PlateColour, PlateKind

I = ColourInterface  # noqa: E741


@pytest.mark.parametrize(
    ("code", "interface", "colour"),
    [
        ("2", I.CHECKPOINT, PlateColour.BLUE),
        ("2", I.VIID, PlateColour.WHITE),
        ("2", I.TERMINAL, PlateColour.YELLOW),
        ("5", I.CHECKPOINT, PlateColour.GREEN),
        ("5", I.VIID, PlateColour.BLUE),
        ("0", I.CHECKPOINT, PlateColour.WHITE),
        ("00", I.CHECKPOINT, PlateColour.WHITE),
        ("02", I.CHECKPOINT, PlateColour.BLUE),
        (" 99 ", I.VIID, PlateColour.OTHER),
        ("0", I.VIID, None),
        ("", I.CHECKPOINT, None),
        ("blue", I.CHECKPOINT, None),
    ],
)
def test_a_code_means_what_its_interface_says(
    code: str, interface: ColourInterface, colour: PlateColour | None
) -> None:
    assert colour_of(code, interface) is colour


@pytest.mark.parametrize("interface", I)
def test_colours_come_back(interface: ColourInterface) -> None:
    for colour in set(COLOUR_CODES[interface].values()):
        assert colour_of(colour_code(colour, interface), interface) is colour
    assert colour_of(colour_code(PlateColour.YELLOW_GREEN, interface), interface) is PlateColour.GREEN
    assert colour_code(PlateColour.OTHER, I.VIID) == "99"


def test_rows_of_plates_follow_from_their_sizes() -> None:
    assert KIND_CODES["01"].rows == (1, 2)
    assert KIND_CODES["02"].rows == KIND_CODES["52"].rows == (1,)
    assert KIND_CODES["07"].rows == KIND_CODES["13"].rows == KIND_CODES["15"].rows == (2,)


def test_a_green_report_fits_both_new_energy_kinds() -> None:
    assert kind_codes_of(PlateKind.NEV_LARGE, PlateColour.GREEN) == ("51",)
    assert kind_codes_of(PlateKind.NEV_SMALL, PlateColour.GREEN) == ("52",)
    # A colour that the kind never has narrows nothing.
    assert kind_codes_of(PlateKind.POLICE, PlateColour.BLACK) == ("23", "24")
