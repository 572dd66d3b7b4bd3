"""A road with chiefs, a station and boards, for tests. Everything in it is invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from roads.services import board_issue, board_plan, chief_assign
from tests.factories.roads import LONG_AGO, a_segment, levels, lonlat, the_axis
from tests.factories.stations import SYSTEM, a_person, a_station

ADDRESS = "https://example.org"
PERSONAL = "13912345678"


@dataclass(slots=True)
class BoardCity:
    """X201 as one segment with two published levels of chiefs; a station beside it."""

    city: Any
    axis: Any
    segment: Any
    scheme: dict[int, Any]
    people: dict[int, Any]
    assignments: dict[int, Any]
    station: Any


def a_board_city(city: Any, **fields: Any) -> BoardCity:
    """`city`: the root with its network in force."""
    axis = the_axis("X201")
    values = {"name": "那环北路全段", "code": "X201-01", **fields}
    segment = a_segment(city, axis, 0.0, axis.length_m, **values)
    scheme = levels(city)
    people = {
        rank: a_person(city, kind="leader", login=False, name=name, personal_phone=PERSONAL, staff_number=f"NO-{rank}")
        for rank, name in ((1, "王启明"), (4, "黎小芳"))
    }
    assignments = {
        rank: chief_assign(
            actor=SYSTEM, segment=segment, level=scheme[rank], person=person, starts_at=LONG_AGO,
            duty_phone=f"0898-5555-010{rank}",
        )
        for rank, person in people.items()
    }  # fmt: skip
    station = a_station(
        city, *lonlat(2100, 400), kind="service", name="清湖执法服务站", duty_phone="0898-5555-0150",
        opening_hours={"text": "周一至周五 8:30-17:30"}, address="清湖路 8 号",
    )  # fmt: skip
    return BoardCity(city, axis, segment, scheme, people, assignments, station)


def a_board(segment: Any, *, issued: bool = True, **fields: Any) -> Any:
    """A board at a segment, issued unless told otherwise."""
    board = board_plan(actor=SYSTEM, segment=segment, **fields)
    return board_issue(actor=SYSTEM, board_uid=board.uid, address=ADDRESS) if issued else board
