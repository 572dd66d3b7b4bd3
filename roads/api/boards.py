"""/api/v1/boards/: notice boards 公示牌: plan, issue, print, post, compare, remove; a district's in one job."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import InvalidInput, NotFound
from core.geo.datum import place_check
from core.jobs import job_kind
from core.messages import spoken
from roads import services
from roads.api.base import PAGE_PARAMETERS, WRITE_PARAMETERS, RoadView, organisation_of, organisation_within
from roads.models import Board
from roads.selectors import BoardStanding, board_by_number, boards_to_reprint, boards_visible_to, deployment_bounds
from roads.selectors.segments import segment_by_uid
from roads.states import BoardState
from stations.selectors.jobs import jobs_visible_to
from stations.services.jobs import job_request
from stations.types import DataClass, Verb


def board_json(board: Board) -> dict[str, Any]:
    """A board as lists show it."""
    return {
        "uid": str(board.uid),
        "number": board.number,
        "state": board.state,
        "state_name": spoken(BoardState(board.state).label),
        "segment": {"uid": str(board.segment.uid), "code": board.segment.code, "name": board.segment.name},
        "organisation": board.organisation.name,
        "place_text": board.place_text,
        "lon": round(board.geom.x, 6),
        "lat": round(board.geom.y, 6),
        "edition": board.edition,
        "issued_at": board.issued_at,
        "posted_on": board.posted_on,
        "generated": board.generated,
    }


def standing_json(standing: BoardStanding) -> dict[str, Any]:
    """A board with what it says otherwise than is true; `gone`: nobody answers for its place any more."""
    changes = [
        {"field": each.field, "level_name": each.level_name, "printed": each.printed, "now": each.now}
        for each in standing.changes
    ]
    return {**board_json(standing.board), "gone": standing.segment is None, "changes": changes}


class BoardIn(serializers.Serializer):
    """A board is due at a segment: where it begins, or at a place of it (all of lon, lat, datum)."""

    segment = serializers.UUIDField()
    lon = serializers.FloatField(required=False)
    lat = serializers.FloatField(required=False)
    datum = serializers.CharField(max_length=10, required=False)
    place_text = serializers.CharField(max_length=100, required=False, allow_blank=True)


class PostIn(serializers.Serializer):
    """Since when it hangs (local date; default today)."""

    posted_on = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class RemoveIn(serializers.Serializer):
    """Why it is taken down; the number of the board that hangs instead, if one does."""

    reason = serializers.CharField(max_length=200)
    replaced_by = serializers.CharField(max_length=12, required=False, allow_blank=True)


class PrintIn(serializers.Serializer):
    """Of which organisation and all below it; `wanted`: due and out of date, `all`: every board that stands."""

    organisation = serializers.UUIDField()
    which = serializers.CharField(max_length=10, default="wanted")


class BoardView(RoadView):
    """What all views of boards share."""

    data_class = DataClass.BOARD
    published = False

    def board(self, uid: uuid.UUID) -> Board:
        """The board among those the actor may see. Raises NotFound."""
        found = boards_visible_to(self.actor).filter(uid=uid).first()
        if found is None:
            raise NotFound(_("没有这块公示牌"), field="board", value=str(uid), cure=_("请刷新列表"))
        return found

    @property
    def origin(self) -> str:
        """The origin through which somebody asks."""
        return f"{self.request.scheme}://{self.request.get_host()}"


class BoardCollection(BoardView):
    """List and plan."""

    verbs = {"GET": Verb.VIEW, "POST": Verb.CREATE}

    @extend_schema(
        operation_id="boards_list",
        parameters=[
            *PAGE_PARAMETERS,
            OpenApiParameter("state", str, enum=[state.value for state in BoardState]),
            OpenApiParameter("organisation", str, description="code; with all below it"),
            OpenApiParameter("q", str, description="in number, segment code or name"),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Boards within the actor's scope, by number."""
        named, rows = request.query_params, boards_visible_to(self.actor)
        if state := named.get("state"):
            if state not in list(BoardState):
                raise InvalidInput(_("没有这个状态"), field="state", value=state, cure=" / ".join(BoardState))
            rows = rows.filter(state=state)
        if code := named.get("organisation"):
            rows = rows.filter(**organisation_within(self.actor, "organisation__path", code))
        if text := named.get("q", "").strip()[:60]:
            rows = (
                rows.filter(number__contains=text)
                | rows.filter(segment__code__icontains=text)
                | rows.filter(segment__name__icontains=text)
            )
        return self.page(rows, board_json)

    @extend_schema(
        operation_id="boards_plan", parameters=WRITE_PARAMETERS, request=BoardIn, responses={201: OpenApiTypes.OBJECT}
    )
    def post(self, request: Request) -> Response:
        """A board is due."""
        data = self.checked(BoardIn)
        return self.written(lambda: self._planned(data))

    def _planned(self, data: dict[str, Any]) -> dict[str, Any]:
        place = None
        if {"lon", "lat", "datum"} & set(data):
            place = place_check(data.get("lon"), data.get("lat"), data.get("datum"), deployment_bounds())
        segment = segment_by_uid(data["segment"])
        text = data.get("place_text", "")
        return board_json(services.board_plan(actor=self.actor, segment=segment, place=place, place_text=text))


class BoardReprints(BoardView):
    """What must be printed again."""

    verbs = {"GET": Verb.VIEW}

    @extend_schema(operation_id="boards_reprint_list", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Printed boards that say something else than would be printed now, compared now, with what differs."""
        found = boards_to_reprint(self.actor)
        return Response({"count": len(found), "results": [standing_json(standing) for standing in found]})


class BoardIssue(BoardView):
    """Print one."""

    verbs = {"POST": Verb.CREATE}

    @extend_schema(
        operation_id="boards_issue", parameters=WRITE_PARAMETERS, request=None, responses=OpenApiTypes.OBJECT
    )
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """An edition with the words of now; a board that is right already stays as it is."""
        self.board(uid)
        address = services.public_address(self.origin)
        return self.written(
            lambda: board_json(services.board_issue(actor=self.actor, board_uid=uid, address=address)), status=200
        )


class BoardPost(BoardView):
    """It hangs."""

    verbs = {"POST": Verb.ACT}

    @extend_schema(
        operation_id="boards_post", parameters=WRITE_PARAMETERS, request=PostIn, responses=OpenApiTypes.OBJECT
    )
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """Since a day."""
        self.board(uid)
        data = self.checked(PostIn)
        return self.written(
            lambda: board_json(services.board_post(actor=self.actor, board_uid=uid, **data)), status=200
        )


class BoardRemove(BoardView):
    """It is taken down."""

    verbs = {"POST": Verb.CHANGE}

    @extend_schema(
        operation_id="boards_remove", parameters=WRITE_PARAMETERS, request=RemoveIn, responses=OpenApiTypes.OBJECT
    )
    def post(self, request: Request, uid: uuid.UUID) -> Response:
        """With a reason."""
        self.board(uid)
        data = self.checked(RemoveIn)
        return self.written(lambda: self._removed(uid, data), status=200)

    def _removed(self, uid: uuid.UUID, data: dict[str, Any]) -> dict[str, Any]:
        other = board_by_number(data["replaced_by"]) if data.get("replaced_by") else None
        return board_json(
            services.board_remove(actor=self.actor, board_uid=uid, reason=data["reason"], replaced_by=other)
        )


class BoardSheet(BoardView):
    """One as PDF."""

    verbs = {"GET": Verb.VIEW}

    @extend_schema(operation_id="boards_pdf", responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, uid: uuid.UUID) -> HttpResponse:
        """The latest edition, A3."""
        board = self.board(uid)
        answer = HttpResponse(services.board_pdf(board), content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="board-{board.number}-{board.edition}.pdf"'
        return answer


class PrintCollection(BoardView):
    """Many at once."""

    verbs = {"POST": Verb.CREATE}

    @extend_schema(
        operation_id="boards_print", parameters=WRITE_PARAMETERS, request=PrintIn, responses={201: OpenApiTypes.OBJECT}
    )
    def post(self, request: Request) -> Response:
        """Queue a job that plans what lacks a board, issues what is wanted and packs one ZIP; see /api/v1/jobs/."""
        data = self.checked(PrintIn)
        return self.written(lambda: self._queued(data))

    def _queued(self, data: dict[str, Any]) -> dict[str, Any]:
        if data["which"] not in services.PRINT_CHOICES:
            raise InvalidInput(
                _("没有这种选择"), field="which", value=data["which"], cure=" / ".join(services.PRINT_CHOICES)
            )
        job = job_request(
            actor=self.actor,
            kind=job_kind(services.PRINT_KIND),
            organisation=organisation_of(self.actor, data["organisation"]),
            options={"which": data["which"], "address": services.public_address(self.origin)},
        )
        return {"job": str(job.uid), "state": job.state}


class PrintItem(BoardView):
    """What a job printed."""

    verbs = {"GET": Verb.CREATE}

    @extend_schema(operation_id="boards_print_file", responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, uid: uuid.UUID) -> FileResponse:
        """The ZIP; kept for a fortnight."""
        job = jobs_visible_to(self.actor).filter(uid=uid, kind=services.PRINT_KIND).first()
        if job is None:
            raise NotFound(_("没有这个任务"), field="job", value=str(uid), cure=_("请刷新列表"))
        path = services.print_archive(job)
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"boards-{job.created_at:%Y%m%d}.zip")
