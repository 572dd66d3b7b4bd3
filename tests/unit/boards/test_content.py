"""The words of a board: their digest, and what a printed one says otherwise."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from roads.boards.code import qr_path
from roads.boards.content import BoardContent, ChiefLine, content_of, differences
from roads.boards.drawing import HEIGHT, WIDTH, MapContent, RoadLine, frame_around, map_svg
from roads.boards.labels import Labels

CONTENT = BoardContent(
    segment_code="X201-03",
    segment_name="博鳌段",
    road="X201 那环北路",
    start="X201 K12+600",
    end="X201 K15+930",
    length_km=3.3,
    chiefs=(ChiefLine(1, "总路长", "甲", "0898-1"), ChiefLine(4, "三级路长", "乙", "0898-4")),
    station="博鳌服务站",
    station_phone="0898-5",
    station_hours="24小时",
    supervision_phone="0898-9",
    office="示例市",
)
INK = dict.fromkeys(
    ("map-land", "map-case", "map-motorway", "map-trunk", "map-road", "map-label", "map-halo", "map-segment", "red",
     "brand", "marker-edge", "text-2"),
    "#000",
)  # fmt: skip


def test_the_same_words_give_the_same_digest() -> None:
    assert content_of(CONTENT.as_json()) == CONTENT
    assert content_of(CONTENT.as_json()).digest == CONTENT.digest
    assert replace(CONTENT, office="另一个名称").digest == CONTENT.digest
    assert replace(CONTENT, supervision_phone="0898-0").digest != CONTENT.digest


def test_differences_are_told_level_by_level() -> None:
    now = replace(CONTENT, chiefs=(CONTENT.chiefs[0], ChiefLine(3, "二级路长", "丙", "0898-3")), end="X201 K16+000")
    found = [(each.field, each.level_name, each.printed, each.now) for each in differences(CONTENT, now)]
    assert found == [
        ("end", "", "X201 K15+930", "X201 K16+000"),
        ("chief:3", "二级路长", "", "丙 0898-3"),
        ("chief:4", "三级路长", "乙 0898-4", ""),
    ]
    assert differences(CONTENT, CONTENT) == []


def test_duty_hours_count_where_there_are_some() -> None:
    """Boards that were printed before hours were kept say what they said."""
    assert "hours" not in CONTENT.as_json()["chiefs"][0]
    now = replace(CONTENT, chiefs=(CONTENT.chiefs[0], replace(CONTENT.chiefs[1], hours="每天 6:00-22:00")))
    assert content_of(now.as_json()) == now and now.digest != CONTENT.digest
    assert [each.now for each in differences(CONTENT, now)] == ["乙 0898-4 每天 6:00-22:00"]


def test_the_nearest_level_with_a_phone_is_called_first() -> None:
    assert CONTENT.first_call == CONTENT.chiefs[1]
    silent = replace(CONTENT, chiefs=(CONTENT.chiefs[0], replace(CONTENT.chiefs[1], phone="")))
    assert silent.first_call == CONTENT.chiefs[0]
    assert replace(CONTENT, chiefs=()).first_call is None


def test_a_code_says_its_address_though_a_corner_is_torn_off() -> None:
    address = "https://example.org/b/00417/"
    side, path = qr_path(address)
    picture = np.full((side, side), 255, np.uint8)
    for part in path.strip("M").split("M"):
        place, run = part.split("h")
        x, y = (int(each) for each in place.split())
        picture[y, x : x + int(run.split("v")[0])] = 0
    picture = np.kron(picture, np.ones((8, 8), np.uint8))
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == address
    low = 8 * (side - 9)
    picture[low : low + 32, low : low + 32] = 255
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == address


@pytest.mark.parametrize(
    "extent", [(110.4, 19.2, 110.4, 19.2), (110.0, 19.0, 110.9, 19.01), (110.4, 19.0, 110.41, 19.9)]
)
def test_a_frame_holds_its_extent_in_the_shape_of_the_drawing(extent: tuple[float, float, float, float]) -> None:
    frame = frame_around(*extent)
    for lon, lat in (extent[:2], extent[2:]):
        x, y = frame.xy(lon, lat)
        assert 0 < x < WIDTH and 0 < y < HEIGHT
    assert frame.height_m >= 899


def test_a_map_names_its_roads_and_escapes_them() -> None:
    frame = frame_around(110.40, 19.20, 110.43, 19.21)
    line = [(110.39, 19.2), (110.44, 19.21)]
    content = MapContent(segment=[line], roads=[RoadLine(9, "<b>路", "", [line])], here=(110.41, 19.205))
    drawn = map_svg(content, frame, INK, here_text="您在这里", scale_text="{n} {unit}")
    assert "您在这里" in drawn and "&lt;b&gt;路" in drawn and "<b>" not in drawn
    assert "1 km" in drawn


def test_words_never_lie_on_words() -> None:
    labels = Labels(600.0, 470.0)
    placed = [labels.point(300.0, 200.0, "路", 14.0, gap=8.0) for _ in range(6)]
    assert sum(label is not None for label in placed) == 4
    assert labels.point(599.0, 469.0, "出界的名字", 14.0, gap=8.0, sides=("e",)) is None
