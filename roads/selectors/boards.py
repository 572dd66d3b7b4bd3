"""Notice boards: which there are, what each would say if it were printed now, which must be printed again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from core import clock
from core.errors import NotFound
from roads.boards.content import BoardContent, ChiefLine, Difference, content_of, differences
from roads.models import Board, ChiefAssignment, Segment
from roads.selectors.responsibility import chains_at
from roads.selectors.segments import heirs_of, segment_ends
from roads.states import LIVE, PRINTED, BoardState
from roads.types import ChiefInChain, road_label
from stations.selectors import contacts_of, organisation_root, path_filter, stations_answering
from stations.types import Actor, DataClass, Verb

_FINE_KM = 1.0


@dataclass(frozen=True, slots=True)
class BoardStanding:
    """A board against the present: `segment` holds its place now (None: nobody answers for it any more), `now` is what
    would be printed, `changes` what the printed one says otherwise (empty also when nothing was printed yet)."""

    board: Board
    segment: Segment | None
    now: BoardContent | None
    changes: tuple[Difference, ...]

    @property
    def is_out_of_date(self) -> bool:
        """A printed board that says something else than is true."""
        return self.board.state in PRINTED and (self.now is None or self.now.digest != self.board.content_hash)


def boards_visible_to(actor: Actor) -> QuerySet[Board]:
    """Boards within the actor's scope, by number."""
    visible = path_filter(actor, Verb.VIEW, DataClass.BOARD, field="organisation__path")
    rows = Board.objects.filter(visible).select_related("organisation", "segment__organisation", "segment__axis")
    return rows.defer(*_HEAVY).order_by("number")


_HEAVY = (
    "segment__geom", "segment__area", "segment__axis__geom", "segment__axis__geom_up", "segment__axis__up_measures_m",
)  # fmt: skip


def board_by_number(number: str) -> Board:
    """The board with a number; boards hang in public. Raises NotFound."""
    board = (
        Board.objects.select_related("organisation", "segment__organisation", "segment__axis", "replaced_by")
        .filter(number=number.strip())
        .first()
    )
    if board is None:
        raise NotFound(_("没有这块公示牌"), field="number", value=number, cure=_("请核对牌上的牌号，或按路名查询"))
    return board


def board_standing(board: Board, at: datetime | None = None) -> BoardStanding:
    """One board against the present."""
    return board_standings([board], at)[0]


def board_standings(boards: Sequence[Board], at: datetime | None = None) -> list[BoardStanding]:
    """Boards against the present, all looked at together: a handful of statements for thousands."""
    moment = at or clock.now()
    segments = {board.pk: _segment_now(board, moment) for board in boards}
    contents = _contents({board.pk: (board, segment) for board in boards if (segment := segments[board.pk])}, moment)
    standings = []
    for board in boards:
        now = contents.get(board.pk)
        changes: tuple[Difference, ...] = ()
        if board.content and now is not None:
            changes = tuple(differences(content_of(board.content), now))
        standings.append(BoardStanding(board, segments[board.pk], now, changes))
    return standings


def boards_to_reprint(actor: Actor, at: datetime | None = None) -> list[BoardStanding]:
    """Printed boards that say something else than would be printed now. Compared now, whatever their state says."""
    boards = list(boards_visible_to(actor).filter(state__in=PRINTED))
    return [standing for standing in board_standings(boards, at) if standing.is_out_of_date]


def segments_without_board(organisation_path: str, at: datetime | None = None) -> QuerySet[Segment]:
    """Segments in force of an organisation and all below it at which no board stands or is due. A board of a segment
    that was cut or joined since stands at the heir of its place.
    """
    moment = at or clock.now()
    orphans = Board.objects.filter(state__in=LIVE).exclude(segment__valid__contains=moment).select_related("segment")
    heirs = {heir.pk for board in orphans if (heir := _segment_now(board, moment)) is not None}
    boards = Board.objects.filter(segment=OuterRef("pk"), state__in=LIVE)
    rows = Segment.objects.filter(organisation__path__startswith=organisation_path, valid__contains=moment)
    rows = rows.filter(~Exists(boards)).exclude(pk__in=heirs)
    return rows.select_related("organisation", "axis").order_by("organisation__path", "code")


def boards_wanted(organisation_path: str, *, all_live: bool) -> list[Board]:
    """Boards of an organisation and all below it that a bulk print takes: all that stand, or those that are due or not
    right any more."""
    rows = Board.objects.filter(organisation__path__startswith=organisation_path, state__in=LIVE)
    rows = rows.select_related("organisation", "segment__organisation", "segment__axis").defer(*_HEAVY)
    boards = list(rows.order_by("number"))
    if all_live:
        return boards
    return [
        each.board
        for each in board_standings(boards)
        if each.board.state in (BoardState.DUE, BoardState.OUT_OF_DATE) or each.is_out_of_date
    ]


def _segment_now(board: Board, at: datetime) -> Segment | None:
    """The segment that holds the board's place: its own, or of the heirs the one that holds its metre."""
    segment: Segment = board.segment
    if at in segment.valid:
        return segment
    heirs = heirs_of(segment)
    if board.axis_m is not None:
        holding = [
            heir for heir in heirs
            if heir.from_m is not None and heir.to_m is not None and heir.from_m <= board.axis_m < heir.to_m
        ]  # fmt: skip
        heirs = holding or heirs[-1:]
    return heirs[0] if heirs else None


def _contents(pairs: dict[int, tuple[Board, Segment]], at: datetime) -> dict[int, BoardContent]:
    segments = {segment.pk: segment for _board, segment in pairs.values()}
    chains = _appointed(chains_at(segments, at))
    ends = segment_ends(segments.values())
    paths = {segment.pk: segment.organisation.path or "" for segment in segments.values()}
    contacts = contacts_of(paths.values())
    stations = stations_answering(
        {pk: (board.geom.x, board.geom.y, paths[segment.pk]) for pk, (board, segment) in pairs.items()}
    )
    office = organisation_root().name if pairs else ""
    found = {}
    for pk, (_board, segment) in pairs.items():
        station = stations.get(pk)
        start, end = ends[segment.pk]
        found[pk] = BoardContent(
            segment_code=segment.code,
            segment_name=segment.name,
            road=road_label(segment.axis.code, segment.axis.name) if segment.axis is not None else "",
            start=start,
            end=end,
            length_km=_length_km(segment),
            chiefs=chains.get(segment.pk, ()),
            station=station.name if station is not None else "",
            station_phone=station.duty_phone if station is not None else "",
            station_hours=station.hours if station is not None else "",
            supervision_phone=contacts[paths[segment.pk]].supervision_phone,
            office=office,
        )
    return found


def _length_km(segment: Segment) -> float | None:
    if segment.from_m is None or segment.to_m is None:
        return None
    length_km = (segment.to_m - segment.from_m) / 1000
    return round(length_km, 2 if length_km < _FINE_KM else 1)


def _appointed(chains: dict[int, tuple[ChiefInChain, ...]]) -> dict[int, tuple[ChiefLine, ...]]:
    """Published levels as printed: the appointed chief, on leave or not."""
    ids = [member.assignment_id for chain in chains.values() for member in chain]
    published = set(ChiefAssignment.objects.filter(pk__in=ids, level__is_public=True).values_list("pk", flat=True))
    return {
        key: tuple(
            ChiefLine(member.level_rank, member.level_name, member.name, member.duty_phone, member.duty_hours)
            for member in chain
            if member.assignment_id in published
        )
        for key, chain in chains.items()
    }


def boards_of_segments(segment_ids: Iterable[int]) -> dict[int, list[Any]]:
    """Boards that hang at segments, by segment, for the segments' own pages."""
    found: dict[int, list[Any]] = {}
    for board in Board.objects.filter(segment_id__in=list(segment_ids), state__in=PRINTED).order_by("number"):
        found.setdefault(board.segment_id, []).append(board)
    return found
