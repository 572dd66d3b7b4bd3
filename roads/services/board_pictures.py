"""Pictures of boards where they hang: the proof that one was posted, who did it, when and where."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from typing import Any

from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from core import audit
from core.attachments.services import attachment_create, attachment_remove
from core.errors import Conflict
from core.geo.srid import STORE_SRID
from core.retention import Removal
from roads.axes.locate import SPHEROID
from roads.models import Board, BoardPicture
from roads.services.boards import board_locked, board_post
from roads.states import PRINTED, BoardState
from stations.services import require
from stations.types import Actor, DataClass, Verb

PICTURES_AT_MOST = 20


def board_picture_add(
    *,
    actor: Actor,
    board_uid: Any,
    data: bytes,
    place: tuple[float, float] | None = None,
    posted_on: date | None = None,
    note: str = "",
) -> tuple[BoardPicture, bool]:
    """Keep a picture of a printed board; returns it and whether it is new. A board that was issued is posted by it.

    `place`: lon, lat (WGS-84 degrees) where the phone says it stood; else the picture's own, if its camera wrote one.
    The same picture again is the first one. Raises Conflict for a board that hangs nowhere or has too many, and what
    `board_post` and `picture_read` raise; then nothing is kept.
    """
    with transaction.atomic():
        board = board_locked(board_uid)
        require(actor, Verb.ACT, DataClass.BOARD, board.organisation.path)
        known = board.pictures.filter(attachment__source_sha256=hashlib.sha256(data).hexdigest()).first()
        if known is not None:
            return known, False
        _check(board)
        attachment = attachment_create(
            actor_id=actor.user_id, organisation_path=board.organisation.path or "", data=data, purpose="board"
        )
        if board.state == BoardState.ISSUED:
            board_post(actor=actor, board_uid=board.uid, posted_on=posted_on, note=note)
        point = Point(*place, srid=STORE_SRID) if place is not None else attachment.geom
        picture = BoardPicture.objects.create(
            board=board,
            attachment=attachment,
            edition=board.edition,
            geom=point,
            distance_m=None if point is None else _metres(point, board.geom),
        )
        audit.record(
            actor_id=actor.user_id,
            action="roads.board_picture_add",
            object_type="board",
            object_id=board.uid,
            organisation_path=board.organisation.path or "",
            details={"number": board.number, "attachment": str(attachment.uid), "distance_m": picture.distance_m},
        )
    return picture, True


def _check(board: Board) -> None:
    if board.state not in PRINTED:
        raise Conflict(_("这块公示牌没有张贴"), field="state", value=board.state, cure=_("请选择已印发或在用的公示牌"))
    if board.pictures.count() >= PICTURES_AT_MOST:
        raise Conflict(
            _("图片过多"),
            code="too_many_pictures",
            field="file",
            value=PICTURES_AT_MOST,
            cure=_("每块公示牌最多 %(most)s 张照片") % {"most": PICTURES_AT_MOST},
        )


def _metres(one: Point, other: Point) -> float:
    return round(float(SPHEROID.inv(one.x, one.y, other.x, other.y)[2]), 1)


def board_pictures_past_term(before: datetime) -> Iterator[Removal]:
    """Retention class `board_pictures`: the pictures of boards that were taken down before this moment."""
    over = Board.objects.filter(state__in=(BoardState.REMOVED, BoardState.REPLACED), pictures__isnull=False)
    rows = over.annotate(ended_at=Max("steps__at"), count=Count("pictures", distinct=True)).filter(ended_at__lt=before)
    for board in rows.select_related("organisation").order_by("id").iterator(chunk_size=200):
        yield Removal(board.number, board.count, partial(_remove, board.pk), board.organisation.path or "")


def _remove(board_id: int) -> int:
    pictures = list(BoardPicture.objects.select_for_update(of=("self",)).filter(board_id=board_id))
    for picture in pictures:
        attachment = picture.attachment
        picture.delete()
        attachment_remove(attachment)
    return len(pictures)
