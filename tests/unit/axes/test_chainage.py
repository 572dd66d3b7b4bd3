"""Chainage as number and as text."""

from __future__ import annotations

import numpy as np
import pytest

from roads.axes.chainage import Calibration, Direction, format_chainage, format_post, parse_chainage, road_code

PLAIN = Calibration.from_posts([(0.0, 12_000.0), (1_010.0, 13_000.0), (1_990.0, 14_000.0)])
LONG = Calibration.from_posts([(0.0, 0.0), (1_400.0, 1_400.0), (1_400.0, 1_000.0), (2_400.0, 2_000.0)])
SHORT = Calibration.from_posts([(0.0, 0.0), (700.0, 700.0), (700.0, 1_000.0), (1_700.0, 2_000.0)])


def test_interpolates_between_posts_and_runs_on_beyond_them() -> None:
    assert PLAIN.chainage_at(505.0) == pytest.approx(12_500.0)
    assert PLAIN.chainage_at(-30.0) == pytest.approx(11_970.0)
    assert PLAIN.chainage_at(2_000.0) == pytest.approx(14_010.0)
    assert PLAIN.distances_at(12_500.0) == pytest.approx([505.0])
    assert PLAIN.distances_at(11_970.0) == pytest.approx([-30.0])
    assert PLAIN.distances_at(11_970.0, length_m=2_000.0) == []
    assert PLAIN.breaks == ()


def test_long_chain_has_two_places_for_a_number() -> None:
    assert LONG.distances_at(1_200.0) == pytest.approx([1_200.0, 1_600.0])
    assert LONG.distances_at(900.0) == pytest.approx([900.0])
    assert LONG.chainage_at(1_399.9) == pytest.approx(1_399.9)
    assert LONG.chainage_at(1_400.0) == pytest.approx(1_000.0)
    assert [(a.chainage_m, b.chainage_m) for a, b in LONG.breaks] == [(1_400.0, 1_000.0)]


def test_short_chain_has_numbers_without_a_place() -> None:
    assert SHORT.distances_at(850.0) == []
    assert SHORT.chainage_at(700.0) == pytest.approx(1_000.0)
    assert SHORT.distances_at(1_000.0) == pytest.approx([700.0])


@pytest.mark.parametrize("calibration", [PLAIN, LONG, SHORT, Calibration.even(3_456.7, 250.0)])
def test_metre_to_text_and_back_stays_within_half_a_metre(calibration: Calibration) -> None:
    worst = 0.0
    for distance_m in np.arange(0.0, calibration.posts[-1].distance_m, 7.3):
        parsed = parse_chainage(format_chainage("G98", calibration.chainage_at(float(distance_m)), Direction.UP))
        assert (parsed.road, parsed.direction) == ("G98", Direction.UP)
        worst = max(worst, min(abs(d - distance_m) for d in calibration.distances_at(parsed.chainage_m)))
    assert worst <= 0.51


def test_even_posts_stand_at_whole_painted_kilometres() -> None:
    posts = Calibration.even(2_500.0, 12_300.0).posts
    assert [(p.distance_m, p.chainage_m) for p in posts] == [
        (0.0, 12_300.0), (700.0, 13_000.0), (1_700.0, 14_000.0), (2_500.0, 14_800.0),
    ]  # fmt: skip
    assert len(Calibration.even(1_000.0).posts) == 2


@pytest.mark.parametrize(
    "posts",
    [
        [],
        [(0.0, 0.0), (100.0, 0.0)],
        [(0.0, 0.0), (100.0, -100.0)],
        [(0.0, float("nan"))],
    ],
)
def test_refuses_unsound_posts(posts: list[tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match=r"post|chainage"):
        Calibration.from_posts(posts)


@pytest.mark.parametrize(
    ("text", "road", "chainage_m", "direction"),
    [
        ("G98 K12+300 下行", "G98", 12_300.0, Direction.DOWN),
        ("K12+300 G98", "G98", 12_300.0, Direction.BOTH),
        ("ｇ９８　ｋ１２＋３００上行", "G98", 12_300.0, Direction.UP),
        ("g98线k12 + 300 下行方向", "G98", 12_300.0, Direction.DOWN),
        ("G98 K12+300.5米", "G98", 12_300.5, Direction.BOTH),
        ("G98 12.3公里", "G98", 12_300.0, Direction.BOTH),
        ("G98 12公里300米", "G98", 12_300.0, Direction.BOTH),
        ("省道201 K7+050", "S201", 7_050.0, Direction.BOTH),
        ("201省道7.05km 双向", "S201", 7_050.0, Direction.BOTH),
        ("海榆东线 K3+40", "海榆东线", 3_040.0, Direction.BOTH),
        ("G223 海榆东线 K3+040", "G223", 3_040.0, Direction.BOTH),
        ("K12", "", 12_000.0, Direction.BOTH),
        ("12.3公里", "", 12_300.0, Direction.BOTH),
        ("X301 K-0+040", "X301", -40.0, Direction.BOTH),
        ("桩号K8+900", "", 8_900.0, Direction.BOTH),
    ],
)
def test_parses(text: str, road: str, chainage_m: float, direction: Direction) -> None:
    parsed = parse_chainage(text)
    assert (parsed.road, parsed.direction) == (road, direction)
    assert parsed.chainage_m == pytest.approx(chainage_m)


@pytest.mark.parametrize("text", ["", "G98", "海榆东线与兴海路交叉口", "K1+000 K2+000", "G98 K12+30000"])
def test_refuses_text_that_is_no_chainage(text: str) -> None:
    with pytest.raises(ValueError, match=r"chainage|metres"):
        parse_chainage(text)


def test_formats() -> None:
    assert format_chainage("G98", 12_300.4, Direction.DOWN) == "G98 K12+300 下行"
    assert format_chainage("", 999.6) == "K1+000"
    assert format_post(-40.0) == "K-0+040"
    assert format_post(12_003.25, decimals=1) == "K12+003.2"
    assert format_post(12_999.96, decimals=1) == "K13+000.0"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("g 98", "G98"), ("G98线", "G98"), ("国道223线", "G223"), ("县道X301", "X301"), ("Y 012", "Y012"),
        ("301县道", "X301"), ("海榆东线", ""), ("GPS", ""), ("S4", "S4"), ("G15W2", "G15W2"),
    ],
)  # fmt: skip
def test_road_codes(text: str, code: str) -> None:
    assert road_code(text) == code
