"""Notice boards: due at a place, issued, posted, compared with the present, removed. History is appended only."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, clock, events
from core.errors import Conflict, InvalidInput, NotFound
from core.geo.srid import STORE_SRID
from roads.boards.content import BoardContent
from roads.models import Board, BoardStep, Segment
from roads.selectors.boards import board_standing, board_standings, segments_without_board
from roads.selectors.chainage import axis_project, axis_shape
from roads.states import BOARD_LIFECYCLE, PRINTED, BoardState
from stations.services import require
from stations.types import Actor, DataClass, Verb, system_actor

# A place farther from its road is a slip of the finger.
FAR_FROM_ROAD_M = 200.0
COMPARED_AT_ONCE = 500


def board_plan(
    *, actor: Actor, segment: Segment, place: tuple[float, float] | None = None, place_text: str = ""
) -> Board:
    """A board is due at a segment: at a place (lon, lat in WGS-84 degrees), or where the segment begins.

    Raises InvalidInput for a place that is not on the segment, Conflict for a segment that is over.
    """
    require(actor, Verb.CREATE, DataClass.BOARD, segment.organisation.path)
    if clock.now() not in segment.valid:
        raise Conflict(_("路段已停用"), field="segment", value=segment.code, cure=_("请选择在用的路段"))
    point, axis_m = _start_of(segment) if place is None else _on_segment(segment, place)
    with transaction.atomic():
        return _created(actor, segment, point, axis_m, place_text)


def boards_plan_missing(*, actor: Actor, organisation: Any) -> int:
    """A board is due where each segment begins at which none stands: of an organisation and all below it. How many."""
    require(actor, Verb.CREATE, DataClass.BOARD, organisation.path)
    with transaction.atomic():
        missing = list(segments_without_board(organisation.path or ""))
        for segment in missing:
            point, axis_m = _start_of(segment)
            _created(actor, segment, point, axis_m, "")
    return len(missing)


def board_issue(*, actor: Actor, board_uid: Any, address: str) -> Board:
    """Print a board, for the first time or anew: an edition with the words of now. `address`: the site's origin that
    the code leads to. A board that is right already stays as it is.

    Raises Conflict for a board that is over, or whose place nobody answers for any more.
    """
    with transaction.atomic():
        board = board_locked(board_uid)
        require(actor, Verb.CREATE, DataClass.BOARD, board.organisation.path)
        standing = board_standing(board)
        if standing.segment is None or standing.now is None:
            raise Conflict(
                _("公示牌所在的路段已停用，没有接续的路段"), field="segment", value=board.segment.code,
                cure=_("请撤除这块公示牌"),
            )  # fmt: skip
        if board.state in (BoardState.ISSUED, BoardState.POSTED):
            if not standing.is_out_of_date:
                return board
            _move(actor, board, BoardState.OUT_OF_DATE, _("内容已变化"))
        BOARD_LIFECYCLE.check(board.state, BoardState.ISSUED)
        _edition(board, standing.segment, standing.now, address)
        _move(actor, board, BoardState.ISSUED, "", content=standing.now.as_json())
    return board


def board_post(*, actor: Actor, board_uid: Any, posted_on: date | None = None, note: str = "") -> Board:
    """The printed board hangs in its place since a day (local date; default today).

    Raises InvalidInput for a day before its issue or after today, TransitionRefused unless it was issued.
    """
    with transaction.atomic():
        board = board_locked(board_uid)
        require(actor, Verb.ACT, DataClass.BOARD, board.organisation.path)
        BOARD_LIFECYCLE.check(board.state, BoardState.POSTED)
        if board.state == BoardState.OUT_OF_DATE:
            raise Conflict(
                _("这块公示牌的内容已过时"), field="state", value=board.state, cure=_("请先重新印发，再张贴新牌")
            )
        today = timezone.localdate(clock.now())
        day = posted_on or today
        if board.issued_at is None or not timezone.localdate(board.issued_at) <= day <= today:
            raise InvalidInput(
                _("张贴日期应在印发日期与今天之间"), field="posted_on", value=day.isoformat(),
                cure=_("请核对日期"),
            )  # fmt: skip
        board.posted_on = day
        _move(actor, board, BoardState.POSTED, note)
    return board


def board_remove(*, actor: Actor, board_uid: Any, reason: str, replaced_by: Any = None) -> Board:
    """A board is taken down; `replaced_by`: another board that hangs instead of it. Raises InvalidInput, Conflict."""
    if not reason.strip():
        raise InvalidInput(_("请说明原因"), field="reason", cure=_("填写撤除或更换的原因"))
    with transaction.atomic():
        board = board_locked(board_uid)
        require(actor, Verb.CHANGE, DataClass.BOARD, board.organisation.path)
        state = BoardState.REMOVED
        if replaced_by is not None:
            if replaced_by.pk == board.pk or replaced_by.state not in PRINTED:
                raise InvalidInput(
                    _("替换的公示牌应是另一块已印发的牌"), field="replaced_by", value=replaced_by.number,
                    cure=_("请填写现在使用的牌号"),
                )  # fmt: skip
            board.replaced_by, state = replaced_by, BoardState.REPLACED
        _move(actor, board, state, reason)
    return board


def boards_compare() -> int:
    """Bring the state of every printed board in line with the present: what says otherwise now is out of date, what was
    and is right again is issued or posted as before. Returns how many changed. Runs as the system, in small steps.
    """
    actor, changed = system_actor("boards"), 0
    ids = list(Board.objects.filter(state__in=PRINTED).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), COMPARED_AT_ONCE):
        with transaction.atomic():
            rows = Board.objects.select_for_update(of=("self",), skip_locked=True)
            rows = rows.select_related("organisation", "segment__organisation", "segment__axis")
            boards = list(rows.filter(pk__in=ids[start : start + COMPARED_AT_ONCE], state__in=PRINTED))
            for standing in board_standings(boards):
                changed += _compared(actor, standing.board, standing.is_out_of_date)
    return changed


def _compared(actor: Actor, board: Board, is_wrong: bool) -> bool:
    if is_wrong == (board.state == BoardState.OUT_OF_DATE):
        return False
    if is_wrong:
        _move(actor, board, BoardState.OUT_OF_DATE, _("内容已变化"))
    else:
        before = BoardState.POSTED if board.posted_on is not None else BoardState.ISSUED
        _move(actor, board, before, _("内容恢复一致"))
    return True


def board_locked(uid: Any) -> Board:
    """The board, locked until the transaction ends. Raises NotFound."""
    rows = Board.objects.select_for_update(of=("self",))
    board = rows.select_related("organisation", "segment__organisation", "segment__axis").filter(uid=uid).first()
    if board is None:
        raise NotFound(_("没有这块公示牌"), field="board", value=str(uid), cure=_("请刷新列表"))
    return board


def _edition(board: Board, segment: Segment, now: BoardContent, address: str) -> None:
    """Write the words of now as the next edition, for the segment that holds the place now."""
    board.segment, board.organisation = segment, segment.organisation
    board.edition += 1
    board.content, board.content_hash = now.as_json(), now.digest
    board.address, board.issued_at, board.posted_on = address.rstrip("/"), clock.now(), None


def _created(actor: Actor, segment: Segment, point: Point, axis_m: float | None, place_text: str) -> Board:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('roads_board_number_seq')")
        (number,) = cursor.fetchone()
    board = Board.objects.create(
        number=f"{number:05d}", organisation=segment.organisation, segment=segment, axis_m=axis_m, geom=point,
        place_text=place_text, generated=segment.generated,
    )  # fmt: skip
    _record(actor, board, "", "")
    return board


def _move(actor: Actor, board: Board, state: BoardState, note: str, *, content: dict[str, Any] | None = None) -> None:
    before = board.state
    board.state = BOARD_LIFECYCLE.check(before, state)
    board.save()
    _record(actor, board, before, note, content)


def _record(actor: Actor, board: Board, from_state: str, note: str, content: dict[str, Any] | None = None) -> None:
    path = board.organisation.path or ""
    BoardStep.objects.create(
        board=board, from_state=from_state, to_state=board.state, edition=board.edition, content=content,
        note=note[:200], actor_id=actor.user_id, at=clock.now(),
    )  # fmt: skip
    audit.record(
        actor_id=actor.user_id, action=f"roads.board_{board.state}", object_type="board", object_id=board.uid,
        organisation_path=path, reason=note, details={"number": board.number, "edition": board.edition},
    )  # fmt: skip
    events.publish(
        f"roads.board_{board.state}",
        organisation_path=path,
        audience=DataClass.BOARD.value,
        subject={"board": str(board.uid)},
        payload={"number": board.number, "state": str(board.state), "edition": board.edition},
    )


def _start_of(segment: Segment) -> tuple[Point, float | None]:
    """Where a segment begins; of an area a point inside it."""
    if segment.axis_id is None or segment.from_m is None:
        area: Any = segment.area  # a segment without metres has one: segment_axis_range_or_area
        point = area.point_on_surface
        return Point(point.x, point.y, srid=STORE_SRID), None
    lon, lat = axis_shape(segment.axis_id).line.point_at(segment.from_m)
    return Point(lon, lat, srid=STORE_SRID), segment.from_m


def _on_segment(segment: Segment, place: tuple[float, float]) -> tuple[Point, float | None]:
    """A place as the point and its metre. Raises InvalidInput where it is not on the segment."""
    point = Point(*place, srid=STORE_SRID)
    said = f"{place[0]:.6f},{place[1]:.6f}"
    if segment.axis_id is None or segment.from_m is None or segment.to_m is None:
        area: Any = segment.area
        if not area.covers(point):
            raise _off(segment, said)
        return point, None
    projected = axis_project(segment.axis_id, *place)
    inside = segment.from_m <= projected.axis_m <= segment.to_m
    if not inside or abs(projected.offset_m) > FAR_FROM_ROAD_M:
        raise _off(segment, said)
    # The last metre is the next segment's: a board at the end of this one still belongs to it.
    return point, min(projected.axis_m, max(segment.from_m, segment.to_m - 1.0))


def _off(segment: Segment, said: str) -> InvalidInput:
    return InvalidInput(
        _("位置不在路段「%(name)s」上") % {"name": segment.name}, field="lon", value=said,
        cure=_("请选择该路段上的位置，距道路不超过 200 米"),
    )  # fmt: skip
