"""Notice boards against the present: what is printed, when it is wrong, what becomes of it when segments change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import DatabaseError, transaction
from django.utils import timezone

from core import clock
from core.errors import Conflict, Forbidden, InvalidInput, TransitionRefused
from core.geo.srid import STORE_SRID
from core.models import AuditRow
from roads.models import Board
from roads.selectors import board_standing, boards_to_reprint
from roads.services import (
    board_issue,
    board_plan,
    board_post,
    board_remove,
    boards_compare,
    boards_plan_missing,
    chief_assign,
    chief_assignment_end,
    chief_level_create,
    deputy_appoint,
    leave_set,
    segment_create,
    segment_cut,
    segment_join,
    segment_retire,
)
from roads.states import BoardState
from stations.models import Organisation, Station
from stations.types import Role
from tests.factories.boards import ADDRESS, BoardCity, a_board, a_board_city
from tests.factories.roads import LONG_AGO, lonlat
from tests.factories.stations import SYSTEM, a_person, an_actor, an_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(city: Any, network: Any) -> BoardCity:
    """A road with its chiefs."""
    Organisation.objects.filter(pk=city.pk).update(supervision_phone="0898-5555-0190")
    return a_board_city(city)


def _now(board: Board) -> Board:
    return Board.objects.get(pk=board.pk)


def _changes(board: Board) -> dict[str, tuple[str, str]]:
    return {each.field: (each.printed, each.now) for each in board_standing(_now(board)).changes}


def _another_chief(world: BoardCity, name: str = "符海生") -> None:
    chief_assignment_end(actor=SYSTEM, assignment_uid=str(world.assignments[4].uid))
    person = a_person(world.city, kind="leader", login=False, name=name)
    chief_assign(
        actor=SYSTEM, segment=world.segment, level=world.scheme[4], person=person, starts_at=clock.now(),
        duty_phone="0898-5555-0177",
    )  # fmt: skip


def test_a_board_is_due_issued_posted(world: BoardCity) -> None:
    board = board_plan(actor=SYSTEM, segment=world.segment)
    assert (board.state, board.edition, board.number.isdigit()) == (BoardState.DUE, 0, True)
    issued = board_issue(actor=SYSTEM, board_uid=board.uid, address=ADDRESS)
    assert (issued.state, issued.edition, issued.address) == (BoardState.ISSUED, 1, ADDRESS)
    content = issued.content
    assert [(line["level_name"], line["name"], line["phone"]) for line in content["chiefs"]] == [
        ("总路长", "王启明", "0898-5555-0101"),
        ("三级路长", "黎小芳", "0898-5555-0104"),
    ]
    assert (content["station"], content["station_phone"]) == ("清湖执法服务站", "0898-5555-0150")
    assert content["supervision_phone"] == "0898-5555-0190"
    assert content["start"].startswith("X201 K0") and content["length_km"] == 6.0
    posted = board_post(actor=SYSTEM, board_uid=board.uid)
    assert (posted.state, posted.posted_on) == (BoardState.POSTED, timezone.localdate(clock.now()))
    assert list(board.steps.values_list("from_state", "to_state")) == [
        ("", "due"),
        ("due", "issued"),
        ("issued", "posted"),
    ]
    assert AuditRow.objects.filter(object_type="board", object_id=str(board.uid)).count() == 3
    assert not board_standing(posted).is_out_of_date


def test_issuing_what_is_right_changes_nothing(world: BoardCity) -> None:
    board = a_board(world.segment)
    again = board_issue(actor=SYSTEM, board_uid=board.uid, address="https://127.0.0.1")
    assert (again.edition, again.address) == (1, ADDRESS)
    assert board.steps.count() == 2


def test_another_chief_puts_the_board_on_the_reprint_list(world: BoardCity) -> None:
    board = a_board(world.segment)
    board_post(actor=SYSTEM, board_uid=board.uid)
    assert boards_to_reprint(SYSTEM) == []
    _another_chief(world)
    (standing,) = boards_to_reprint(SYSTEM)
    assert standing.board.pk == board.pk
    assert _changes(board) == {"chief:4": ("黎小芳 0898-5555-0104", "符海生 0898-5555-0177")}
    assert boards_compare() == 1 and boards_compare() == 0
    assert _now(board).state == BoardState.OUT_OF_DATE
    with pytest.raises(Conflict):
        board_post(actor=SYSTEM, board_uid=board.uid)
    printed = board_issue(actor=SYSTEM, board_uid=board.uid, address=ADDRESS)
    assert (printed.number, printed.edition, printed.posted_on) == (board.number, 2, None)
    assert boards_to_reprint(SYSTEM) == []
    kept = list(board.steps.filter(content__isnull=False).values_list("edition", "content__chiefs__1__name"))
    assert kept == [(1, "黎小芳"), (2, "符海生")]


def test_a_change_that_is_taken_back_makes_the_board_right_again(world: BoardCity) -> None:
    hanging, printed = a_board(world.segment), a_board(world.segment)
    board_post(actor=SYSTEM, board_uid=hanging.uid)
    Station.objects.filter(pk=world.station.pk).update(duty_phone="0898-0000-0000")
    assert boards_compare() == 2
    assert _changes(hanging) == {"station_phone": ("0898-5555-0150", "0898-0000-0000")}
    Station.objects.filter(pk=world.station.pk).update(duty_phone="0898-5555-0150")
    assert boards_compare() == 2
    assert (_now(hanging).state, _now(printed).state) == (BoardState.POSTED, BoardState.ISSUED)


def test_leave_is_no_matter_of_paper(world: BoardCity) -> None:
    board = a_board(world.segment)
    deputy = a_person(world.city, kind="leader", login=False, name="陈运和", duty_phone="0898-5555-0123")
    deputy_appoint(actor=SYSTEM, assignment=world.assignments[4], person=deputy, starts_at=LONG_AGO)
    leave_set(actor=SYSTEM, person=world.people[4], starts_at=clock.now(), ends_at=clock.now() + timedelta(days=7))
    assert not board_standing(_now(board)).is_out_of_date


def test_a_level_off_the_public_list_is_not_printed(world: BoardCity) -> None:
    chief_level_create(actor=SYSTEM, organisation=world.city, rank=1, name="总路长", is_public=False)
    board = a_board(world.segment)
    assert [line["name"] for line in board.content["chiefs"]] == ["黎小芳"]


def test_after_a_cut_the_board_is_of_the_heir_that_holds_its_place(world: BoardCity) -> None:
    at_start = a_board(world.segment)
    far = a_board(world.segment, place=lonlat(2000, 2500), place_text="村口")
    pieces = segment_cut(actor=SYSTEM, segment_uid=world.segment.uid, at_metres=[3000.0], names=["南段", "北段"])
    by_metre = {True: pieces[0], False: pieces[1]}
    for board in (at_start, far):
        standing = board_standing(_now(board))
        assert standing.segment is not None and board.axis_m is not None
        assert standing.segment.pk == by_metre[board.axis_m < 3000.0].pk
        assert standing.is_out_of_date
        printed = board_issue(actor=SYSTEM, board_uid=board.uid, address=ADDRESS)
        assert (printed.number, printed.segment_id) == (board.number, standing.segment.pk)
    assert boards_plan_missing(actor=SYSTEM, organisation=world.city) == 0


def test_after_a_merger_both_boards_are_of_the_joined_segment(city: Any, network: Any) -> None:
    world = a_board_city(city)
    pieces = segment_cut(actor=SYSTEM, segment_uid=world.segment.uid, at_metres=[3000.0], names=["南段", "北段"])
    boards = [a_board(piece) for piece in pieces]
    joined = segment_join(actor=SYSTEM, segment_uids=[str(each.uid) for each in pieces], code="X201-09", name="合段")
    standings = [board_standing(_now(board)) for board in boards]
    assert [standing.segment.pk for standing in standings if standing.segment] == [joined.pk, joined.pk]
    assert all(standing.is_out_of_date for standing in standings)


def test_a_place_that_nobody_answers_for_any_more(world: BoardCity) -> None:
    board = a_board(world.segment)
    segment_retire(actor=SYSTEM, segment_uid=str(world.segment.uid))
    standing = board_standing(_now(board))
    assert standing.segment is None and standing.is_out_of_date
    with pytest.raises(Conflict) as refused:
        board_issue(actor=SYSTEM, board_uid=board.uid, address=ADDRESS)
    assert refused.value.field == "segment" and refused.value.cure
    board_remove(actor=SYSTEM, board_uid=board.uid, reason="路段停用")
    assert boards_to_reprint(SYSTEM) == []


def test_a_board_gives_way_to_another(world: BoardCity) -> None:
    old, new, due = a_board(world.segment), a_board(world.segment), a_board(world.segment, issued=False)
    for wrong in (old, due):
        with pytest.raises(InvalidInput):
            board_remove(actor=SYSTEM, board_uid=old.uid, reason="移位", replaced_by=wrong)
    with pytest.raises(InvalidInput):
        board_remove(actor=SYSTEM, board_uid=old.uid, reason=" ", replaced_by=new)
    gone = board_remove(actor=SYSTEM, board_uid=old.uid, reason="移位", replaced_by=new)
    assert (gone.state, gone.replaced_by_id) == (BoardState.REPLACED, new.pk)
    with pytest.raises(TransitionRefused):
        board_remove(actor=SYSTEM, board_uid=old.uid, reason="再撤")
    with pytest.raises(TransitionRefused):
        board_issue(actor=SYSTEM, board_uid=old.uid, address=ADDRESS)


@pytest.mark.parametrize("days", [-1, 1])
def test_a_board_hangs_between_its_issue_and_today(world: BoardCity, days: int) -> None:
    board = a_board(world.segment)
    day = timezone.localdate(clock.now()) + timedelta(days=days)
    with pytest.raises(InvalidInput) as refused:
        board_post(actor=SYSTEM, board_uid=board.uid, posted_on=day)
    assert (refused.value.field, refused.value.value) == ("posted_on", day.isoformat())


def test_a_place_off_the_segment_is_refused(world: BoardCity) -> None:
    for place in (lonlat(4000, 0), lonlat(2500, -2000)):
        with pytest.raises(InvalidInput) as refused:
            board_plan(actor=SYSTEM, segment=world.segment, place=place)
        assert refused.value.field == "lon" and refused.value.cure


def test_every_segment_of_a_district_gets_one_board(world: BoardCity) -> None:
    south = an_organisation("南区", world.city)
    axis = world.axis
    board = a_board(world.segment)
    segment_cut(actor=SYSTEM, segment_uid=world.segment.uid, at_metres=[2000.0, 4000.0], names=["一", "二", "三"])
    assert boards_plan_missing(actor=SYSTEM, organisation=south) == 0
    # The board of before still names the segment that is over: it is due again at the heir of its place.
    created = boards_plan_missing(actor=SYSTEM, organisation=world.city)
    assert created == 2
    assert boards_plan_missing(actor=SYSTEM, organisation=world.city) == 0
    assert Board.objects.exclude(pk=board.pk).filter(state="due", segment__axis=axis).count() == 2


def test_history_is_not_edited(world: BoardCity) -> None:
    board = a_board(world.segment)
    for change in (lambda: board.steps.update(note="改"), lambda: board.steps.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_who_may(world: BoardCity) -> None:
    chief, clerk = an_actor(world.city, Role.CHIEF), an_actor(world.city, Role.ADMINISTRATOR)
    other = an_actor(an_organisation("邻市", kind="city"), Role.ADMINISTRATOR)
    board = board_plan(actor=clerk, segment=world.segment)
    for actor in (chief, other):
        with pytest.raises(Forbidden):
            board_issue(actor=actor, board_uid=board.uid, address=ADDRESS)
    board_issue(actor=clerk, board_uid=board.uid, address=ADDRESS)
    with pytest.raises(Forbidden):
        board_post(actor=other, board_uid=board.uid)
    board_post(actor=chief, board_uid=board.uid)
    assert boards_to_reprint(other) == []


def test_segments_of_an_area_have_boards_too(city: Any, network: Any) -> None:
    west, south = lonlat(1500, 1000)
    east, north = lonlat(2600, 2000)
    area = MultiPolygon(Polygon.from_bbox((west, south, east, north)), srid=STORE_SRID)
    segment = segment_create(
        actor=SYSTEM, organisation=city, code="V-1", name="清湖村村道", area=area, starts_at=LONG_AGO
    )
    board = a_board(segment)
    assert board.content["start"] == "" and board.content["length_km"] is None
    assert not board_standing(_now(board)).is_out_of_date
